/** The sky in a file: a card for each kind of the control plane, the bar, and arrows for who calls whom. Pure. */

import { DEPTH, detour, skyArrows, straight } from "../scene/arrows.js";
import { barHeight, drawBar } from "./bar.js";
import { cardHeight, drawCard } from "./card.js";
import { cut, width } from "./text.js";

/** @typedef {import("../scene/arrows.js").Arrow} Arrow */
/** @typedef {import("../scene/component.js").Card} Card */
/** @typedef {import("../scene/sky.js").Sky} Sky */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./sheet.js").Sheet} Sheet */
/** @typedef {{ x: number, y: number, w: number, h: number }} Box */

export const GUTTER = 28;
/** From the end of the bar to the horizon. */
export const TO_HORIZON = 26;
const [GAP, CARD_LEAST, HEAD, TO_BAR] = [18, 250, 64, 42];
/** Colours and dashes of arrows. */
const DASHES = { well: "", hidden: "4 5", broken: "6 5" };

/** Draw the control plane from `top` down over a width of `across`; returns where the horizon lies. @param {Sheet} sheet
 *  @param {Scene} scene @param {Sky} sky @param {number} top @param {number} across @returns {number} */
export function drawSky(sheet, scene, sky, top, across) {
  const { colours } = sheet;
  const room = across - 2 * GUTTER;
  const count = Math.max(1, sky.cards.length);
  // Cards in one line, or two beside each other: then each has its side of the margin, by which its arrow goes.
  const oneLine = (room + GAP) / count - GAP >= CARD_LEAST || count === 1;
  const inLine = oneLine ? count : room >= 2 * CARD_LEAST + GAP ? 2 : 1;
  const lines = sky.cards.length ? Math.ceil(count / inLine) : 0;
  const w = (room - (inLine - 1) * GAP) / inLine;
  // Beside each other they are of one height; in one column each has its own.
  const column = inLine === 1 && count > 1;
  const tallest = Math.max(...sky.cards.map((card) => cardHeight(card, w)), 0);
  const heights = Array.from({ length: lines }, (_, line) => (column ? cardHeight(/** @type {Card} */ (sky.cards[line]), w, 0) : tallest));
  /** @param {number} line */
  const topOf = (line) => top + HEAD + heights.slice(0, line).reduce((sum, one) => sum + one + GAP, 0);
  const barTop = topOf(lines) - (lines ? GAP : 0) + TO_BAR;
  const barTall = sky.bar ? barHeight(sky.bar, room) : 0;
  const horizon = barTop + barTall + TO_HORIZON;

  sheet.rect(0, top, across, horizon - top, { fill: "url(#sky)" });
  drawHead(sheet, sky, top, across);
  const boxes = sky.cards.map((_, at) => {
    const line = Math.floor(at / inLine);
    return { x: GUTTER + (at % inLine) * (w + GAP), y: topOf(line), w, h: heights[line] ?? 0 };
  });
  for (const [at, card] of sky.cards.entries()) drawCard(sheet, scene, card, /** @type {Box} */ (boxes[at]));
  if (sky.bar) {
    drawBar(sheet, scene, sky.bar, { x: GUTTER, y: barTop, w: room, h: barTall });
    const arrows = skyArrows(sky.cards, scene.picture).map((arrow, at) => ({ arrow, box: /** @type {Box} */ (boxes[at]) }));
    if (!oneLine) arrows.sort((one, other) => DEPTH.indexOf(one.arrow.state) - DEPTH.indexOf(other.arrow.state));
    for (const { arrow, box } of arrows) call(sheet, arrow, box, barTop, across, oneLine);
  }
  sheet.rect(0, horizon - 6, across, 16, { fill: colours.of("horizon"), opacity: 0.12 });
  sheet.rect(0, horizon, across, 3, { fill: colours.of("horizon"), opacity: 0.85 });
  return horizon;
}

/** @param {Sheet} sheet @param {Sky} sky @param {number} top @param {number} across */
function drawHead(sheet, sky, top, across) {
  const { colours } = sheet;
  sheet.text(across - GUTTER, top + 40, sky.count, { size: 14, fill: colours.of("sky-text"), anchor: "end" });
  const room = across - 2 * GUTTER - 170 - width(sky.count, 14);
  const tail = { text: cut("decides what runs, and keeps it that way", 14, room), size: 14, fill: colours.of("sky-text"), gap: 14 };
  sheet.text(GUTTER, top + 40, "CONTROL PLANE", { size: 13, weight: 700, fill: colours.of("sky-label"), spacing: 2.2, tail });
}

/** An arrow between a card and the bar: straight down, or round by the margin. @param {Sheet} sheet @param {Arrow} arrow @param {Box} box
 *  @param {number} barTop @param {number} across @param {boolean} level */
function call(sheet, arrow, { x, y, w, h }, barTop, across, level) {
  const store = arrow.from === "kube-apiserver";
  if (level) {
    drawArrow(sheet, arrow, arrow.weight, straight(round(x + w / 2), y + h, barTop, arrow.weight, store, 1), "arrow");
    return;
  }
  const right = x > across / 3;
  const side = right ? x + w : x;
  const margin = right ? (side + across) / 2 : side / 2;
  const paths = detour(round(side), round(y + h / 2), round(margin), barTop + 28, store, 1);
  drawArrow(sheet, arrow, Math.min(arrow.weight, 4) / 1.5, paths, "arrow");
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

/** @param {Sheet} sheet @param {Arrow} arrow @param {number} weight @param {{ line: string, head: string }} paths
 *  @param {"arrow" | "arrow-up"} colour of one that is well */
export function drawArrow(sheet, arrow, weight, { line, head }, colour) {
  const dash = DASHES[arrow.state];
  const stroke = sheet.colours.of(arrow.state === "broken" ? "down" : arrow.state === "hidden" ? "arrow-quiet" : colour);
  sheet.begin(arrow.words, { part: "arrow", state: arrow.state });
  sheet.path(line, { stroke, line: dash ? 2.2 : weight, dash });
  sheet.path(head, { stroke, line: 2.2 });
  sheet.end();
}
