/** The header of a cluster: how fresh this very picture is, what each plane is in a few words, the title and the favicon. */

import { duration } from "./ages.js";
import { glyph } from "./diagram/control.js";
import { html, nothing, render } from "./html.js";
import { SEVERITY, WORDS, stateOf, worst } from "./states.js";

/** @typedef {import("./freshness.js").Freshness} Freshness */
/** @typedef {import("./store.js").Picture} Picture */
/** @typedef {import("./types.js").PlaneRow} PlaneRow */

/** So many characters of a reason fit into a pill. */
const PILL = 44;

/** @param {HTMLElement} place @param {Freshness} fresh */
export function drawFreshness(place, fresh) {
  const live = fresh.kind === "live";
  place.className = `freshness is-${fresh.kind}`;
  const text = live
    ? `live · ${fresh.age.toFixed(1)} s ago`
    : fresh.kind === "waiting" ? "connecting …" : fresh.since === null ? "not live" : `not live · ${duration(Math.max(1, fresh.age))} old`;
  render(html`${glyph(live ? "healthy" : fresh.kind === "late" ? "degraded" : "unknown", "glyph-s")}<span>${text}</span>`, place);
}

/** @param {string} label @param {PlaneRow} row */
function pill(label, row) {
  const state = stateOf(row.state);
  const because = row.because.replace(/[.]$/, "");
  // A reason that would not fit is the rail's to tell; here the word does.
  const short = because.length > PILL ? (because.split("; ")[0] ?? "") : because;
  const said = ["healthy", "unknown"].includes(state) || short.length > PILL ? WORDS[state] : short || WORDS[state];
  return html`<p class="pill state-${state}" title=${row.because || said}>
    ${glyph(state)}<span>${label}<span class="plane-word"> plane</span></span><b>${said}</b>
    ${state === "unknown" && row.last ? html`<span class="muted">last ${WORDS[stateOf(row.last)]}</span>` : nothing}
  </p>`;
}

/** @param {HTMLElement} place @param {Picture} picture */
export function drawPlanes(place, picture) {
  const { control, data } = picture.cluster;
  render(html`${control ? pill("control", control) : nothing}${data ? pill("data", data) : nothing}`, place);
}

/** "v1.36.2 · kubeadm · 3 zones" @param {Picture} picture */
export function factsOf(picture) {
  const { version, distribution, zones } = picture.cluster;
  return [version, distribution, zones > 1 ? `${zones} zones` : ""].filter(Boolean).join(" · ");
}

/** The worst of both planes; unknown when the picture is late. @param {Picture | null} picture @param {Freshness} fresh */
export function overall(picture, fresh) {
  if (!picture || fresh.kind === "late") return "unknown";
  const { control, data } = picture.cluster;
  const planes = [control, data].filter((row) => row !== null).map((row) => stateOf(row.state));
  return planes.length ? worst(planes) : "unknown";
}

/** The tab carries the state: its icon and its title. @param {Picture | null} picture @param {Freshness} fresh */
export function drawTab(picture, fresh) {
  const state = overall(picture, fresh);
  const name = picture?.name ?? document.querySelector("h1")?.textContent ?? "";
  const late = fresh.kind === "late";
  const title = `${late ? "not live" : SEVERITY[state] > SEVERITY.cordoned ? WORDS[state] : ""}`;
  const text = [title, name, "Planewatch"].filter(Boolean).join(" · ");
  if (document.title !== text) document.title = text;
  const icon = document.getElementById("favicon");
  const folder = icon?.dataset["icons"];
  if (!icon || !folder) return;
  const href = `${folder}${["degraded", "down", "unknown"].includes(state) ? state : "healthy"}.svg`;
  if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}
