/**
 * Who calls whom, drawn between what stands in the page: the API server calls etcd; the others call the API server.
 * An arrow is as well as the worse of its two ends, and as heavy as its traffic where that is known.
 */

import { nodeState } from "../groups.js";
import { html, render, svg } from "../html.js";
import { stateOf } from "../states.js";

/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {import("../layout.js").Zone} Zone */

/**
 * @param {HTMLElement} canvas an element over the picture that holds the drawing
 * @param {HTMLElement} field @param {Zone[]} zones @param {Picture} picture
 */
export function drawArrows(canvas, field, zones, picture) {
  const origin = canvas.getBoundingClientRect();
  const bar = document.querySelector(".api");
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const lines = [];
  if (bar && origin.width) {
    const { top, bottom } = bar.getBoundingClientRect();
    const server = stateOf(picture.components.get("kube-apiserver")?.state);
    const cards = [...document.querySelectorAll(".unit[data-kind]")].map((card) => ({ card, box: card.getBoundingClientRect() }));
    // Where cards stand in several lines there is no way from each to the bar: none has an arrow then.
    const level = Math.max(...cards.map(({ box }) => box.top)) - Math.min(...cards.map(({ box }) => box.top)) < 4;
    for (const { card, box } of level ? cards : []) {
      const kind = card.getAttribute("data-kind") ?? "";
      const state = quality(stateOf(picture.components.get(kind)?.state), server);
      const x = box.left + box.width / 2 - origin.left;
      const from = box.bottom - origin.top;
      lines.push(arrow(x, from, top - origin.top, kind === "etcd" ? storeWeight(picture) : 2.5, state, "down", kind === "etcd", rem));
    }
    const ground = field.getBoundingClientRect();
    const first = zones.filter((zone) => zone.y === 0);
    const most = Math.max(1, ...first.map((zone) => zone.rows.length));
    if (first.length <= 12) {
      for (const zone of first) {
        const x = ground.left - origin.left + zone.x + zone.w / 2;
        const horizon = document.querySelector(".horizon")?.getBoundingClientRect();
        const foot = (horizon?.bottom ?? ground.top) - origin.top + 22 * rem;
        lines.push(arrow(x, foot, bottom - origin.top, 2.5 + 2.5 * (zone.rows.length / most), quality(kubelets(picture, zone.rows), server), "up", false, rem));
      }
    }
  }
  render(
    html`<svg width=${origin.width} height=${origin.height} viewBox="0 0 ${origin.width} ${origin.height}">${lines}</svg>`,
    canvas,
  );
}

/** A heavier line for more requests to the store: thrice as heavy at a thousand a second. @param {Picture} picture */
function storeWeight(picture) {
  const rate = picture.series.runs("etcd_requests").at(-1)?.at(-1)?.value;
  return rate === undefined ? 2.5 : Math.min(7.5, 2.5 + (5 / 3) * Math.log10(1 + rate));
}

/** The kubelets of a group call as long as one of them does; else they are as well as the best. @param {Picture} picture @param {number[]} rows */
function kubelets(picture, rows) {
  /** @type {import("../states.js").State} */
  let best = rows.length ? "down" : "healthy";
  for (const row of rows) {
    const state = nodeState(picture, row, "kubelet");
    if (state === "healthy" || state === "degraded" || state === "cordoned") return "healthy";
    if (state === "unknown") best = "unknown";
  }
  return best;
}

/** @param {import("../states.js").State} one @param {import("../states.js").State} other @returns {string} */
function quality(one, other) {
  if (one === "not_observable" || other === "not_observable") return "hidden";
  if (one === "down" || other === "down") return "broken";
  return one === "unknown" || other === "unknown" ? "hidden" : "well";
}

/**
 * @param {number} x @param {number} from @param {number} to @param {number} weight @param {string} state @param {"up" | "down"} way
 * @param {boolean} back the head stands at its foot: the lower end calls the upper @param {number} rem
 */
function arrow(x, from, to, weight, state, way, back, rem) {
  const tip = back ? from + 1.5 : to + (way === "down" ? -1.5 : 1.5);
  const turn = (way === "down") === back ? 1 : -1;
  const w = 6 * rem + weight / 2;
  const head = `M${x - w} ${tip + turn * 9 * rem}L${x} ${tip}L${x + w} ${tip + turn * 9 * rem}`;
  const [top, foot] = from < to ? [from, to] : [to, from];
  return svg`<g class="arrow ${way} is-${state}"><path d="M${x} ${top + 1}V${foot - 1}" stroke-width=${weight * rem}/><path class="head" d=${head}/></g>`;
}
