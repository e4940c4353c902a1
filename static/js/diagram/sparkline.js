/** A small chart of the last hour, as wide as its place: the line scales, its stroke does not. */

import { html, nothing } from "../html.js";
import { GAP, chart, extent, spoken } from "../series.js";

/** @typedef {import("../series.js").Quantity} Quantity */
/** @typedef {import("../series.js").Series} Series */

const WIDTH = 200;
const HEIGHT = 28;
/** What a chart is of, in words, and the least range of its scale. @type {Record<Quantity, { name: string, least: number }>} */
const QUANTITIES = {
  requests: { name: "requests per second", least: 1 },
  p99: { name: "99 % of requests within", least: 0.02 },
  error_ratio: { name: "requests answered with 5xx", least: 0.01 },
  inflight: { name: "requests in flight", least: 4 },
  etcd_requests: { name: "requests to the state store per second", least: 2 },
  etcd_p99: { name: "99 % of requests to the state store within", least: 0.02 },
};

/** @param {Series} series @param {Quantity} quantity @param {number} now */
export function sparkline(series, quantity, now) {
  const { name, least } = QUANTITIES[quantity];
  const drawn = chart(series, quantity, extent(series, now), { width: WIDTH, height: HEIGHT, least });
  if (!drawn) return nothing;
  const words = spoken(name, quantity, drawn, now);
  return html`<svg class=${now - drawn.lastAt > GAP ? "spark is-old" : "spark"} viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${words}>
    <title>${words}</title><path class="under" d=${drawn.area}></path><path class="curve" d=${drawn.line}></path>
  </svg>`;
}
