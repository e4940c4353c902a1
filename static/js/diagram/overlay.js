/** What is laid over the picture when it is old, cannot be had, or has nothing in it yet. */

import { clock, duration, render as renderAges } from "../ages.js";
import { html, nothing, render } from "../html.js";
import { glyph } from "./control.js";

/** @typedef {import("../freshness.js").Freshness} Freshness */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {{ kind: "late" | "notice", state: string, title: string, lines: string[], link?: [string, string] }} Notice */

/** "2 min 14 s": where it is read from afar. @param {number} seconds */
export function spelled(seconds) {
  return duration(seconds).replace(/ m\b/, " min").replace(/^(\d)\.\d s$/, "$1 s");
}

/** @param {number | null} retry @param {number} now */
function again(retry, now) {
  if (retry === null) return "";
  const left = Math.ceil(retry - now);
  return left > 0 ? `Trying again in ${left} s.` : "Trying again now.";
}

/** The same, its ages rendered: a fault's words may hold time tokens. @template {{ lines: string[] } | null} T @param {T} said @param {number} now */
function aged(said, now) {
  return said && { ...said, lines: said.lines.map((line) => renderAges(line, now)) };
}

/** A sentence ends with a full stop. @param {string} text */
function sentence(text) {
  return text && !/[.!?…]$/.test(text) ? `${text}.` : text;
}

/**
 * What to say over the picture; null when it needs no word. Pure.
 * @param {Picture | null} picture @param {Freshness} fresh @param {number} now @returns {Notice | null}
 */
export function notice(picture, fresh, now) {
  return aged(words(picture, fresh, now), now);
}

/** @param {Picture | null} picture @param {Freshness} fresh @param {number} now @returns {Notice | null} */
function words(picture, fresh, now) {
  const fault = picture?.cluster.fault ?? null;
  const retry = again(fresh.retry, now);
  if (fresh.why === "gone") {
    return { kind: "notice", state: "unknown", title: "No longer watched", link: ["/", "All clusters"],
      lines: ["This cluster has been removed from Planewatch. What it runs is not touched by that."] };
  }
  if (fresh.why === "signed out") {
    const next = encodeURIComponent(location.pathname);
    return { kind: "notice", state: "unknown", title: "Signed out", link: [`/signin/?next=${next}`, "Sign in"],
      lines: ["The picture is shown to who is signed in."] };
  }
  if (!picture) {
    if (fresh.kind !== "late") return null;
    const offline = fresh.why === "offline";
    return { kind: "notice", state: "unknown", title: offline ? "No network" : "Planewatch does not answer",
      lines: [offline ? "This device is not connected to any network." : "The picture comes as soon as it does.", retry] };
  }
  const empty = picture.size === 0 && picture.components.size === 0;
  if (fresh.kind === "late" && (fresh.since === null || empty) && fault && !fresh.why.startsWith("s") && fresh.why !== "offline") {
    return { kind: "notice", state: "unknown", title: "This cluster cannot be seen",
      lines: [sentence(fault.message), sentence(fault.remedy), retry || again(picture.cluster.retry_at, now)] };
  }
  if (empty && fresh.kind !== "live" && fresh.why !== "socket" && fresh.why !== "offline") {
    return { kind: "notice", state: "unknown", title: "Waiting for the first list",
      lines: ["The collector has been asked to watch this cluster and has not reported yet."] };
  }
  if (empty) {
    const [first] = picture.cluster.missing;
    return { kind: "notice", state: "not_observable", title: first ? "Nothing may be seen here" : "Waiting for the first list",
      lines: first ? [sentence(first.message), sentence(first.remedy), DOCTOR] : ["The cluster answers. Its objects are being listed."] };
  }
  if (fresh.kind !== "late") return null;
  return { kind: "late", state: fresh.why === "cluster" ? (picture.components.get("kube-apiserver")?.state ?? "unknown") : "unknown",
    title: `${spelled(fresh.age)} old`, lines: [...reason(picture, fresh), ["This is the last picture.", retry].filter(Boolean).join(" ")] };
}

/** Why the picture is late. @param {Picture} picture @param {Freshness} fresh */
function reason(picture, fresh) {
  const since = fresh.since === null ? "" : ` since ${clock(fresh.since)}`;
  switch (fresh.why) {
    case "offline":
      return ["This device is not connected to any network."];
    case "socket":
      return [`The connection to Planewatch has been lost${since}.`];
    case "collector":
      return [`The collector of this cluster has not reported${since}.`];
    default: {
      const fault = picture.cluster.fault;
      const lines = [`The API server has not answered${since}.`];
      if (fault) lines.push(sentence(fault.message), sentence(fault.remedy));
      return lines;
    }
  }
}

/** Said where a right is missing: what tells of all of them. */
const DOCTOR = "python manage.py doctor says what each missing right costs; with --rbac it prints what grants them all.";

/** What is said on the ground when the cluster is there and no node is. @param {Picture} picture @param {number} [now] */
export function groundNotice(picture, now = Date.now() / 1000) {
  if (picture.size > 0 || picture.components.size === 0) return null;
  const missing = picture.cluster.missing.find((row) => /^nodes\b|\blist nodes\b/i.test(row.message));
  return missing
    ? aged({ title: "Nodes may not be seen", lines: [sentence(missing.message), sentence(missing.remedy), DOCTOR] }, now)
    : { title: "No nodes yet", lines: ["The control plane is there. A node appears here as soon as its kubelet has registered it."] };
}

/** @param {HTMLElement} place @param {Notice | null} said */
export function drawOverlay(place, said) {
  place.hidden = !said;
  if (!said) return;
  place.className = `overlay is-${said.kind} state-${said.state}`;
  render(
    html`<div class="box">
      <h2>${said.kind === "notice" || said.state === "down" ? glyph(said.state, "glyph-l") : nothing}${said.title}</h2>
      ${said.lines.filter(Boolean).map((line) => html`<p>${line}</p>`)}
      ${said.link ? html`<p><a class="button" href=${said.link[0]}>${said.link[1]}</a></p>` : nothing}
    </div>`,
    place,
  );
}
