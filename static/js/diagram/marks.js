/** Small marks that stand all over the picture: a state's shape and word, an instance's name, what is said below a component. */

import { render as renderAges } from "../ages.js";
import { html } from "../html.js";
import { WORDS, stateOf } from "../states.js";

/** @typedef {import("../types.js").ComponentRow} ComponentRow */
/** @typedef {import("../types.js").InstanceRow} InstanceRow */

/** @param {string} state @param {string} [size] */
export function glyph(state, size = "") {
  const known = stateOf(state);
  return html`<svg class="glyph ${size} state-${known}" aria-hidden="true"><use href="#glyph-${known}"></use></svg>`;
}

/** A word for those who do not see the shape. @param {string} state */
export function spoken(state) {
  return html`<span class="visually-hidden">${WORDS[stateOf(state)]}</span>`;
}

/**
 * What is said below a component: why it is not well, else its most telling evidence.
 * @param {ComponentRow} row @param {number} now
 */
export function lineOf(row, now) {
  const state = stateOf(row.state);
  if (state === "healthy") return renderAges(row.line || row.because, now);
  const because = renderAges(row.because || row.line, now);
  if (state !== "unknown" || !row.last || /last known/i.test(because)) return because;
  return `${because.replace(/[.]$/, "")}. Last known: ${WORDS[stateOf(row.last)]}.`;
}

/**
 * Names of instances without the domain that they share: "ip-10-0-1-7" of "ip-10-0-1-7.compute.internal". Pure.
 * @param {InstanceRow[]} rows @returns {Map<InstanceRow, string>}
 */
export function shortNames(rows) {
  const names = rows.map((row) => row.host || row.name);
  const [first = ""] = names;
  let suffix = "";
  for (let at = first.indexOf("."); at > 0; at = first.indexOf(".", at + 1)) {
    const tail = first.slice(at);
    if (names.every((name) => name.endsWith(tail))) {
      suffix = tail;
      break;
    }
  }
  return new Map(rows.map((row, at) => [row, (names[at] ?? "").slice(0, -suffix.length || undefined)]));
}

/**
 * The instances for which there is room: the last place is the number of the rest, and whoever leads or is not well is never among
 * those. In the order in which they came.
 * @template {{ leader: boolean, state: string }} T
 * @param {T[]} rows @param {number} room @returns {{ shown: T[], rest: number }}
 */
export function fitting(rows, room) {
  if (rows.length <= room) return { shown: rows, rest: 0 };
  const first = rows.filter((row) => row.leader || stateOf(row.state) !== "healthy");
  const chosen = new Set([...first, ...rows].slice(0, Math.max(room - 1, 0)));
  for (const row of rows) if (chosen.size < room - 1) chosen.add(row);
  const shown = rows.filter((row) => chosen.has(row));
  return { shown, rest: rows.length - shown.length };
}
