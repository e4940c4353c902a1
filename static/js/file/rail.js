/** The rail in a file: what needs attention, what cannot be seen, and the changes before this moment. What does not fit is counted.
 * Pure. */

import { isBlind } from "../freshness.js";
import { andMore, noChanges, railOf } from "../scene/rail.js";
import { WORDS } from "../states.js";
import { GUTTER } from "./sky.js";
import { cut, width, wrap } from "./text.js";
import { utcWhen } from "./time.js";

/** @typedef {import("../scene/rail.js").Entry} Entry */
/** @typedef {import("../scene/rail.js").Rail} Rail */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./sheet.js").Sheet} Sheet */
/** @typedef {{ x: number, y: number, w: number, foot: number }} Column what is drawn in it returns where it ends */

const PAD = 24;
const BECAUSE_LINES = 3;
/** Attention takes at most so much of a column that it shares with changes. */
const SHARE = 0.68;

/** Beside the picture where it is wide, below it where it is tall. @param {Sheet} sheet @param {Scene} scene @param {number} x
 *  @param {number} y @param {number} w @param {number} h */
export function drawRail(sheet, scene, x, y, w, h) {
  const { colours } = sheet;
  const told = railOf(scene.picture, scene.at, isBlind(scene.fresh));
  sheet.rect(x, y, w, h, { fill: colours.of("panel-2") });
  if (x > 0) {
    const column = { x: x + PAD, w: w - 2 * PAD, y: y + 22, foot: y + h - 20 };
    sheet.rect(x, y, 1, h, { fill: colours.of("edge") });
    const share = told.changes.length || told.missing ? SHARE : 1;
    const first = drawEntries(sheet, told, { ...column, foot: column.y + (column.foot - column.y) * share });
    const second = drawMissing(sheet, told, { ...column, y: first });
    drawChanges(sheet, scene, told, { ...column, y: second });
    return;
  }
  const column = { x: PAD, w: (w - 3 * PAD) / 2, y: y + 18, foot: y + h - 16 };
  sheet.rect(x, y, w, 1, { fill: colours.of("edge") });
  drawEntries(sheet, told, column);
  const beside = { ...column, x: column.x + column.w + PAD };
  drawChanges(sheet, scene, told, { ...beside, y: drawMissing(sheet, told, beside) });
}

/** In one column: what needs attention, before the picture; returns where it ends. @param {Sheet} sheet @param {Scene} scene
 *  @param {number} top @param {number} across */
export function drawFirst(sheet, scene, top, across) {
  const told = railOf(scene.picture, scene.at, isBlind(scene.fresh));
  return onPanel(sheet, top, across, (y) => drawEntries(sheet, told, { x: GUTTER, w: across - 2 * GUTTER, y, foot: Infinity }));
}

/** And what cannot be seen and the changes, after it. @param {Sheet} sheet @param {Scene} scene @param {number} top @param {number} across */
export function drawAfter(sheet, scene, top, across) {
  const told = railOf(scene.picture, scene.at, isBlind(scene.fresh));
  const column = { x: GUTTER, w: across - 2 * GUTTER, foot: Infinity };
  return onPanel(sheet, top, across, (y) => drawChanges(sheet, scene, told, { ...column, y: drawMissing(sheet, told, { ...column, y }) }) + 8);
}

/** What is drawn from `top` down, with the rail's ground behind it. @param {Sheet} sheet @param {number} top @param {number} across
 *  @param {(y: number) => number} draws returns where it ends */
function onPanel(sheet, top, across, draws) {
  const behind = sheet.items.length;
  const end = draws(top + 18);
  sheet.rect(0, top, across, end - top, { fill: sheet.colours.of("panel-2") });
  sheet.rect(0, top, across, 1, { fill: sheet.colours.of("edge") });
  sheet.items.splice(behind, 0, ...sheet.items.splice(-2));
  return end;
}

/** @param {Sheet} sheet @param {number} x @param {number} y @param {string} text */
function label(sheet, x, y, text) {
  sheet.text(x, y + 11, text.toUpperCase(), { size: 12, weight: 600, fill: sheet.colours.of("muted"), spacing: 1.4 });
}

/** @param {Sheet} sheet @param {Rail} told @param {Column} column */
function drawEntries(sheet, told, { x, y: top, w, foot }) {
  const { colours } = sheet;
  label(sheet, x, top, told.title);
  let y = top + 26;
  if (told.nothing) {
    if (told.well) sheet.glyph("healthy", x, y + 2, 20);
    sheet.text(x + (told.well ? 30 : 0), y + 17, cut(told.nothing, 14, w - 30), { size: 14, fill: colours.of("muted") });
    return y + 46;
  }
  const all = told.entries.length + told.more;
  for (const [at, entry] of told.entries.entries()) {
    const lines = linesOf(entry, w);
    const needed = 26 + 21 * lines.title.length + 19 * (lines.because.length + Number(entry.names !== ""));
    if (y + needed > foot - (at < all - 1 ? 26 : 0)) {
      sheet.text(x + 14, y + 16, andMore(all - at), { size: 13.5, fill: colours.of("muted") });
      return y + 44;
    }
    drawEntry(sheet, entry, lines, x, y, w, needed);
    y += needed + 10;
  }
  if (told.more) sheet.text(x + 14, y + 16, andMore(told.more), { size: 13.5, fill: colours.of("muted") });
  return y + (told.more ? 44 : 18);
}

/** @param {Entry} entry @param {number} w */
function linesOf({ title, age, because }, w) {
  return {
    title: wrap(title, 15.5, w - 82 - width(age, 13), 2, 600),
    because: wrap(because, 13.5, w - 66, BECAUSE_LINES),
  };
}

/** @param {Sheet} sheet @param {Entry} entry @param {{ title: string[], because: string[] }} lines @param {number} x @param {number} y
 *  @param {number} w @param {number} h */
function drawEntry(sheet, { title, state, age, names }, lines, x, y, w, h) {
  const { colours } = sheet;
  sheet.begin(`${title}, ${WORDS[state]}`, { part: "entry", state });
  sheet.rect(x, y, w, h, { fill: colours.of("panel"), stroke: state === "down" ? colours.state(state) : colours.of("edge"), r: 10 });
  sheet.glyph(state, x + 14, y + 13, 21);
  let base = y + 29;
  sheet.text(x + w - 14, base, age, { size: 13, fill: colours.of("muted"), anchor: "end" });
  for (const line of lines.title) {
    sheet.text(x + 50, base, line, { size: 15.5, weight: 600, fill: colours.of("text") });
    base += 21;
  }
  for (const line of lines.because) {
    sheet.text(x + 50, base, line, { size: 13.5, fill: colours.of("muted") });
    base += 19;
  }
  sheet.text(x + 50, base, cut(names, 13.5, w - 66), { size: 13.5, fill: colours.of("faint") });
  sheet.end();
}

/** @param {Sheet} sheet @param {Rail} told @param {Column} column */
function drawMissing(sheet, { missing }, { x, y: top, w, foot }) {
  if (!missing || top + 70 > foot) return top;
  const fill = sheet.colours.of("muted");
  label(sheet, x, top, missing.title);
  let y = top + 32;
  for (const [at, { message }] of missing.rows.entries()) {
    const lines = wrap(message, 13.5, w, 2);
    if (y + 19 * lines.length > foot - 22) {
      sheet.text(x, y + 4, andMore(missing.rows.length - at), { size: 13.5, fill });
      return y + 30;
    }
    for (const line of lines) {
      sheet.text(x, y + 4, line, { size: 13.5, fill });
      y += 19;
    }
    y += 7;
  }
  return y + 18;
}

/** @param {Sheet} sheet @param {Scene} scene @param {Rail} told @param {Column} column */
function drawChanges(sheet, scene, { changes, unchangedSince }, { x, y: top, w, foot }) {
  const { colours } = sheet;
  if (top + 60 > foot) return top;
  label(sheet, x, top, "Changes");
  let y = top + 30;
  if (unchangedSince !== null) {
    const said = noChanges(unchangedSince, scene.now, (at) => `${utcWhen(at, scene.now)} UTC`);
    sheet.text(x, y + 8, said, { size: 13.5, fill: colours.of("muted") });
  }
  for (const { from, at, state, who, what } of changes) {
    const [first = "", ...rest] = wrap(`${who} ${what}`, 13.5, w - 94, 2);
    const lasted = Math.floor(from) !== Math.floor(at);
    const lines = Math.max(lasted ? 2 : 1, 1 + rest.length);
    if (y + 19 * lines > foot) return y;
    sheet.begin(`${who} ${what}`, { part: "change", state });
    sheet.text(x, y + 10, utcWhen(from, scene.now), { size: 13, fill: colours.of("faint") });
    if (lasted) sheet.text(x, y + 28.5, `– ${utcWhen(at, scene.now)}`, { size: 13, fill: colours.of("faint") });
    sheet.glyph(state, x + 68, y, 13);
    drawWho(sheet, first, who, x + 94, y + 10.5);
    for (const line of rest) sheet.text(x + 94, y + 28.5, line, { size: 13.5, fill: colours.of("muted") });
    sheet.end();
    y += 12 + 19 * lines;
  }
  return y + (unchangedSince === null ? 0 : 24);
}

/** A line that begins with whom it is about. @param {Sheet} sheet @param {string} line @param {string} who @param {number} x @param {number} y */
function drawWho(sheet, line, who, x, y) {
  const { colours } = sheet;
  const name = line.startsWith(who) ? who : line;
  const tail = { text: line.slice(name.length).trimStart(), size: 13.5, fill: colours.of("muted"), gap: 4 };
  sheet.text(x, y, name, { size: 13.5, fill: colours.of("text"), tail });
}
