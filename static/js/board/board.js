/**
 * The wall of many clusters as a list of marks, and as one SVG document: pure, and the same in the browser (wall/display.js) and in
 * the server's painter (dashboard/board_pictures.py). Every text has its room: nothing is cut, nothing lies over something else.
 */

import { Palette } from "../file/palette.js";
import { Sheet } from "../file/sheet.js";
import { documentOf } from "../file/svg.js";
import { width as widthOf } from "../file/text.js";
import { counted, thousands } from "../words.js";
import { boxesOf, leastType } from "./boxes.js";
import { cardItems, fitOf } from "./card.js";
import { Remembered } from "./remembered.js";
import { drawFoot, drawHead, footHeight, headHeight } from "./frame.js";
import { wrapped } from "./lines.js";
import { announced } from "./announced.js";
import { drawTicker, tickerOf } from "./ticker.js";
import { themeAt } from "./sun.js";
import { calmOfAll, isSick, sorted, tally, toldOf, wholeOf } from "./told.js";

/** @typedef {import("../file/sheet.js").Item} Item */
/** @typedef {import("./frame.js").Around} Around */
/** @typedef {import("./told.js").Cluster} Cluster */
/** @typedef {import("./told.js").Told} Told */
/** @typedef {import("./frame.js").Change} Change */
/** @typedef {{ at: number, clusters: Cluster[], changes: Change[] }} Scene as dashboard/boards.py has it: `at`: when it was made, epoch
 *    seconds of the server's clock; `changes`: what has changed lately */
/** @typedef {{ css: string, theme: string, place: import("./sun.js").Place | null, width: number, height: number, scale: number, now: number, frozen: boolean, single?: string | null, around: Around }} Options
 *    `css` of css/tokens.css; `theme`: dark, light or sun; sizes in pixels; `scale`: 1, or how much larger all of it is; `frozen`: nothing comes from the server;
 *    `single`: the cluster whose own picture stands where the cards would, by its slug; null: none */
/** @typedef {{ key: string, items: Item[] }} Group */
/** @typedef {{ x: number, y: number, w: number, h: number }} Area */
/** @typedef {{ groups: Group[], across: number, down: number, colours: Palette, theme: "dark" | "light", cards: Told[], words: string, area: Area | null }} Board
 *    `area`: where a cluster's own picture stands */

/** Cards at most: more could not be read, and are counted. */
export const MOST = 60;
const DAY = 86_400;
/** Room for a name of a dozen letters, in its type: names that are cut are not told apart. */
const NAMED = 8;
const EMPTY = "No cluster is watched here.";

/** To try what fits takes a while, and most cards say the same as a second ago. @type {Remembered<number>} */
const fits = new Remembered(4 * MOST);
/** @type {Remembered<Item[]>} */
const drawn = new Remembered(4 * MOST);

/** @param {Scene} scene @param {Options} options @returns {Board} */
export function boardOf(scene, { css, theme: wanted, place, width, height, scale, now, frozen, single = null, around }) {
  const theme = themeAt(wanted, place, now);
  const [across, down] = [width / scale, height / scale];
  const colours = new Palette(css, theme, false);
  const cards = sorted(scene.clusters.map((cluster) => toldOf(cluster, now, frozen)));
  const shown = cards.length > MOST ? cards.slice(0, MOST - 1) : cards;
  const places = cards.length > MOST ? MOST : cards.length;
  const least = leastType(single === null ? places : 1, across, down);
  const margin = Math.max(6, Math.min(across, down) * 0.018);
  const room = across - 2 * margin;
  // A cluster's own picture has its header: above it stands only what is said of the wall as a whole.
  const head = single !== null && !around.old && !announced(scene.changes, now) ? 0 : headHeight(around, across, down);
  // What is old tells of no days up to now.
  const calm = around.old ? "" : calmOfAll(scene.clusters, now);
  const change = announced(scene.changes, now);
  const foot = footHeight(around, calm, room, least);
  const ticker = single === null || around.old ? null : tickerOf(wholeOf(scene.clusters.find(({ card }) => card.slug === single), now, frozen), room, least, across < down, now);
  /** @type {Group[]} */
  const groups = [];
  /** @param {string} key @param {(sheet: Sheet) => void} draw */
  const group = (key, draw) => {
    const sheet = new Sheet(colours);
    draw(sheet);
    groups.push({ key, items: sheet.items });
  };
  const look = [theme, least, Math.floor(now / 60)].join(" ");
  group("bg", (sheet) => sheet.rect(0, 0, across, down, { fill: colours.of("bg") }));
  if (head) group("head", (sheet) => drawHead(sheet, cards, around, change, { x: margin, y: margin * 0.4, w: room, h: head - margin * 0.8 }, least));
  const area = { x: margin, y: head, w: room, h: down - head - foot - margin * 0.8 };
  const full = { x: 0, y: head, w: across, h: down - head - foot - (ticker?.high ?? 0) };
  if (single !== null) {
    // Its place is left free: the browser lays the picture over it, the server puts it in.
    group("picture", (sheet) => sheet.rect(full.x, full.y, full.w, full.h, { data: { part: "picture" } }));
    if (ticker) group("ticker", (sheet) => drawTicker(sheet, ticker, { x: margin, y: full.y + full.h, w: room, h: ticker.high }));
  } else if (!cards.length) group("empty", (sheet) => drawEmpty(sheet, area, down));
  else drawCards(shown, cards.slice(shown.length), { area, places, least, colours, now, gap: margin * 0.72, look }, group);
  group("foot", (sheet) => drawFoot(sheet, around, calm, { x: margin, y: down - foot, w: room, h: foot }, least));
  group("life", (sheet) => {
    const share = (Math.floor(now) % 60) / 59;
    sheet.rect(0, down - Math.max(2, down * 0.003), across * share, Math.max(2, down * 0.003), { fill: colours.of(frozen || around.old ? "unknown" : "horizon"), data: { part: "life" } });
  });
  return { groups, across, down, colours, theme, cards, words: wordsOf(cards, around), area: single !== null ? full : null };
}

/**
 * @param {Told[]} shown @param {Told[]} others @param {{ area: { x: number, y: number, w: number, h: number }, places: number,
 *   least: number, colours: Palette, now: number, gap: number, look: string }} where
 * @param {(key: string, draw: (sheet: Sheet) => void) => void} group
 */
function drawCards(shown, others, { area, places, least, colours, now, gap, look }, group) {
  const sick = shown.filter((card) => isSick(card.worst)).length;
  const boxes = boxesOf(places, sick, area.w, area.h, gap, NAMED * least);
  const day = { from: Math.floor(now / 60) * 60 - DAY, now: Math.floor(now / 60) * 60 };
  // Cards of one size speak in one size.
  /** @type {Map<boolean, number>} */
  const types = new Map();
  for (const [at, card] of shown.entries()) {
    const box = boxes[at];
    if (!box) continue;
    const type = fits.get(`${look} ${box.w} ${box.h} ${JSON.stringify(card)}`, () => fitOf(card, box, least, colours, day).type);
    types.set(box.large, Math.min(types.get(box.large) ?? Infinity, type));
  }
  for (const [at, card] of shown.entries()) {
    const box = boxes[at];
    if (!box) continue;
    group(`card:${card.slug}`, (sheet) => {
      sheet.begin("", { card: card.slug, state: card.worst, late: card.status.kind === "late" ? 1 : 0 }, [area.x + box.x, area.y + box.y]);
      const type = types.get(box.large) ?? least;
      const key = `${look} ${box.w} ${box.h} ${type} ${JSON.stringify(card)}`;
      sheet.items.push(...drawn.get(key, () => cardItems(card, box, type, least, colours, day)));
      sheet.end();
    });
  }
  const last = boxes[places - 1];
  if (others.length && last) group("more", (sheet) => drawMore(sheet, others, { ...last, x: area.x + last.x, y: area.y + last.y }, least));
}

/** How many there are beyond, and how they are. @param {Sheet} sheet @param {Told[]} others
 *  @param {{ x: number, y: number, w: number, h: number }} box @param {number} least */
function drawMore(sheet, others, { x, y, w, h }, least) {
  const { colours } = sheet;
  const counts = tally(others);
  const lines = [`${thousands(others.length)} more`, ...(counts.length ? counts.map(({ words }) => words) : ["all well"])];
  const widest = Math.max(...lines.map((line) => widthOf(line, 1, 600)));
  const size = Math.max(least, Math.min((h * 0.8) / (lines.length * 1.25), (w * 0.86) / widest));
  sheet.begin(lines.join(", "), { part: "more" });
  sheet.rect(x, y, w, h, { stroke: colours.of("edge"), r: least * 0.4, dash: "6 5" });
  for (const [row, line] of lines.entries()) {
    const base = y + h / 2 + (row - (lines.length - 1) / 2) * size * 1.25 + size * 0.36;
    const state = counts[row - 1]?.state;
    sheet.text(x + w / 2, base, line, { size, weight: 600, fill: state ? colours.word(state) : colours.of("text"), anchor: "middle" });
  }
  sheet.end();
}

/** @param {Sheet} sheet @param {{ x: number, y: number, w: number, h: number }} area @param {number} down */
function drawEmpty(sheet, area, down) {
  const size = Math.min(down * 0.06, area.w / widthOf(EMPTY, 1, 600) * 1.6);
  const lines = wrapped(EMPTY, size, area.w, 4, 600) ?? [EMPTY];
  for (const [row, line] of lines.entries()) {
    const base = area.y + area.h / 2 + (row - (lines.length - 1) / 2) * size * 1.25;
    sheet.text(area.x + area.w / 2, base, line, { size, weight: 600, fill: sheet.colours.of("muted"), anchor: "middle" });
  }
}

/** The wall in a few sentences, for who does not see it. @param {Told[]} cards @param {Around} around */
function wordsOf(cards, around) {
  const said = [`${counted(cards.length, "cluster")}.`];
  if (around.old) said.push(`${around.old}. ${around.why}`);
  for (const { name, worst, sky, ground, status } of cards) {
    if (isSick(worst)) said.push(`${name}, ${status.words}: control plane ${sky.headline}, data plane ${ground.headline}.`);
  }
  if (around.message) said.push(around.message);
  return said.join(" ");
}

/** The document. @param {string} scene JSON of a Scene @param {string} options JSON of Options @returns {string} */
export function draw(scene, options) {
  const asked = /** @type {Options} */ (JSON.parse(options));
  const { groups, across, down, colours, words } = boardOf(/** @type {Scene} */ (JSON.parse(scene)), asked);
  const items = groups.flatMap((group) => group.items);
  return documentOf(items, colours, { width: asked.width, height: asked.height, across, down, title: "Wall · Planewatch", words });
}
