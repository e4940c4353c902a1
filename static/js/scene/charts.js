/** The small charts of the last hour: what each is of, in words, and its paths in any box. Pure. */

import { FIGURES } from "../registry.js";
import { chart, extent, spoken } from "../series.js";

/** @typedef {import("../series.js").Quantity} Quantity */
/** @typedef {import("../series.js").Series} Series */
/** @typedef {{ line: string, area: string, words: string, old: boolean }} Drawn `old`: nothing came since; it tells of the past */

/** What a chart is of, in words, and the least range of its scale. @type {Map<string, { told: string, least: number }>} */
const DECLARED = new Map(FIGURES.map((one) => [one.key, one]));

/** Null if nothing was observed. @param {Series} series @param {Quantity} quantity @param {number} now
 *  @param {{ width: number, height: number }} box @returns {Drawn | null} */
export function chartOf(series, quantity, now, { width, height }) {
  const { told, least } = DECLARED.get(quantity) ?? { told: quantity, least: 1 };
  const drawn = chart(series, quantity, extent(series, now), { width, height, least });
  if (!drawn) return null;
  return { line: drawn.line, area: drawn.area, words: spoken(told, quantity, drawn, now), old: now - drawn.lastAt > drawn.gap };
}
