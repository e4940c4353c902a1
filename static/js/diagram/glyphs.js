/** The shapes of states on a canvas. */

import { SHAPES } from "../states.js";

/** @typedef {import("../states.js").State} State */
/** @typedef {import("../states.js").Part} Part */

/** @type {Map<State, { path: Path2D, part: Part }[]>} */
const paths = new Map();

/**
 * Draw a state's shape on a canvas, its box of `size` centred on (x, y).
 * @param {CanvasRenderingContext2D} context @param {State} state @param {number} x @param {number} y @param {number} size
 * @param {string} colour @param {string} ink
 */
export function drawGlyph(context, state, x, y, size, colour, ink) {
  let parts = paths.get(state);
  if (!parts) {
    parts = SHAPES[state].map((part) => ({ path: new Path2D(part.d), part }));
    paths.set(state, parts);
  }
  const scale = size / 20;
  context.save();
  context.translate(x - size / 2, y - size / 2);
  context.scale(scale, scale);
  for (const { path, part } of parts) {
    if (part.fill) {
      context.fillStyle = part.ink ? ink : colour;
      context.fill(path);
    } else {
      context.strokeStyle = part.ink ? ink : colour;
      context.lineWidth = part.stroke ?? 1;
      context.setLineDash(part.dash ?? []);
      context.stroke(path);
    }
  }
  context.restore();
}
