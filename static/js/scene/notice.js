/** What is laid over the picture when it is old, cannot be had, or has nothing in it yet. Pure. */

import { duration, render as renderAges } from "../ages.js";
import { NOBODY, saysOf } from "../blame.js";
import { stateOf } from "../states.js";
import { sentence } from "../words.js";

/** @typedef {import("../freshness.js").Freshness} Freshness */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {{ kind: "late" | "notice", state: State, title: string, lines: string[], link?: "clusters" | "signin" }} Notice */
/** @typedef {(moment: number) => string} Clock a moment as a clock shows it where the picture is looked at */

/** Said where a right is missing: what tells of all of them. */
export const DOCTOR = ".venv/bin/python manage.py doctor says what each missing right costs; with --rbac it prints what grants them all.";

/** "2 min 14 s", and whole seconds only: where it is read from afar. @param {number} seconds */
export function spelled(seconds) {
  return duration(seconds).replace(/^(\d)\.\d s$/, "$1 s");
}

/** Does its state's shape stand beside its title? @param {Notice} said */
export function withShape({ kind, state }) {
  return kind === "notice" || state === "down";
}

/** @param {number | null} retry @param {number} now */
function again(retry, now) {
  if (retry === null) return "";
  const left = Math.ceil(retry - now);
  return left > 0 ? `Next attempt in ${duration(left)}.` : "Next attempt now.";
}

/** The same, its ages rendered: a fault's words may hold time tokens. @template {{ lines: string[] } | null} T @param {T} said @param {number} now */
export function aged(said, now) {
  return said && { ...said, lines: said.lines.filter(Boolean).map((line) => renderAges(line, now)) };
}

/**
 * What to say over the picture; null when it needs no word.
 * @param {Picture | null} picture @param {Freshness} fresh @param {number} now @param {Clock} clock @returns {Notice | null}
 */
export function notice(picture, fresh, now, clock) {
  return aged(words(picture, fresh, now, clock), now);
}

/** @param {Picture | null} picture @param {Freshness} fresh @param {number} now @param {Clock} clock @returns {Notice | null} */
function words(picture, fresh, now, clock) {
  const retry = again(fresh.retry, now);
  if (fresh.why === "gone") {
    return { kind: "notice", state: "unknown", title: "No longer watched", link: "clusters",
      lines: ["This cluster has been removed from Planewatch. The cluster itself is not affected."] };
  }
  if (fresh.why === "signed out") {
    return { kind: "notice", state: "unknown", title: "Signed out", link: "signin", lines: ["Sign in to see the picture."] };
  }
  if (!picture) {
    if (fresh.kind !== "late" || !["socket", "offline"].includes(fresh.why)) return null;
    const offline = fresh.why === "offline";
    return { kind: "notice", state: "unknown", title: offline ? "No network" : "Planewatch does not answer",
      lines: [offline ? "This device is not connected to any network." : "The picture appears as soon as it does.", retry] };
  }
  return unseen(picture, fresh, retry, clock) ?? late(picture, fresh, retry, clock);
}

/** Was there ever anything in it? @param {Picture} picture */
function wasSeen(picture) {
  return picture.size > 0 || picture.cluster.heard_at !== null;
}

/** A picture with nothing in it. @param {Picture} picture @param {Freshness} fresh @param {string} retry @param {Clock} clock
 *  @returns {Notice | null} */
function unseen(picture, fresh, retry, clock) {
  const { fault, missing } = picture.cluster;
  const empty = picture.size === 0 && picture.components.size === 0;
  const asked = !["socket", "offline", "server", "quiet"].includes(fresh.why);
  if (fault && asked && (empty || (fresh.kind === "late" && fresh.since === null))) {
    return { kind: "notice", state: "unknown", title: "This cluster cannot be seen",
      lines: [sentence(fault.message), sentence(fault.remedy), retry] };
  }
  if (!empty) return null;
  // Nobody who could tell of the cluster is heard: then nothing is told of it, and least of all that it answers.
  if (!asked || fresh.why === "clocks" || (fresh.why === "collector" && wasSeen(picture))) return late(picture, fresh, retry, clock);
  if (fresh.kind !== "live") {
    return { kind: "notice", state: "unknown", title: "Waiting for the first list",
      lines: [fresh.why === "cluster" ? "Its API server has not answered yet." : "The collector has been asked to watch this cluster and has not reported yet."] };
  }
  const [first] = missing;
  return { kind: "notice", state: "not_observable", title: first ? "Nothing here may be read" : "Waiting for the first list",
    lines: first ? [sentence(first.message), sentence(first.remedy), DOCTOR] : ["The cluster answers. Its objects are being listed."] };
}

/** A picture that is old. @param {Picture} picture @param {Freshness} fresh @param {string} retry @param {Clock} clock
 *  @returns {Notice | null} */
function late(picture, fresh, retry, clock) {
  if (fresh.kind !== "late") return null;
  return { kind: "late", state: fresh.why === "cluster" ? stateOf(picture.components.get("kube-apiserver")?.state) : "unknown",
    title: fresh.since === null || !wasSeen(picture) ? "Not live" : `${spelled(fresh.age)} old`,
    lines: [...reason(picture, fresh, clock), [wasSeen(picture) ? (fresh.since === null ? "" : "This is the last picture.") : "Nothing of this cluster has been seen yet.", retry].filter(Boolean).join(" ")] };
}

/** Why the picture is late. @param {Picture} picture @param {Freshness} fresh @param {Clock} clock */
function reason(picture, fresh, clock) {
  const since = fresh.since === null ? "" : ` since ${clock(fresh.since)}`;
  switch (fresh.why) {
    case "offline":
      return ["This device is not connected to any network."];
    case "socket":
      return [`The connection to Planewatch has been lost${since}.`];
    case "picture":
      return [`Changes${since} could not be fetched; trying again.`];
    case "quiet":
      return [`Nothing has been received${since}.`];
    case "server":
      return [`Planewatch's web server does not answer${since}.`];
    case "clocks":
      return [`The clocks of this server and the collector differ by ${duration(fresh.age)}, so its age is unknown.`];
    case "collector":
      if (picture.cluster.fault?.kind === NOBODY) {
        const { kind, message, remedy } = picture.cluster.fault;
        return [`${saysOf(kind)}${since}.`, sentence(message), sentence(remedy)];
      }
      return [fresh.trouble ? sentence(fresh.trouble) : "", `The collector of this cluster has not reported${since}.`];
    default: {
      const { fault } = picture.cluster;
      const lines = [`${saysOf(fault?.kind)}${since}.`];
      if (fault) lines.push(sentence(fault.message), sentence(fault.remedy));
      return lines;
    }
  }
}
