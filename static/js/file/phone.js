/** The narrow form of a file: one column, what needs attention first, as on a phone, and as tall as it has to be. Pure. */

import { isBlind } from "../freshness.js";
import { factsOf, freshWords, pillsOf } from "../scene/header.js";
import { withShape } from "../scene/notice.js";
import { skyOf } from "../scene/sky.js";
import { WORDS } from "../states.js";
import { drawGroundBelow } from "./ground.js";
import { drawAfter, drawFirst } from "./rail.js";
import { GUTTER, TO_HORIZON, drawSky } from "./sky.js";
import { cut, width, wrap } from "./text.js";
import { stamp } from "./time.js";

/** @typedef {import("../scene/header.js").Pill} Pill */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./sheet.js").Sheet} Sheet */

/** Narrower than so many pixels, a file has this form. */
export const NARROW = 640;
/** It is laid out for so many units across at least, and drawn smaller where it is narrower. */
export const ACROSS = 420;

/** @param {Sheet} sheet @param {Scene} scene @param {number} across @returns {number} how tall it is */
export function composeNarrow(sheet, scene, across) {
  sheet.colours = scene.around;
  const header = drawHead(sheet, scene, across);
  const first = drawFirst(sheet, scene, drawLoud(sheet, scene, header, across), across);
  sheet.colours = scene.colours;
  const sky = skyOf(scene.picture, scene.at);
  const horizon = drawSky(sheet, scene, sky, first, across);
  const bottom = drawGroundBelow(sheet, scene, sky.addons, horizon, across, sky.bar ? horizon - TO_HORIZON : 0);
  sheet.colours = scene.around;
  return drawAfter(sheet, scene, bottom, across);
}

/** Whose picture it is, of when, how fresh it was, and both planes, each in a line of its own; returns where it ends. @param {Sheet} sheet
 *  @param {Scene} scene @param {number} across */
function drawHead(sheet, scene, across) {
  const { colours } = sheet;
  const { plain, picture } = scene;
  const room = across - 2 * GUTTER;
  const right = across - GUTTER;
  sheet.path("M28 20 52 15 49 21 31 24Z", { fill: colours.of("horizon") });
  sheet.path("M28 32 52 27 49 33 31 36Z", { fill: colours.of("healthy") });
  sheet.text(62, 32, "Planewatch", { size: 16, weight: 700, fill: colours.of("text") });
  sheet.text(right, 32, stamp(scene.now), { size: 13, weight: 600, fill: plain.of("text"), anchor: "end" });
  const name = cut(picture.name, 20, room, 600);
  const facts = factsOf(picture);
  const beside = width(name, 20, 600) + 12 + width(facts, 13) <= room;
  const tail = { text: beside ? facts : "", size: 13, fill: colours.of("muted"), gap: 12 };
  sheet.text(GUTTER, 68, name, { size: 20, weight: 600, fill: colours.of("text"), tail });
  let y = 68;
  if (!beside) {
    y += 21;
    sheet.text(GUTTER, y, cut(facts, 13, room), { size: 13, fill: colours.of("muted") });
  }
  const { state, words } = freshWords(scene.fresh, true);
  const weight = state === "healthy" ? 400 : 600;
  y += 24;
  sheet.glyph(state, GUTTER, y - 11, 13, plain);
  sheet.text(GUTTER + 21, y, cut(words, 13.5, room - 21, weight), { size: 13.5, weight, fill: plain.word(state) });
  y += 14;
  for (const pill of pillsOf(picture, scene.at, isBlind(scene.fresh))) y = drawPill(sheet, pill, y, room) + 8;
  return y + 6;
}

/** @param {Sheet} sheet @param {Pill} told @param {number} y @param {number} room */
function drawPill(sheet, { label, state, said, last, title }, y, room) {
  const { colours } = sheet;
  const lines = said === WORDS[state] ? [] : wrap(said, 13.5, room - 60, 2);
  const h = 38 + 18 * lines.length;
  sheet.begin(title, { part: "pill", state });
  sheet.rect(GUTTER, y, room, h, { fill: colours.of("panel"), stroke: colours.of("edge"), r: 17 });
  sheet.glyph(state, GUTTER + 15, y + 10, 18);
  const tail = { text: `${WORDS[state]}${last && ` ${last}`}`, size: 14.5, fill: colours.of("text"), weight: 600, gap: 7 };
  sheet.text(GUTTER + 44, y + 24, `${label} plane`, { size: 14.5, fill: colours.of("text"), tail });
  for (const [at, line] of lines.entries()) sheet.text(GUTTER + 44, y + 43 + 18 * at, line, { size: 13.5, fill: colours.of("muted") });
  sheet.end();
  return y + h;
}

/** What is laid over a wide picture that is old, or has nothing in it: here it comes before all else, and hides nothing. Returns where
 *  it ends. @param {Sheet} sheet @param {Scene} scene @param {number} top @param {number} across */
function drawLoud(sheet, scene, top, across) {
  const told = scene.notice;
  if (!told) return top;
  const { plain } = scene;
  const room = across - 2 * GUTTER;
  const shape = withShape(told) ? 34 : 0;
  const title = wrap(told.title, 24, room - 36 - shape, 3, 600);
  const lines = told.lines.flatMap((line) => wrap(line, 15, room - 36, 6));
  const h = 30 + 30 * title.length + 22 * lines.length;
  sheet.begin(told.title, { part: "notice", kind: told.kind });
  sheet.rect(GUTTER, top, room, h, { fill: plain.of("raised"), stroke: plain.state(told.state), line: 2, r: 14 });
  if (shape) sheet.glyph(told.state, GUTTER + 18, top + 19, 24, plain);
  for (const [at, line] of title.entries()) {
    sheet.text(GUTTER + 18 + shape, top + 40 + 30 * at, line, { size: 24, weight: 700, fill: plain.of("text") });
  }
  for (const [at, line] of lines.entries()) {
    sheet.text(GUTTER + 18, top + 36 + 30 * title.length + 22 * at, line, { size: 15, fill: plain.of("muted") });
  }
  sheet.end();
  return top + h + 16;
}
