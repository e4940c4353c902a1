/** Who calls whom, drawn between what stands in the page. Which arrows there are, and how well, is decided in scene/arrows.js. */

import { html, render, svg } from "../html.js";
import { DEPTH, detour, groundArrows, skyArrows, straight } from "../scene/arrows.js";

/** @typedef {import("../layout.js").Zone} Zone */
/** @typedef {import("../scene/arrows.js").Arrow} Arrow */
/** @typedef {import("../scene/component.js").Card} Card */
/** @typedef {import("../store.js").Picture} Picture */

/**
 * @param {HTMLElement} canvas an element over the picture that holds the drawing
 * @param {HTMLElement} field @param {Zone[]} zones @param {import("../arrange.js").Grouping} by @param {Card[]} cards
 * @param {Picture} picture
 */
export function drawArrows(canvas, field, zones, by, cards, picture) {
  const origin = canvas.getBoundingClientRect();
  const bar = document.querySelector(".api");
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const lines = [];
  if (bar && origin.width) {
    const { top, bottom } = bar.getBoundingClientRect();
    lines.push(...calls(origin, { top, bottom }, skyArrows(cards, picture), rem));
    const ground = field.getBoundingClientRect();
    const horizon = document.querySelector(".horizon")?.getBoundingClientRect();
    const foot = (horizon?.bottom ?? ground.top) - origin.top + 22 * rem;
    for (const { zone, arrow } of groundArrows(zones, picture, by)) {
      const x = ground.left - origin.left + zone.x + zone.w / 2;
      lines.push(drawn(arrow, "up", arrow.weight * rem, straight(x, bottom - origin.top, foot, arrow.weight, true, rem)));
    }
  }
  render(
    html`<svg width=${origin.width} height=${origin.height} viewBox="0 0 ${origin.width} ${origin.height}">${lines}</svg>`,
    canvas,
  );
}

/**
 * Between the cards and the bar. Cards in one line call straight; where they stand in several lines, the way goes round by the margin
 * on their side.
 * @param {DOMRect} origin @param {{ top: number, bottom: number }} bar @param {Arrow[]} arrows @param {number} rem
 */
function calls(origin, { top, bottom }, arrows, rem) {
  const places = new Map([...document.querySelectorAll(".unit[data-kind]")].map((card) => [card.getAttribute("data-kind"), card.getBoundingClientRect()]));
  const tops = [...places.values()].map((box) => box.top);
  const level = Math.max(...tops) - Math.min(...tops) < 4;
  const ordered = level ? arrows : [...arrows].sort((one, other) => DEPTH.indexOf(one.state) - DEPTH.indexOf(other.state));
  return ordered.flatMap((arrow) => {
    const store = places.has(arrow.to);
    const box = places.get(store ? arrow.to : arrow.from);
    if (!box) return [];
    const left = box.left - origin.left;
    if (level) {
      const paths = straight(left + box.width / 2, box.bottom - origin.top, top - origin.top, arrow.weight, store, rem);
      return [drawn(arrow, "down", arrow.weight * rem, paths)];
    }
    const right = left > origin.width / 3;
    const side = right ? left + box.width : left;
    const margin = right ? (side + origin.width) / 2 : side / 2;
    const foot = Math.min((top + bottom) / 2, top + 28 * rem) - origin.top;
    const paths = detour(side, box.top + box.height / 2 - origin.top, margin, foot, store, rem);
    return [drawn(arrow, "down", (Math.min(arrow.weight, 4) * rem) / 1.5, paths)];
  });
}

/** @param {Arrow} arrow @param {"up" | "down"} way @param {number} width @param {{ line: string, head: string }} paths */
function drawn(arrow, way, width, { line, head }) {
  return svg`<g class="arrow ${way} is-${arrow.state}" data-words=${arrow.words}><path d=${line} stroke-width=${width}/><path class="head" d=${head}/></g>`;
}
