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
    lines.push(...calls(origin, { top, bottom }, picture, server, rem));
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

const DEPTH = ["hidden", "well", "broken"];

/**
 * Between the cards and the bar. Cards in one line call straight; where they stand in several lines, the way goes round by the margin
 * on their side.
 * @param {DOMRect} origin @param {{ top: number, bottom: number }} bar @param {Picture} picture @param {import("../states.js").State} server
 * @param {number} rem
 */
function calls(origin, { top, bottom }, picture, server, rem) {
  const cards = [...document.querySelectorAll(".unit[data-kind]")].map((card) => ({ card, box: card.getBoundingClientRect() }));
  const tops = cards.map(({ box }) => box.top);
  const level = Math.max(...tops) - Math.min(...tops) < 4;
  const drawn = cards.map(({ card, box }) => {
    const kind = card.getAttribute("data-kind") ?? "";
    const state = quality(stateOf(picture.components.get(kind)?.state), server);
    return { box, kind, state };
  });
  // Ways along the margin lie over each other: what is broken on top, what cannot be seen at the bottom.
  if (!level) drawn.sort((one, other) => DEPTH.indexOf(one.state) - DEPTH.indexOf(other.state));
  return drawn.map(({ box, kind, state }) => {
    const etcd = kind === "etcd";
    const weight = etcd ? storeWeight(picture) : 2.5;
    const left = box.left - origin.left;
    if (level) return arrow(left + box.width / 2, box.bottom - origin.top, top - origin.top, weight, state, "down", etcd, rem);
    const right = left > origin.width / 3;
    const side = right ? left + box.width : left;
    const margin = right ? (side + origin.width) / 2 : side / 2;
    const foot = Math.min((top + bottom) / 2, top + 28 * rem) - origin.top;
    return detour(side, box.top + box.height / 2 - origin.top, margin, foot, Math.min(weight, 4), state, etcd, rem);
  });
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

/**
 * From the side of a card along the margin to the same side of the bar.
 * @param {number} side @param {number} from @param {number} margin @param {number} to @param {number} weight @param {string} state
 * @param {boolean} called the bar calls the card: the head stands there @param {number} rem
 */
function detour(side, from, margin, to, weight, state, called, rem) {
  const way = margin < side ? 1 : -1;
  const tip = called ? from : to;
  const w = 4 * rem;
  const head = `M${side - way * 6 * rem} ${tip - w}L${side - way * 1.5} ${tip}L${side - way * 6 * rem} ${tip + w}`;
  const line = `M${side - way} ${from}H${margin}V${to}H${side - way}`;
  return svg`<g class="arrow down is-${state}"><path d=${line} stroke-width=${(weight * rem) / 1.5}/><path class="head" d=${head}/></g>`;
}
