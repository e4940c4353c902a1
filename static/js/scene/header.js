/** The header: how fresh this very picture is, and what each plane is in a few words. Pure. */

import { duration, render as renderAges } from "../ages.js";
import { isBlind } from "../freshness.js";
import { WORDS, seenOf, stateOf, worst } from "../states.js";

/** @typedef {import("../freshness.js").Freshness} Freshness */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {import("../wire-types.js").PlaneRow} PlaneRow */
/** @typedef {{ label: string, state: State, said: string, last: string, title: string }} Pill `label`: "control" or "data" */

/** So many characters of a reason fit into a pill. */
const PILL = 44;

/** @param {string} label @param {PlaneRow} row @param {number} now @param {boolean} blind @returns {Pill} */
function pillOf(label, row, now, blind) {
  if (blind) {
    const { state, last } = seenOf(row.state, row.last, true);
    const word = last ? `(was ${WORDS[last]})` : "";
    return { label, state, said: WORDS[state], last: word, title: [WORDS[state], word].filter(Boolean).join(" ") };
  }
  const state = stateOf(row.state);
  const because = renderAges(row.because, now).replace(/[.]$/, "");
  // A reason that would not fit is the rail's to tell; here the word does.
  const short = because.length > PILL ? (because.split("; ")[0] ?? "") : because;
  const said = ["healthy", "unknown"].includes(state) || short.length > PILL ? WORDS[state] : short || WORDS[state];
  return { label, state, said, last: state === "unknown" && row.last ? `(was ${WORDS[stateOf(row.last)]})` : "", title: because || said };
}

/** @param {Picture} picture @param {number} now @param {boolean} blind nobody vouches for it now @returns {Pill[]} */
export function pillsOf(picture, now, blind) {
  const { control, data } = picture.cluster;
  return [...(control ? [pillOf("control", control, now, blind)] : []), ...(data ? [pillOf("data", data, now, blind)] : [])];
}

/** "v1.36.2 · kubeadm · 3 zones" @param {Picture} picture */
export function factsOf(picture) {
  const { version, distribution, zones } = picture.cluster;
  return [version, distribution, zones > 1 ? `${zones} zones` : ""].filter(Boolean).join(" · ");
}

/** The worst of both planes; unknown when the picture is late. @param {Picture | null} picture @param {Freshness} fresh @returns {State} */
export function overall(picture, fresh) {
  if (!picture || fresh.kind === "late") return "unknown";
  const { control, data } = picture.cluster;
  const planes = [control, data].filter((row) => row !== null).map((row) => stateOf(row.state));
  return planes.length ? worst(planes) : "unknown";
}

/** How fresh a picture is, as its state and in words. @param {Freshness} fresh @param {boolean} [taken] it is not looked at while it
 *  runs, but was taken at a moment @param {boolean} [met] the server has been heard, and has nothing yet @returns {{ state: State, words: string }} */
export function freshWords(fresh, taken = false, met = false) {
  if (fresh.kind === "past") return { state: "not_observable", words: "the past, as it is remembered" };
  if (fresh.kind === "live") {
    return { state: "healthy", words: taken ? `live when taken · ${duration(fresh.age)} old` : `live · ${fresh.age.toFixed(1)} s ago` };
  }
  if (fresh.kind === "waiting" && !taken) return { state: "unknown", words: met ? "not seen yet" : "connecting …" };
  const old = fresh.kind === "late" && fresh.since !== null;
  return { state: "degraded", words: old ? `not live · ${duration(Math.max(1, fresh.age))} old` : "not live" };
}

/** Texts of a picture that nobody confirms stand still at the moment for which it holds. @param {Freshness} fresh @param {number} now */
export function textsAt(fresh, now) {
  return isBlind(fresh) && fresh.since !== null ? Math.min(now, fresh.since) : now;
}
