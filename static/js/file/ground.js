/** The ground in a file: groups, and in them every node, as large as all of them fit. Pure. */

import { groupsOf } from "../arrange.js";
import { TILES_UP_TO, plan } from "../layout.js";
import { DEPTH, groundArrows, straight } from "../scene/arrows.js";
import { captionOf, groundNotice, headingOf } from "../scene/ground.js";
import { MARK_MOST, tileShape } from "../scene/tile.js";
import { drawCells } from "./cells.js";
import { drawNodeCard } from "./nodecard.js";
import { GUTTER, drawArrow } from "./sky.js";
import { cut, width, wrap } from "./text.js";
import { drawTile } from "./tile.js";

/** @typedef {import("../layout.js").Group} Group */
/** @typedef {import("../layout.js").Plan} Plan */
/** @typedef {import("../layout.js").Zone} Zone */
/** @typedef {import("../scene/sky.js").Addon} Addon */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./sheet.js").Sheet} Sheet */

const [HEAD, FOOT] = [59, 24];
/** A cell is at least so wide: nobody can scroll a file. */
const LEAST = 1;
/** So tall is the ground of thousands of nodes in one column. */
const SCREENFUL = 640;
/** And so tall at most is that of fewer. */
const TALLEST = 5000;

/** Draw the data plane below the horizon at `top`. @param {Sheet} sheet @param {Scene} scene @param {Addon[]} addons
 *  @param {number} top @param {number} across @param {number} bottom @param {number} bar where the API server's bar ends */
export function drawGround(sheet, scene, addons, top, across, bottom, bar) {
  const { picture, group } = scene;
  sheet.rect(0, top + 3, across, bottom - top - 3, { fill: "url(#ground)" });
  drawHead(sheet, scene, addons, top, across);
  const area = { width: across - 2 * GUTTER, height: bottom - top - HEAD - FOOT, unit: 1, least: LEAST };
  const made = planOf(groupsOf(picture, group, scene.sort), area);
  for (const zone of made.zones) drawZone(sheet, scene, made, zone, { x: GUTTER, y: top + HEAD });
  if (bar) {
    for (const { zone, arrow } of groundArrows(made.zones, picture, group)) {
      const x = Math.round((GUTTER + zone.x + zone.w / 2) * 10) / 10;
      drawArrow(sheet, arrow, arrow.weight, straight(x, bar, top + 22, arrow.weight, true, 1), "arrow-up");
    }
  }
  const said = groundNotice(picture, scene.at);
  if (said) drawNothing(sheet, said, top, across, bottom);
}

/** The same in one column, as tall as its nodes want it; returns where it ends. @param {Sheet} sheet @param {Scene} scene
 *  @param {Addon[]} addons @param {number} top @param {number} across @param {number} bar */
export function drawGroundBelow(sheet, scene, addons, top, across, bar) {
  const { picture, group } = scene;
  const behind = sheet.items.length;
  const head = drawNarrowHead(sheet, scene, addons, top, across);
  // As on the page: thousands are seen at once, as cells; fewer flow on, but not for ever.
  const area = { width: across - 2 * GUTTER, unit: 1, least: LEAST };
  const groups = groupsOf(picture, group, scene.sort);
  const flowing = picture.size > TILES_UP_TO ? null : plan(groups, { ...area, height: null });
  const made = flowing && flowing.height <= TALLEST ? flowing : planOf(groups, { ...area, height: flowing ? TALLEST : SCREENFUL });
  const said = groundNotice(picture, scene.at);
  const bottom = head + Math.max(made.height, said ? 160 : 0) + FOOT;
  sheet.rect(0, top + 3, across, bottom - top - 3, { fill: "url(#ground)" });
  sheet.items.splice(behind, 0, ...sheet.items.splice(-1));
  for (const zone of made.zones) drawZone(sheet, scene, made, zone, { x: GUTTER, y: head });
  // Groups stand one below the other, and so their arrows on each other: the worst is on top.
  if (bar) {
    const arrows = groundArrows(made.zones, picture, group).map(({ arrow }) => arrow);
    for (const arrow of arrows.sort((one, other) => DEPTH.indexOf(one.state) - DEPTH.indexOf(other.state))) {
      drawArrow(sheet, arrow, arrow.weight, straight(across / 2, bar, top + 22, arrow.weight, true, 1), "arrow-up");
    }
  }
  if (said) drawNothing(sheet, said, top, across, bottom);
  return bottom;
}

/** What stands above the groups, in as many lines as it takes; returns where it ends. @param {Sheet} sheet @param {Scene} scene
 *  @param {Addon[]} addons @param {number} top @param {number} across */
function drawNarrowHead(sheet, scene, addons, top, across) {
  const { colours } = sheet;
  const { size, agents } = captionOf(scene.picture, scene.at);
  let y = top + 42;
  sheet.text(GUTTER, y, "DATA PLANE", { size: 13, weight: 700, fill: colours.of("ground-label"), spacing: 2.2 });
  sheet.text(across - GUTTER, y, size, { size: 14, fill: colours.of("ground-text"), anchor: "end" });
  let x = GUTTER;
  y += 26;
  for (const { kind, title, state, word } of [...addons, ...agents.map((one) => ({ ...one, word: "" }))]) {
    const told = word ? `${title} ${word}` : title;
    if (x > GUTTER && x + 18 + width(told, 13) > across - GUTTER) [x, y] = [GUTTER, y + 22];
    sheet.begin(told, { part: "link", kind, state });
    sheet.glyph(state, x, y - 10.5, 12);
    sheet.text(x + 18, y, told, { size: 13, fill: word ? colours.word(state) : colours.of("ground-text") });
    sheet.end();
    x += 18 + width(told, 13) + 16;
  }
  return y + 17;
}

/** Where all groups lie. So many that their headings alone would fill the area stand in one, in their order. @param {Group[]} groups
 *  @param {import("../layout.js").Area & { height: number }} area @returns {Plan} */
function planOf(groups, area) {
  const made = plan(groups, area);
  if (made.height <= area.height + 0.5 || groups.length < 2) return made;
  return plan([{ key: `${groups.length} groups`, rows: groups.flatMap(({ rows }) => rows) }], { ...area, least: LEAST / 4 });
}

/** @param {Sheet} sheet @param {Scene} scene @param {Addon[]} addons @param {number} top @param {number} across */
function drawHead(sheet, scene, addons, top, across) {
  const { colours } = sheet;
  const base = top + 42;
  const { size, agents } = captionOf(scene.picture, scene.at);
  let x = across - GUTTER;
  for (const { kind, title, state, word } of [...addons, ...agents.map((one) => ({ ...one, word: "" }))].reverse()) {
    const told = word ? `${title} ${word}` : title;
    const left = x - width(told, 13);
    if (left < GUTTER + 320) break;
    sheet.begin(told, { part: "link", kind, state });
    sheet.text(left, base, told, { size: 13, fill: word ? colours.word(state) : colours.of("ground-text") });
    sheet.glyph(state, left - 18, base - 10.5, 12);
    sheet.end();
    x = left - 34;
  }
  let room = x - GUTTER - 128;
  if (size && room > width(size, 14)) {
    sheet.text(x, base, size, { size: 14, fill: colours.of("ground-text"), anchor: "end" });
    room -= width(size, 14) + 20;
  }
  const motto = room > 200 ? cut("runs the workload; keeps running while the control plane is away", 14, room) : "";
  const tail = { text: motto, size: 14, fill: colours.of("ground-text"), gap: 14 };
  sheet.text(GUTTER, base, "DATA PLANE", { size: 13, weight: 700, fill: colours.of("ground-label"), spacing: 2.2, tail });
}

/** @param {Sheet} sheet @param {Scene} scene @param {Plan} made @param {Zone} zone @param {{ x: number, y: number }} origin */
function drawZone(sheet, scene, made, zone, { x, y }) {
  const { colours } = sheet;
  const { picture } = scene;
  sheet.rect(x + zone.x, y + zone.y, zone.w, zone.h, { fill: colours.of("zone"), stroke: colours.of("zone-edge"), r: 12 });
  const { title, summary } = headingOf(picture, zone, made.zones.length, scene.group, zone.w);
  const room = zone.w - 46 - width(summary, 13);
  const base = y + zone.y + 25;
  sheet.begin("", { part: "group", title, nodes: zone.rows.length });
  sheet.text(x + zone.x + 16, base, cut(title, 14.5, room, 600), { size: 14.5, weight: 600, fill: colours.of("zone-label") });
  sheet.text(x + zone.x + zone.w - 16, base, summary, { size: 13, fill: colours.of("ground-text"), anchor: "end" });
  sheet.end();
  const first = { x: x + zone.left, y: y + zone.top };
  if (made.level === "cell") {
    drawCells(sheet, scene, made, zone, first);
    return;
  }
  const shape = tileShape(made.w, made.h, MARK_MOST);
  for (const [at, row] of zone.rows.entries()) {
    const box = {
      x: first.x + (at % zone.columns) * (made.w + made.gap), y: first.y + Math.floor(at / zone.columns) * (made.h + made.down),
      w: made.w, h: made.h,
    };
    if (made.level === "card") drawNodeCard(sheet, scene, row, box);
    else drawTile(sheet, scene, row, box, shape);
  }
}

/** The cluster is there and no node is. @param {Sheet} sheet @param {{ title: string, lines: string[] }} said @param {number} top
 *  @param {number} across @param {number} bottom */
function drawNothing(sheet, { title, lines }, top, across, bottom) {
  const { colours } = sheet;
  const middle = (top + bottom) / 2 + 18;
  const told = lines.flatMap((line) => wrap(line, 16, Math.min(820, across - 4 * GUTTER), 3));
  const base = middle - 10 - (told.length - 1) * 12;
  sheet.begin(title, { part: "nothing" });
  sheet.text(across / 2, base, title, { size: 26, weight: 600, fill: colours.of("text"), anchor: "middle" });
  for (const [at, line] of told.entries()) {
    sheet.text(across / 2, base + 34 + at * 24, line, { size: 16, fill: colours.of("ground-text"), anchor: "middle" });
  }
  sheet.end();
}
