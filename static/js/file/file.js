/** The whole picture as one SVG document, from a snapshot as it came over the wire: pure, and the same for the same arguments. */

import { asSeen, render as renderAges } from "../ages.js";
import { nodeState } from "../groups.js";
import { freshWords } from "../scene/header.js";
import { skyOf } from "../scene/sky.js";
import { SEVERITY, STATES, WORDS, stateOf } from "../states.js";
import { counted, thousands } from "../words.js";
import { HEADER, drawHeader, drawNotice } from "./frame.js";
import { drawGround } from "./ground.js";
import { ACROSS, NARROW, composeNarrow } from "./phone.js";
import { drawRail } from "./rail.js";
import { sceneOf } from "./scene.js";
import { Sheet } from "./sheet.js";
import { TO_HORIZON, drawSky } from "./sky.js";
import { documentOf } from "./svg.js";
import { stamp } from "./time.js";

/** @typedef {import("./scene.js").Options} Options */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../wire-types.js").Snapshot} Snapshot */

const RAIL = 432;
/** Narrower than this, or nearly as tall as wide, and the rail lies below the picture. */
const BESIDE_FROM = 1280;
const BESIDE_RATIO = 1.25;
const BELOW = 0.24;
/** The type is never smaller than the first of these (1: as on a screen of 1920 × 1080), unless the ground would have no room. */
const SCALES = [0.6, 0.5, 0.4, 0.3, 0.2];
const GROUND_LEAST = 260;

/** The document. @param {string} snapshot JSON of planes/live/wire.py @param {string} options JSON of Options @returns {string} */
export function draw(snapshot, options) {
  return drawn(/** @type {Snapshot} */ (JSON.parse(snapshot)), /** @type {Options} */ (JSON.parse(options)));
}

/** @param {Snapshot} snapshot @param {Options} options @returns {string} */
export function drawn(snapshot, options) {
  const { width, height } = options;
  const scene = sceneOf(snapshot, options);
  const title = `${scene.picture.name} · Planewatch`;
  if (width < NARROW) {
    const across = Math.max(width, ACROSS);
    const sheet = new Sheet(scene.colours);
    const down = composeNarrow(sheet, scene, across);
    const tall = Math.round((down * width) / across);
    sheet.items.unshift({ mark: "rect", x: 0, y: 0, w: across, h: down, look: { fill: scene.colours.of("bg") } });
    return documentOf(sheet.items, scene.colours, { width, height: tall, across, down, title, words: described(scene) });
  }
  const scale = width >= height ? Math.min(width / 1920, height / 1080) : width / 1080;
  let [across, down, sheet] = [width, height, new Sheet(scene.colours)];
  for (const least of SCALES) {
    [across, down] = [width / Math.max(scale, least), height / Math.max(scale, least)];
    sheet = new Sheet(scene.colours);
    if (compose(sheet, scene, across, down)) break;
  }
  return documentOf(sheet.items, scene.colours, { width, height, across, down, title, words: described(scene) });
}

/** Lay out all parts; false, and not all of them, if the ground would have too little room. @param {Sheet} sheet @param {Scene} scene
 *  @param {number} across @param {number} down */
function compose(sheet, scene, across, down) {
  const beside = across >= BESIDE_FROM && across / down >= BESIDE_RATIO;
  const picture = beside ? across - RAIL : across;
  const bottom = beside ? down : down * (1 - BELOW);
  sheet.rect(0, 0, across, down, { fill: scene.colours.of("bg") });
  sheet.colours = scene.around;
  drawHeader(sheet, scene, across);
  sheet.colours = scene.colours;
  const sky = skyOf(scene.picture, scene.at);
  const horizon = drawSky(sheet, scene, sky, HEADER, picture);
  if (bottom - horizon < GROUND_LEAST) return false;
  drawGround(sheet, scene, sky.addons, horizon, picture, bottom, sky.bar ? horizon - TO_HORIZON : 0);
  sheet.colours = scene.around;
  if (beside) drawRail(sheet, scene, picture, HEADER, RAIL, down - HEADER);
  else drawRail(sheet, scene, 0, bottom, across, down - bottom);
  sheet.colours = scene.colours;
  drawNotice(sheet, scene, picture, HEADER, bottom);
  return true;
}

/** The picture in a few sentences, for who does not see it. @param {Scene} scene */
function described({ picture, now, at, fresh }) {
  const { control, data } = picture.cluster;
  const said = [`${picture.name}, taken ${stamp(now)}, ${freshWords(fresh, true).words}.`];
  for (const [label, row] of /** @type {const} */ ([["Control plane", control], ["Data plane", data]])) {
    const word = picture.blind ? "unknown" : WORDS[stateOf(row?.state)];
    const why = row?.because ? (picture.blind ? `. ${asSeen(row.because, at, true)}` : `, ${renderAges(row.because, at)}`) : "";
    if (row) said.push(`${label}: ${word}${why.replace(/[.]$/, "")}.`);
  }
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (let row = 0; row < picture.size; row += 1) {
    const state = nodeState(picture, row);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const states = [...STATES].sort((one, other) => SEVERITY[other] - SEVERITY[one]).filter((state) => counts.has(state));
  const told = states.map((state) => `${thousands(counts.get(state) ?? 0)} ${WORDS[state]}`);
  if (told.length) said.push(`${counted(picture.size, "node")}: ${told.join(", ")}.`);
  for (const row of picture.attention.slice(0, 5)) said.push(`${row.title}: ${asSeen(row.because, at, picture.blind)}`);
  return said.join(" ");
}
