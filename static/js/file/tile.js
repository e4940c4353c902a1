/** A node in a file as a tile: a level for its pods, a segment for each of its agents, a shape over it when it is not healthy. Pure. */

import { nodeSentence } from "../scene/node.js";
import { HEALTHY, HIDDEN, SEGMENTS, TILE_GROUND, UNKNOWN, UNTOLD } from "../scene/tile.js";
import { codeOf, edgeOf, fillOf, heightOf, isMarked, isOpen, isWell, rises, stepOf } from "../scene/tile.js";
import { STATES } from "../states.js";
import { number } from "./svg.js";

/** @typedef {import("../states.js").State} State */
/** @typedef {import("../scene/tile.js").TileShape} TileShape */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./sheet.js").Sheet} Sheet */

/** @param {number} code @returns {State} */
export function stateAt(code) {
  return STATES[code] ?? "unknown";
}

/** @param {Sheet} sheet @param {Scene} scene @param {number} row @param {{ x: number, y: number, w: number, h: number }} box
 *  @param {TileShape} shape of all that are so large */
export function drawTile(sheet, scene, row, { x, y, w, h }, shape) {
  const { colours } = sheet;
  const { picture } = scene;
  const { horizon, level, agents, mark } = shape;
  const code = codeOf(picture, row);
  const state = stateAt(code);
  sheet.begin(nodeSentence(picture, row, scene.at), { part: "node", state });
  const edge = isWell(code) ? colours.of("tile-edge") : colours.state(state);
  const dash = code === HIDDEN ? `${number(shape.dash)} ${number(shape.dash)}` : "";
  sheet.rect(x, y, w, h, { fill: colours.of("tile"), stroke: edge, line: edgeOf(code, shape.s), r: shape.round, dash });
  if (picture.number("cp", row) === 1) {
    sheet.rect(x + horizon.x, y + horizon.y, horizon.w, horizon.h, { fill: colours.of("horizon"), r: horizon.r });
  }
  const step = stepOf(picture, row);
  if (step !== UNTOLD) {
    const tall = heightOf(shape, step);
    sheet.rect(x + level.x, y + level.foot - level.most, level.w, level.most, { fill: colours.of("tile-trough"), r: level.r });
    sheet.rect(x + level.x, y + level.foot - tall, level.w, tall, { fill: levelFill(sheet, fillOf(picture, row, code)), r: Math.min(level.r, tall / 2) });
  }
  for (const [at, column] of SEGMENTS.entries()) {
    const agent = picture.number(column, row) ?? UNKNOWN;
    const rise = rises(agent) ? agents.rise : 0;
    const look = agent === HIDDEN ? { stroke: colours.state("not_observable") } : { fill: segment(sheet, agent) };
    sheet.rect(x + (agents.lefts[at] ?? 0), y + agents.y - rise, agents.w, agents.h + rise, { ...look, r: agents.r });
  }
  if (isMarked(code, "tile")) {
    const middle = { x: x + w / 2, y: y + mark.y };
    if (isOpen(code)) sheet.circle(middle.x, middle.y, mark.size * TILE_GROUND, { fill: colours.of("tile") });
    sheet.glyph(state, middle.x - mark.size / 2, middle.y - mark.size / 2, mark.size);
  }
  sheet.end();
}

/** @param {Sheet} sheet @param {number} kind as fillOf() has it */
function levelFill({ colours }, kind) {
  return kind === 2 ? "url(#hatch)" : colours.of(kind === 1 ? "tile-level-down" : "tile-level");
}

/** @param {Sheet} sheet @param {number} agent */
function segment(sheet, agent) {
  if (agent === HEALTHY) return sheet.colours.of("agent");
  const state = stateAt(agent);
  return state === "unknown" ? "url(#hatch-fine)" : sheet.colours.state(state);
}
