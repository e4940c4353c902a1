/** A node in a file as a card that can be read; how much of it is said follows from its size. Pure. */

import { nodeCardOf, nodeSentence } from "../scene/node.js";
import { cut, cutFront, width, wrap } from "./text.js";

/** @typedef {import("../scene/node.js").Agent} Agent */
/** @typedef {import("../scene/node.js").NodeCard} NodeCard */
/** @typedef {import("../scene/node.js").Usage} Usage */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./sheet.js").Sheet} Sheet */
/** @typedef {{ x: number, y: number, w: number }} Line */

/** A card is read at this scale; smaller, and it says less instead. */
const READABLE = 0.78;
const LARGEST = 1.2;

/** @typedef {{ rows: boolean, because: boolean, usages: Usage[], need: number, scale: number }} Form */

/** From all there is to say to the name and three shapes: the first that can be set large enough to be read. @param {NodeCard} told
 *  @param {number} w @param {number} h @returns {Form} */
function formOf({ because, usages }, w, h) {
  /** @type {[boolean, boolean, Usage[]][]} */
  const forms = [[true, true, usages], [true, true, []], [false, true, usages.slice(0, 1)], [false, true, []], [false, false, []]];
  /** @type {Form[]} */
  const made = forms.map(([rows, telling, levels]) => {
    const need = 54 + (rows ? 106 : 24) + (telling && because ? 44 : 0) + 27 * levels.length + (levels.length ? 10 : 0);
    return { rows, because: telling && because !== "", usages: levels, need, scale: Math.min(LARGEST, h / need, w / (rows ? 330 : 190)) };
  });
  return made.find(({ scale }) => scale >= READABLE) ?? /** @type {Form} */ (made.at(-1));
}

/** @param {Sheet} sheet @param {Scene} scene @param {number} row @param {{ x: number, y: number, w: number, h: number }} box */
export function drawNodeCard(sheet, scene, row, { x, y, w, h }) {
  const { colours } = sheet;
  const told = nodeCardOf(scene.picture, row, scene.at);
  const { state } = told;
  const well = state === "healthy" || state === "not_observable";
  sheet.begin(nodeSentence(scene.picture, row, scene.at), { part: "node", state });
  const stroke = state === "healthy" ? colours.of("tile-edge") : colours.state(state);
  sheet.rect(x, y, w, h, { fill: colours.of("tile"), stroke, line: well ? 1 : 2, r: 12, dash: state === "not_observable" ? "4 4" : "" });
  if (told.control) {
    const strip = Math.min(0.44 * w, 128);
    sheet.rect(x + (w - strip) / 2, y, strip, 3, { fill: colours.of("horizon"), r: 1.5 });
  }
  const form = formOf(told, w, h);
  const { scale } = form;
  const pad = 20 * scale;
  const line = { x: x + pad, y, w: w - 2 * pad };
  drawTitle(sheet, told, line, scale);
  let base = y + 54 * scale;
  if (form.rows) {
    const step = 34 * scale + Math.min(14, (h - form.need * scale) / 6);
    for (const [at, agent] of told.agents.entries()) drawAgent(sheet, agent, { ...line, y: base + (at + 0.62) * step }, scale);
    base += 3 * step + 4 * scale;
  } else {
    drawShort(sheet, told.agents, { ...line, y: base }, scale);
    base += 24 * scale;
  }
  if (form.because) {
    for (const [at, text] of wrap(told.because, 13 * scale, line.w, 2).entries()) {
      sheet.text(line.x, base + (14 + at * 17) * scale, text, { size: 13 * scale, fill: colours.word(state) });
    }
  }
  for (const [at, usage] of form.usages.entries()) {
    drawUsage(sheet, usage, { ...line, y: y + h - pad * 0.8 - (form.usages.length - 1 - at) * 27 * scale }, scale);
  }
  sheet.end();
}

/** @param {Sheet} sheet @param {NodeCard} told @param {Line} line @param {number} scale */
function drawTitle(sheet, { short, front, state, role }, { x, y, w }, scale) {
  const { colours } = sheet;
  const size = 18 * scale;
  const room = w - 32 * scale;
  const shown = (front ? cutFront : cut)(short, size, room, 600);
  sheet.glyph(state, x, y + 17 * scale, 21 * scale);
  sheet.text(x + 32 * scale, y + 34 * scale, shown, { size, weight: 600, fill: colours.of("text") });
  const left = room - width(shown, size, 600) - 10 * scale;
  const small = [13 * scale, 11 * scale].find((one) => width(role, one) <= left);
  if (small) sheet.text(x + w, y + 34 * scale, role, { size: small, fill: colours.of("ground-text"), anchor: "end" });
}

/** @param {Sheet} sheet @param {Agent} agent */
function agentColour(sheet, { state }) {
  return state === "healthy" ? sheet.colours.of("ground-text") : sheet.colours.word(state);
}

/** @param {Sheet} sheet @param {Agent} agent @param {Line} line @param {number} scale */
function drawAgent(sheet, agent, { x, y, w }, scale) {
  const { colours } = sheet;
  const column = Math.max(30 * scale + 0.36 * w, 168 * scale);
  sheet.glyph(agent.state, x + 2 * scale, y - 12 * scale, 14 * scale);
  sheet.text(x + 30 * scale, y, agent.title, { size: 15 * scale, weight: 500, fill: colours.of("tile-text") });
  const said = cut(agent.said, 14 * scale, w - column);
  sheet.text(x + column, y, said, { size: 14 * scale, fill: agentColour(sheet, agent) });
  const fits = cut(agent.version, 13 * scale, w - column - width(said, 14 * scale) - 12);
  // "v1.2…" of v1.20.8 would be another version: what is left of one has to be more than its numbers.
  const version = fits === agent.version || fits.length > 11 ? fits : "";
  sheet.text(x + w, y, version, { size: 13 * scale, fill: colours.of("ground-text"), anchor: "end" });
}

/** All three in one line. @param {Sheet} sheet @param {Agent[]} agents @param {Line} line @param {number} scale */
function drawShort(sheet, agents, { x, y, w }, scale) {
  /** @param {number} size @param {number} gap */
  const needed = (size, gap) => agents.reduce((sum, { short }) => sum + 19 * scale + width(short, size), 2 * gap);
  const sizes = [[12.5 * scale, 14 * scale], [10.5 * scale, 6 * scale], [10.5, 6], [9, 5]].map(([size = 0, gap = 0]) => ({ size, gap }));
  // Names that do not fit are left out altogether: the shapes say the states, in the order that every node has.
  const fits = sizes.find(({ size, gap }) => needed(size, gap) <= w);
  const { size, gap } = fits ?? { size: 0, gap: 6 * scale };
  let left = x;
  for (const agent of agents) {
    sheet.glyph(agent.state, left, y - 2 * scale, 14 * scale);
    if (fits) sheet.text(left + 19 * scale, y + 9.5 * scale, agent.short, { size, fill: agentColour(sheet, agent) });
    left += 19 * scale + (fits ? width(agent.short, size) : 0) + gap;
  }
}

/** @param {Sheet} sheet @param {Usage} usage @param {Line} line @param {number} scale */
function drawUsage(sheet, { label, share, value }, { x, y, w }, scale) {
  const { colours } = sheet;
  const size = 13 * scale;
  const tall = 9 * scale;
  sheet.text(x, y, label, { size, fill: colours.of("ground-text") });
  const left = x + 68 * scale;
  const room = w - (68 + 82) * scale;
  sheet.rect(left, y - tall, room, tall, { fill: colours.of("tile-trough"), r: tall / 2 });
  if (share > 0) sheet.rect(left, y - tall, Math.max(tall, room * share), tall, { fill: colours.of("tile-bar"), r: tall / 2 });
  sheet.text(x + w, y, value, { size, weight: 500, fill: colours.of("tile-text"), anchor: "end" });
}
