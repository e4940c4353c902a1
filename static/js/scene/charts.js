/** The small charts of the last hour: what each is of, in words, and its paths in any box. Pure. */

import { GAP, chart, extent, spoken } from "../series.js";

/** @typedef {import("../series.js").Quantity} Quantity */
/** @typedef {import("../series.js").Series} Series */
/** @typedef {{ line: string, area: string, words: string, old: boolean }} Drawn `old`: nothing came since; it tells of the past */

/** What a chart is of, in words, and the least range of its scale. @type {Record<Quantity, { name: string, least: number }>} */
const QUANTITIES = {
  requests: { name: "requests per second", least: 1 },
  p99: { name: "99 % of requests within", least: 0.02 },
  error_ratio: { name: "requests answered with 5xx", least: 0.01 },
  inflight: { name: "requests in flight", least: 4 },
  etcd_requests: { name: "requests to the state store per second", least: 2 },
  etcd_p99: { name: "99 % of requests to the state store within", least: 0.02 },
};

/** Null if nothing was observed. @param {Series} series @param {Quantity} quantity @param {number} now
 *  @param {{ width: number, height: number }} box @returns {Drawn | null} */
export function chartOf(series, quantity, now, { width, height }) {
  const { name, least } = QUANTITIES[quantity];
  const drawn = chart(series, quantity, extent(series, now), { width, height, least });
  if (!drawn) return null;
  return { line: drawn.line, area: drawn.area, words: spoken(name, quantity, drawn, now), old: now - drawn.lastAt > GAP };
}
