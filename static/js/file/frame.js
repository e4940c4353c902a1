/** What stands around the picture and over it: whose it is, when it was taken, how fresh it was, and loudly when it was not. Pure. */

import { isBlind } from "../freshness.js";
import { factsOf, freshWords, pillsOf } from "../scene/header.js";
import { withShape } from "../scene/notice.js";
import { WORDS } from "../states.js";
import { cut, width, wrap } from "./text.js";
import { stamp } from "./time.js";

/** @typedef {import("../scene/header.js").Pill} Pill */
/** @typedef {import("../scene/notice.js").Notice} Notice */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./sheet.js").Sheet} Sheet */

export const HEADER = 64;
const GUTTER = 28;
const PILL = 14.5;

/** @param {Sheet} sheet @param {Scene} scene @param {number} across */
export function drawHeader(sheet, scene, across) {
  const { colours } = sheet;
  const { plain, picture } = scene;
  sheet.rect(0, 0, across, HEADER, { fill: colours.of("bg") });
  sheet.rect(0, HEADER - 1, across, 1, { fill: colours.of("edge") });
  sheet.path("M31 24 55 19 52 25 34 28Z", { fill: colours.of("horizon") });
  sheet.path("M31 36 55 31 52 37 34 40Z", { fill: colours.of("healthy") });
  sheet.text(66, 39, "Planewatch", { size: 20, weight: 700, fill: colours.of("text") });

  const taken = stamp(scene.now);
  const { state, words } = freshWords(scene.fresh, true);
  const weight = state === "healthy" ? 400 : 600;
  const right = across - GUTTER;
  sheet.text(right, 30, taken, { size: 15, weight: 600, fill: plain.of("text"), anchor: "end" });
  sheet.text(right, 50, words, { size: 13, weight, fill: plain.word(state), anchor: "end" });
  sheet.glyph(state, right - width(words, 13, weight) - 17, 39.5, 12, plain);

  const x = 204;
  const room = right - Math.max(width(taken, 15, 600), width(words, 13, 600) + 20) - 36 - x;
  const name = cut(picture.name, 18, room * 0.46, 600);
  let used = width(name, 18, 600) + 14;
  const pills = pillsOf(picture, scene.at, isBlind(scene.fresh));
  const facts = factsOf(picture);
  const shortest = pills.reduce((sum, one) => sum + pillWidth(one, true) + 16, 0);
  const told = facts && used + width(facts, 14) + 24 + shortest <= room ? facts : "";
  sheet.text(x, 39, name, { size: 18, weight: 600, fill: colours.of("text"), tail: { text: told, size: 14, fill: colours.of("muted"), gap: 14 } });
  if (told) used += width(told, 14) + 24;
  const brief = used + pills.reduce((sum, one) => sum + pillWidth(one, false) + 16, 0) > room;
  for (const one of pills) {
    const needed = pillWidth(one, brief);
    if (used + needed > room + 8) break;
    drawPill(sheet, one, x + used, brief);
    used += needed + 16;
  }
}

/** @param {Pill} told @param {boolean} brief the word alone */
function said({ state, said: reason, last }, brief) {
  const why = brief || reason === WORDS[state] ? "" : ` · ${reason}`;
  return `${WORDS[state]}${last && ` ${last}`}${why}`;
}

/** @param {Pill} told @param {boolean} brief */
function pillWidth(told, brief) {
  return 44 + width(`${told.label} plane`, PILL) + 8 + width(said(told, brief), PILL, 600) + 16;
}

/** @param {Sheet} sheet @param {Pill} told @param {number} x @param {boolean} brief */
function drawPill(sheet, told, x, brief) {
  const { colours } = sheet;
  sheet.begin(told.title, { part: "pill", state: told.state });
  sheet.rect(x, 15, pillWidth(told, brief), 34, { fill: colours.of("panel"), stroke: colours.of("edge"), r: 17 });
  sheet.glyph(told.state, x + 15, 23, 18);
  const tail = { text: said(told, brief), size: PILL, fill: colours.of("text"), weight: 600, gap: 7 };
  sheet.text(x + 44, 37, `${told.label} plane`, { size: PILL, fill: colours.of("text"), tail });
  sheet.end();
}

/** Laid over a picture that is old, or has nothing in it. @param {Sheet} sheet @param {Scene} scene @param {number} across
 *  @param {number} top @param {number} bottom */
export function drawNotice(sheet, scene, across, top, bottom) {
  const told = scene.notice;
  if (!told) return;
  const { plain } = scene;
  const room = Math.min(860, across - 4 * GUTTER);
  const large = Math.min(told.kind === "late" ? 64 : 38, room * 0.085);
  const lines = told.lines.flatMap((line) => wrap(line, 21, room - 90, 3));
  const h = large * 1.15 + 30 * lines.length + 72;
  const shape = withShape(told) ? large * 0.8 : 0;
  const lead = shape ? shape + large * 0.3 : 0;
  const titled = width(told.title, large, 600) + lead;
  const w = Math.min(room, Math.max(titled, ...lines.map((line) => width(line, 21))) + 110);
  const [x, y] = [(across - w) / 2, (top + bottom - h) / 2];
  sheet.begin(told.title, { part: "notice", kind: told.kind });
  sheet.rect(x, y, w, h, { fill: plain.of("raised"), stroke: plain.state(told.state), line: 2, r: 18 });
  const base = y + 34 + large * 0.82;
  if (shape) sheet.glyph(told.state, (across - titled) / 2, base - large * 0.36 - shape / 2, shape, plain);
  sheet.text((across + lead) / 2, base, told.title, { size: large, weight: 700, fill: plain.of("text"), anchor: "middle" });
  for (const [at, line] of lines.entries()) {
    sheet.text(across / 2, base + 42 + at * 30, line, { size: 21, fill: plain.of("muted"), anchor: "middle" });
  }
  sheet.end();
}
