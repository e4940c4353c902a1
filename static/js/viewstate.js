/** What the viewer has chosen, in the address, so that a link shows the same: ?group=pool&sort=state&q=eu-1b&z=4,0.31,0.62. Pure. */

import { GROUPINGS, SORTINGS } from "./arrange.js";

/** @typedef {import("./arrange.js").Grouping} Grouping */
/** @typedef {import("./arrange.js").Sorting} Sorting */
/** How far in, and which part of the whole stands in the middle: 0 to 1 each way. @typedef {{ z: number, u: number, v: number }} Look */
/** @typedef {{ group: Grouping, sort: Sorting, q: string, look: Look }} ViewState */

/** @type {Readonly<Look>} */
export const WHOLE = { z: 1, u: 0.5, v: 0.5 };
/** More than anybody types. */
const LONGEST = 200;

/** @template {string} T @param {string | null} value @param {readonly T[]} known @returns {T} */
function oneOf(value, known) {
  return known.find((one) => one === value) ?? /** @type {T} */ (known[0]);
}

/** What an address says; whatever it says wrongly is as if it did not. @param {string} search @returns {ViewState} */
export function readView(search) {
  const asked = new URLSearchParams(search);
  const [z = 1, u = 0.5, v = 0.5] = (asked.get("z") ?? "").split(",").map(Number);
  const sane = [z, u, v].every(Number.isFinite) && z > 1 && z <= 1000;
  /** @param {number} value */
  const share = (value) => Math.max(0, Math.min(1, value));
  return {
    group: oneOf(asked.get("group"), GROUPINGS),
    sort: oneOf(asked.get("sort"), SORTINGS),
    q: (asked.get("q") ?? "").slice(0, LONGEST),
    look: sane ? { z, u: share(u), v: share(v) } : { ...WHOLE },
  };
}

/** The address's query for a view: what is as usual is left out, what is not ours is kept. @param {string} search @param {ViewState} view */
export function writeView(search, view) {
  const asked = new URLSearchParams(search);
  /** @param {string} key @param {string} value */
  const put = (key, value) => (value ? asked.set(key, value) : asked.delete(key));
  put("group", view.group === GROUPINGS[0] ? "" : view.group);
  put("sort", view.sort === SORTINGS[0] ? "" : view.sort);
  put("q", view.q.trim().slice(0, LONGEST));
  const { z, u, v } = view.look;
  put("z", z > 1.001 ? `${trim(z, 2)},${trim(u, 4)},${trim(v, 4)}` : "");
  const written = asked.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return written ? `?${written}` : "";
}

/** @param {number} value @param {number} digits */
function trim(value, digits) {
  return String(Number(value.toFixed(digits)));
}
