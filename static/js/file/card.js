/** A card of the sky in a file, with a chip for each instance. Pure. */

import { chartOf } from "../scene/charts.js";
import { CHIPS } from "../scene/component.js";
import { WORDS } from "../states.js";
import { cut, cutFront, width, wrap } from "./text.js";

/** @typedef {import("../scene/component.js").Card} Card */
/** @typedef {import("../scene/instances.js").Rest} Rest */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./sheet.js").Sheet} Sheet */

const [PAD, TOP, LINE] = [18, 72, 18];
const LEAST = 168;
const SPARK = { width: 80, height: 22 };
/** The star of a leader takes so much of a chip. */
const STAR = 14;

/** Where chips stand: narrower and lower where they are many. @param {Card} card @param {number} w */
function grid({ chips, rest, parts }, w) {
  const count = parts.length || Math.min(CHIPS, chips.length + (rest.count ? 1 : 0));
  const room = w - 2 * PAD;
  const least = parts.length ? 184 : 92;
  const fits = Math.max(1, Math.floor((room + 6) / (least + 6)));
  const lines = Math.ceil(count / fits);
  const across = lines ? Math.ceil(count / lines) : 1;
  const tall = count > 6 ? 24 : 30;
  return { across, lines, tall, chip: (room - 6 * (across - 1)) / across, high: lines ? lines * (tall + 6) - 6 : 0 };
}

/** What is well is told in two lines; why something is not, in full as far as that is sane. @param {Card} card @param {number} w */
function linesOf({ lines, state }, w) {
  return lines.flatMap((line) => wrap(line, 13, w - 2 * PAD, state === "healthy" ? 2 : 6)).slice(0, 8);
}

/** @param {Card} card @param {number} w @param {number} [least] */
export function cardHeight(card, w, least = LEAST) {
  const told = linesOf(card, w).length;
  return Math.max(least, TOP + Math.max(grid(card, w).high, 20) + 12 + LINE * told + 12);
}

/** A card's edge, in the state's colour where it is not well. @param {Sheet} sheet @param {State} state @param {string} plain */
export function edgeOf(sheet, state, plain) {
  if (state === "not_observable") return { stroke: sheet.colours.state(state), line: 1, dash: "5 5" };
  if (["healthy", "cordoned", "leaving", "joining"].includes(state)) return { stroke: sheet.colours.of(plain), line: 1, dash: "" };
  return { stroke: sheet.colours.state(state), line: state === "down" ? 2 : 1.4, dash: "" };
}

/** @param {Sheet} sheet @param {State} state */
export function lineColour(sheet, state) {
  return state === "healthy" || state === "not_observable" ? sheet.colours.of("muted") : sheet.colours.word(state);
}

/** @param {Sheet} sheet @param {Scene} scene @param {Card} card @param {{ x: number, y: number, w: number, h: number }} box */
export function drawCard(sheet, scene, card, { x, y, w, h }) {
  const { colours } = sheet;
  const { state } = card;
  sheet.begin(`${card.title}, ${WORDS[state]}: ${card.lines.join(" ")}`, { part: "card", kind: card.kind, state });
  sheet.rect(x, y, w, h, { fill: state === "not_observable" ? "none" : colours.of("sky-card"), r: 12, ...edgeOf(sheet, state, "sky-card-edge") });
  sheet.glyph(state, x + PAD, y + 19, 20);
  const left = card.chart ? drawTraffic(sheet, scene, card, x + w - PAD, y, x + 58 + width(card.title, 17, 600)) : x + w - PAD;
  sheet.text(x + 48, y + 35, cut(card.title, 17, left - x - 48, 600), { size: 17, weight: 600, fill: colours.of("text") });
  sheet.text(x + 48, y + 57, cut(card.role, 13, w - 66), { size: 13, fill: colours.of("muted") });
  if (card.absent) sheet.text(x + PAD, y + 92, cut(card.absent, 13, w - 2 * PAD), { size: 13, fill: colours.of("muted") });
  drawChips(sheet, card, x + PAD, y + TOP, w);
  const told = linesOf(card, w);
  for (const [at, line] of told.entries()) {
    sheet.text(x + PAD, y + h - 17 - (told.length - 1 - at) * LINE, line, { size: 13, fill: lineColour(sheet, state) });
  }
  sheet.end();
}

/** What is asked of the store, with the hour behind it, as much as there is room for; returns where it begins. @param {Sheet} sheet
 *  @param {Scene} scene @param {Card} card @param {number} right @param {number} y @param {number} least it begins beyond this */
function drawTraffic(sheet, scene, { traffic }, right, y, least) {
  const { colours } = sheet;
  const drawn = chartOf(scene.picture.series, "etcd_requests", scene.at, SPARK);
  const left = right - SPARK.width;
  if (!drawn || left - 10 < least) return right;
  drawSpark(sheet, drawn, left, y + 17);
  const unit = ["requests/s", "/s"].find((one) => left - 10 - trafficWidth(traffic, one) >= least);
  if (!traffic || !unit) return left - 10;
  const begin = left - 10 - trafficWidth(traffic, unit);
  const tail = { text: unit, size: 13, fill: colours.of("muted") };
  sheet.text(begin, y + 34, traffic, { size: 13, weight: 600, fill: colours.of("text"), tail });
  return begin - 4;
}

/** @param {string} traffic @param {string} unit */
function trafficWidth(traffic, unit) {
  return width(traffic, 13, 600) + 6 + width(unit, 13);
}

/** A chart at (x, y). @param {Sheet} sheet @param {import("../scene/charts.js").Drawn} drawn @param {number} x @param {number} y
 *  @param {string} [part] */
export function drawSpark(sheet, drawn, x, y, part = "chart") {
  const colour = sheet.colours.of(drawn.old ? "unknown" : "horizon");
  sheet.begin(drawn.words, { part }, [x, y]);
  sheet.path(drawn.area, { fill: colour, opacity: 0.16 });
  // A lone value is a line of no length, which nothing draws without a round end.
  sheet.path(drawn.line.replaceAll("h0", "h1.4"), { stroke: colour, line: 1.4 });
  sheet.end();
}

/** @param {Sheet} sheet @param {Card} card @param {number} x @param {number} y @param {number} w of the card */
function drawChips(sheet, card, x, y, w) {
  const { across, tall, chip } = grid(card, w);
  /** @param {number} at */
  const place = (at) => ({ x: x + (at % across) * (chip + 6), y: y + Math.floor(at / across) * (tall + 6), w: chip, h: tall });
  for (const [at, one] of card.chips.entries()) drawChip(sheet, one, place(at));
  for (const [at, { title, state, kind }] of card.parts.entries()) {
    drawChip(sheet, { name: title, state, leader: false, title: `${title}, ${WORDS[state]}`, kind }, place(at));
  }
  if (card.rest.count) drawRest(sheet, card.rest, place(card.chips.length), { fill: "sky-chip", edge: "sky-chip-edge", r: 7 });
}

/** @param {Sheet} sheet @param {{ name: string, state: State, leader: boolean, title: string, kind?: string }} told
 *  @param {{ x: number, y: number, w: number, h: number }} box */
function drawChip(sheet, { name, state, leader, title, kind }, { x, y, w, h }) {
  const { colours } = sheet;
  sheet.begin(title, { part: "chip", state, name, ...(leader ? { leader: 1 } : {}) });
  sheet.rect(x, y, w, h, { fill: colours.of("sky-chip"), r: 7, ...chipEdge(sheet, state, "sky-chip-edge") });
  const left = h < 30 ? 6 : 8;
  sheet.glyph(state, x + left, y + h / 2 - 6, 12);
  const room = w - left - 24 - (leader ? STAR : 0);
  const large = h < 30 ? 12 : 13;
  // A little smaller rather than cut.
  const size = [large, large - 1].find((one) => width(name, one) <= room) ?? large;
  const shown = kind ? cut(name, size, room) : cutFront(name, size, room);
  sheet.text(x + left + 18, y + h / 2 + size * 0.37, shown, { size, fill: colours.of("sky-chip-text") });
  if (leader) drawStar(sheet, x + left + 18 + width(shown, size) + 9, y + h / 2);
  sheet.end();
}

/** The edge of an instance's chip. @param {Sheet} sheet @param {State} state @param {string} plain */
export function chipEdge(sheet, state, plain) {
  if (state === "degraded" || state === "down") return { stroke: sheet.colours.state(state) };
  return state === "unknown" ? { stroke: sheet.colours.state(state), dash: "3 3" } : { stroke: sheet.colours.of(plain) };
}

/** "+ 4", with the shape of the worst of them where that says something. @param {Sheet} sheet @param {Rest} rest
 *  @param {{ x: number, y: number, w: number, h: number }} box @param {{ fill: string, edge: string, r: number }} look */
export function drawRest(sheet, rest, { x, y, w, h }, { fill, edge, r }) {
  const { colours } = sheet;
  const ill = rest.state !== "healthy";
  sheet.begin(`${rest.count} more${ill ? `, the worst of them ${WORDS[rest.state]}` : ""}`, { part: "rest", count: rest.count, state: rest.state });
  sheet.rect(x, y, w, h, { fill: colours.of(fill), r, ...chipEdge(sheet, rest.state, edge) });
  if (ill) sheet.glyph(rest.state, x + w / 2 - 24, y + h / 2 - 6, 12);
  sheet.text(x + w / 2 + (ill ? 4 : 0), y + h / 2 + 5, `+ ${rest.count}`, { size: 13, fill: colours.of("sky-chip-text"), anchor: "middle" });
  sheet.end();
}

/** A leader's mark, 10 across, around (x, y). @param {Sheet} sheet @param {number} x @param {number} y */
function drawStar(sheet, x, y) {
  const at = `${Math.round(x * 10) / 10} ${Math.round((y - 5.2) * 10) / 10}`;
  sheet.path(`M${at}l1.5 3.4 3.7.4-2.8 2.5.8 3.6-3.2-1.9-3.2 1.9.8-3.6-2.8-2.5 3.7-.4Z`, { fill: sheet.colours.of("sky-chip-text") });
}
