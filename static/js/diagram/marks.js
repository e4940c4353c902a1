/** Small marks that stand all over the page: a state's shape, its word, and a small chart. */

import { html, nothing } from "../html.js";
import { chartOf } from "../scene/charts.js";
import { WORDS, stateOf } from "../states.js";

/** A chart is drawn in a box of this size and stretched to its place; its stroke is not. */
const WIDTH = 200;
const HEIGHT = 28;

/** @param {string} state @param {string} [size] */
export function glyph(state, size = "") {
  const known = stateOf(state);
  return html`<svg class="glyph ${size} state-${known}" aria-hidden="true"><use href="#glyph-${known}"></use></svg>`;
}

/** A word for those who do not see the shape. @param {string} state */
export function spoken(state) {
  return html`<span class="visually-hidden"><span class="if-late">last known </span>${WORDS[stateOf(state)]}</span>`;
}

/** An instance's name, which leads to its page. @param {string} page address of its kind @param {string} id its whole name
 *  @param {string} name as it is shown */
export function instanceLink(page, id, name) {
  return html`<a href="${page}${encodeURIComponent(id)}/"><bdi>${name}</bdi></a>`;
}

/** "+ 4", with the shape of the worst of them where that says something. @param {import("../scene/instances.js").Rest} rest
 *  @param {string} name of its class */
export function more(rest, name) {
  if (!rest.count) return nothing;
  return html`<li class="${name} more state-${rest.state}">${rest.state === "healthy" ? nothing : html`${glyph(rest.state, "glyph-xs")}${spoken(rest.state)}`}+ ${rest.count}</li>`;
}

/** The last hour, as wide as its place. @param {import("../series.js").Series} series
 *  @param {import("../series.js").Quantity} quantity @param {number} now */
export function sparkline(series, quantity, now) {
  const drawn = chartOf(series, quantity, now, { width: WIDTH, height: HEIGHT });
  if (!drawn) return nothing;
  return html`<svg class=${drawn.old ? "spark is-old" : "spark"} viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${drawn.words}>
    <title>${drawn.words}</title><path class="under" d=${drawn.area}></path><path class="curve" d=${drawn.line}></path>
  </svg>`;
}
