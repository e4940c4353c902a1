/** The palette of css/tokens.css, resolved for a canvas in the theme that is shown, and the hatch that marks what is last known. */

import { STATES } from "../states.js";

/** @typedef {import("../states.js").State} State */
/**
 * @typedef {object} Colours
 * @property {Record<State, string>} states
 * @property {Record<string, string>} named
 */

const NAMED = [
  "tile", "tile-edge", "tile-level", "tile-level-down", "tile-trough", "tile-bar", "agent", "horizon", "ink", "zone", "focus",
  "healthy", "unknown",
];

/** Where the viewer's system forces its own few colours, shapes and edges tell the states: what is well is grey. */
const FORCED = {
  tile: "Canvas", "tile-edge": "CanvasText", "tile-level": "GrayText", "tile-level-down": "GrayText", "tile-trough": "Canvas",
  "tile-bar": "GrayText", agent: "GrayText", horizon: "Highlight", ink: "Canvas", zone: "Canvas", focus: "Highlight", healthy: "GrayText", unknown: "CanvasText",
};

/** Read the palette as it is now. @param {Element} place where it applies @returns {Colours} */
export function readColours(place) {
  const probe = document.createElement("span");
  probe.hidden = true;
  place.append(probe);
  const forced = matchMedia("(forced-colors: active)").matches;
  /** @param {string} property */
  const read = (property) => {
    probe.style.color = forced ? (/** @type {Record<string, string>} */ (FORCED)[property] ?? "CanvasText") : `var(--${property})`;
    return getComputedStyle(probe).color;
  };
  const states = /** @type {Record<State, string>} */ (Object.fromEntries(STATES.map((one) => [one, read(one.replace("_", "-"))])));
  const named = Object.fromEntries(NAMED.map((name) => [name, read(name)]));
  probe.remove();
  return { states, named };
}

/**
 * Diagonal lines, sharp at any pixel ratio.
 * @param {CanvasRenderingContext2D} context @param {string} colour @param {number} ratio device pixels per CSS pixel
 * @param {number} step distance between lines in CSS pixels
 */
export function hatch(context, colour, ratio, step) {
  const side = Math.max(4, Math.round(step * ratio * Math.SQRT2));
  const tile = document.createElement("canvas");
  tile.width = tile.height = side;
  const draw = tile.getContext("2d");
  if (!draw) return colour;
  draw.strokeStyle = colour;
  draw.lineWidth = side * 0.24;
  for (const shift of [-side, 0, side]) {
    draw.beginPath();
    draw.moveTo(shift - 2, side + 2);
    draw.lineTo(shift + side + 2, -2);
    draw.stroke();
  }
  const pattern = context.createPattern(tile, "repeat");
  if (!pattern) return colour;
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}
