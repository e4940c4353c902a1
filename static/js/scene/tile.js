/**
 * What a tile or a cell shows of a node, and where in its box. Pure, and asked many thousand times a second: facts of one node are
 * numbers, and the shape of a tile is made once for all of one size.
 */

import { STATES } from "../states.js";

/** @typedef {import("../layout.js").Level} Level */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {{ x: number, y: number, w: number, h: number, r: number }} Rounded */
/**
 * @typedef {object} TileShape all in the tile's own coordinates
 * @property {number} s its scale: 1 at a width of 50
 * @property {number} round
 * @property {number} dash of what cannot be observed
 * @property {Rounded} horizon the strip of a node of the control plane
 * @property {{ x: number, foot: number, w: number, most: number, least: number, r: number }} level pods against what fits: it rises
 *   from its foot
 * @property {{ y: number, w: number, h: number, r: number, rise: number, lefts: number[] }} agents a segment each; one that is not
 *   well rises
 * @property {{ y: number, size: number }} mark the shape over it: its middle
 */

/** States by their code on the wire, as numbers: a canvas compares them many thousand times. tests/js/tile.test.js holds them to it. */
export const HEALTHY = 0;
export const DEGRADED = 1;
export const DOWN = 2;
export const UNKNOWN = 3;
export const HIDDEN = 4;
export const CORDONED = 5;
export const LEAVING = 6;
export const JOINING = 7;
/** All of them, in this order. */
export const CODES = [HEALTHY, DEGRADED, DOWN, UNKNOWN, HIDDEN, CORDONED, LEAVING, JOINING];
/** The agents of a node, by their columns, in the order of their segments. */
export const SEGMENTS = /** @type {const} */ (["kubelet", "proxy", "runtime"]);
/** Shades of a healthy cell, by how full it is. */
export const SHADES = 10;
/** The step of a node that does not say how many pods fit. */
export const UNTOLD = 255;
const STEPS = 250;
/** The largest shape over a tile, in units; and how far the ground under it reaches, as a share of its size. */
export const MARK_MOST = 40;
export const TILE_GROUND = 0.57;
/** The ground under a shape among cells: so much larger than the shape, and so opaque. */
export const CELL_GROUND = { reach: 0.66, alpha: 0.88 };

/** @param {number} w @param {number} h @param {number} most the largest that a shape over it gets @returns {TileShape} */
export function tileShape(w, h, most) {
  const s = Math.min(w / 50, h / 50);
  const segment = (w - 14 * s) / 3;
  const foot = h - 19 * s;
  return {
    s, round: 7 * s, dash: 3 * s,
    horizon: { x: 0.28 * w, y: -0.5 * s, w: 0.44 * w, h: Math.max(2, 3 * s), r: 1.5 * s },
    level: { x: 5 * s, foot, w: w - 10 * s, most: foot - 7 * s, least: 2 * s, r: 3 * s },
    agents: { y: h - 13 * s, w: segment, h: 7 * s, r: 2 * s, rise: 3 * s, lefts: SEGMENTS.map((_, at) => 5 * s + at * (segment + 2 * s)) },
    mark: { y: h / 2 - Math.min((5 * w) / 50, h * 0.1), size: Math.min(w * 0.44, most) },
  };
}

/** Is nothing said against a node of this state? @param {number} code */
export function isWell(code) {
  return code === HEALTHY || code === HIDDEN;
}

/** @param {Picture} picture @param {number} row */
export function codeOf(picture, row) {
  const code = picture.number("state", row) ?? UNKNOWN;
  return code < STATES.length && code >= 0 ? code : UNKNOWN;
}

/** How full a node is with pods, in steps from 0 to 250; UNTOLD if it does not say. @param {Picture} picture @param {number} row */
export function stepOf(picture, row) {
  const most = picture.number("pods_max", row);
  return most ? Math.round(Math.min(1, (picture.number("pods", row) ?? 0) / most) * STEPS) : UNTOLD;
}

/** The shade of a healthy cell, 0 to SHADES. @param {number} step */
export function shadeOf(step) {
  return step === UNTOLD ? 4 : Math.round((step / STEPS) * SHADES);
}

/** How opaque a shade is. @param {number} shade */
export function opacityOf(shade) {
  return 0.3 + (0.5 * shade) / SHADES;
}

/** How high the level of a tile stands. @param {TileShape} shape @param {number} step */
export function heightOf({ level }, step) {
  return Math.max(level.least, (level.most * step) / STEPS);
}

/** How a level is filled: 0 plainly, 1 for a node that is down, 2 hatched: without a heartbeat the pods are the last ones known.
 *  @param {Picture} picture @param {number} row @param {number} code */
export function fillOf(picture, row, code) {
  if (code === UNKNOWN || (!isWell(code) && (picture.number("kubelet", row) ?? UNKNOWN) !== HEALTHY)) return 2;
  return code === DOWN ? 1 : 0;
}

/** Does a segment of this state rise above the others? @param {number} code */
export function rises(code) {
  return code === DOWN || code === DEGRADED;
}

/** The width of a tile's edge: what needs nobody is quieter. @param {number} code @param {number} s */
export function edgeOf(code, s) {
  if (isWell(code)) return 1;
  return code === LEAVING || code === JOINING ? Math.max(1.25, 1.5 * s) : Math.max(1.5, 2.4 * s);
}

/** Does a shape belong over a node of this state? Among cells, strokes and the hatch say it without one. @param {number} code
 *  @param {Level} level */
export function isMarked(code, level) {
  if (isWell(code) || level === "card") return false;
  return level === "tile" || !(code === UNKNOWN || STROKES.has(code));
}

/** Rings are open: what lies under them would show through. @param {number} code */
export function isOpen(code) {
  return code === UNKNOWN || STROKES.has(code);
}

/** The size of the shapes among cells: many are smaller, so that they do not hide each other. @param {number} w of a cell
 *  @param {number} crowd how many shapes there are @param {number} unit */
export function cellMarkSize(w, crowd, unit) {
  return Math.max(w, (crowd <= 60 ? 17 : crowd <= 200 ? 13 : 9) * unit);
}

/**
 * The strokes on a cell whose node was taken out, leaves or joins, as shares of its width and height: two bars, one that lies, and a
 * cross. They are told apart without their colours.
 * @type {Map<number, readonly { x: number, y: number, w: number, h: number }[]>}
 */
export const STROKES = new Map([
  [CORDONED, [{ x: 0.28, y: 0.24, w: 0.14, h: 0.52 }, { x: 0.58, y: 0.24, w: 0.14, h: 0.52 }]],
  [LEAVING, [{ x: 0.22, y: 0.43, w: 0.56, h: 0.14 }]],
  [JOINING, [{ x: 0.22, y: 0.43, w: 0.56, h: 0.14 }, { x: 0.43, y: 0.22, w: 0.14, h: 0.21 }, { x: 0.43, y: 0.57, w: 0.14, h: 0.21 }]],
]);
/** A cell that is no wider shows none: they could not be seen. */
export const STROKES_FROM = 6;

/** The corner of a cell. @param {number} w @param {number} unit */
export function cellRound(w, unit) {
  return w > 6 ? Math.min(1.8 * unit, w / 5) : 0;
}

/** The height of the horizon's strip on a cell. @param {number} h */
export function cellHorizon(h) {
  return Math.max(1.5, h * 0.2);
}
