/** Nodes in a file as a field of cells: a path for each state, the well ones by how full they are; what is not healthy larger, on top,
 * with its shape. Pure. */

import { nodeSentence } from "../scene/node.js";
import { CELL_GROUND, HEALTHY, HIDDEN, SHADES, STROKES, STROKES_FROM, UNKNOWN } from "../scene/tile.js";
import { cellHorizon, cellMarkSize, codeOf, isMarked, opacityOf, shadeOf, stepOf } from "../scene/tile.js";
import { SEVERITY, STATES } from "../states.js";
import { number } from "./svg.js";
import { stateAt } from "./tile.js";

/** @typedef {import("../layout.js").Plan} Plan */
/** @typedef {import("../layout.js").Zone} Zone */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./sheet.js").Sheet} Sheet */

/** How many nodes of the whole picture carry a shape: many are smaller. @param {Picture} picture */
function crowdOf(picture) {
  let crowd = 0;
  for (let row = 0; row < picture.size; row += 1) crowd += Number(isMarked(codeOf(picture, row), "cell"));
  return crowd;
}

/** @param {Sheet} sheet @param {Scene} scene @param {Plan} made @param {Zone} zone @param {{ x: number, y: number }} first */
export function drawCells(sheet, scene, made, zone, first) {
  const { picture } = scene;
  const { w, h } = made;
  /** By state, the healthy ones by shade: their cells as parts of a path. @type {Map<number, string[]>} */
  const paths = new Map();
  const strips = [];
  /** @type {string[]} */
  const strokes = [];
  /** @type {{ row: number, code: number, x: number, y: number }[]} */
  const marks = [];
  const cell = `h${number(w)}v${number(h)}h-${number(w)}Z`;
  const strip = `h${number(w)}v${number(cellHorizon(h))}h-${number(w)}Z`;
  const stepX = w + made.gap;
  const stepY = h + made.down;
  for (let at = 0; at < zone.rows.length; at += 1) {
    const row = /** @type {number} */ (zone.rows[at]);
    const x = first.x + (at % zone.columns) * stepX;
    const y = first.y + Math.floor(at / zone.columns) * stepY;
    const code = codeOf(picture, row);
    const key = code === HEALTHY ? shadeOf(stepOf(picture, row)) : SHADES + code;
    const path = paths.get(key);
    const d = `M${number(x)} ${number(y)}${cell}`;
    if (path) path.push(d);
    else paths.set(key, [d]);
    if (picture.number("cp", row) === 1) strips.push(`M${number(x)} ${number(y)}${strip}`);
    if (w > STROKES_FROM) for (const one of STROKES.get(code) ?? []) strokes.push(strokeOf(x, y, w, h, one));
    if (isMarked(code, "cell")) marks.push({ row, code, x: x + w / 2, y: y + h / 2 });
  }
  for (const [key, parts] of [...paths].sort(([one], [other]) => one - other)) paint(sheet, key, parts);
  if (strokes.length) sheet.path(strokes.join(""), { fill: sheet.colours.of("ink") });
  if (strips.length) sheet.path(strips.join(""), { fill: sheet.colours.of("horizon") });
  const size = cellMarkSize(w, marks.length ? crowdOf(picture) : 0, 1);
  // The worst are drawn last, on top.
  marks.sort((one, other) => SEVERITY[stateAt(one.code)] - SEVERITY[stateAt(other.code)]);
  for (const { row, code, x, y } of marks) {
    sheet.begin(nodeSentence(picture, row, scene.at), { part: "node", state: stateAt(code) });
    sheet.circle(x, y, size * CELL_GROUND.reach, { fill: sheet.colours.of("zone"), opacity: CELL_GROUND.alpha });
    sheet.glyph(stateAt(code), x - size / 2, y - size / 2, size);
    sheet.end();
  }
}

/** @param {number} x @param {number} y @param {number} w @param {number} h of the cell
 *  @param {{ x: number, y: number, w: number, h: number }} stroke */
function strokeOf(x, y, w, h, stroke) {
  return `M${number(x + w * stroke.x)} ${number(y + h * stroke.y)}h${number(w * stroke.w)}v${number(h * stroke.h)}h-${number(w * stroke.w)}Z`;
}

/** @param {Sheet} sheet @param {number} key @param {string[]} parts */
function paint(sheet, key, parts) {
  const { colours } = sheet;
  const code = key <= SHADES ? HEALTHY : key - SHADES;
  const state = STATES[code] ?? "unknown";
  const data = { part: "cells", state, count: parts.length };
  const d = parts.join("");
  if (code === HEALTHY) sheet.path(d, { fill: colours.of("healthy"), opacity: opacityOf(key), data });
  else if (code === HIDDEN) sheet.path(d, { stroke: colours.state(state), data });
  else sheet.path(d, { fill: code === UNKNOWN ? "url(#hatch-fine)" : colours.state(state), data });
}
