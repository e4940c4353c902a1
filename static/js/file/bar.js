/** The API server in a file, along the horizon. Pure. */

import { OWN_CHART, SERVERS } from "../scene/apibar.js";
import { chartOf } from "../scene/charts.js";
import { WORDS } from "../states.js";
import { chipEdge, drawRest, drawSpark, edgeOf, lineColour } from "./card.js";
import { cut, cutFront, width, wrap } from "./text.js";

/** @typedef {import("../scene/apibar.js").Bar} Bar */
/** @typedef {import("../scene/apibar.js").Figure} Figure */
/** @typedef {import("../scene/apibar.js").Server} Server */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./sheet.js").Sheet} Sheet */
/** @typedef {{ x: number, y: number, w: number, h: number }} Box */

const [PAD, BODY, LINE, BETWEEN] = [24, 132, 18, 32];
/** Narrower, and the figures lie below the instances. */
const WIDE = 944;
const FIGURES_BELOW = 112;
/** Narrower, and the instances lie below its name, and the figures below them in two columns. */
const NARROW = 560;
const [SERVER_TALL, FIGURE_TALL, CHART_TALL] = [34, 52, 44];
/** Up to so many servers have room for figures of their own. */
const OWN_SHOWN = 3;

/** @param {Bar} bar @param {number} w */
function linesOf({ line }, w) {
  return line ? wrap(line, 13.5, w - 2 * PAD, 3) : [];
}

/** @param {Bar} bar @param {number} w */
export function barHeight(bar, w) {
  const lines = linesOf(bar, w).length;
  if (w < NARROW) return BODY + 10 + serversBelow(bar) + figureTops(bar, 2).tall + (lines ? 18 + LINE * lines : 0);
  return BODY + (w < WIDE && bar.figures.length ? FIGURES_BELOW : 0) + (lines ? 14 + LINE * lines : 0);
}

/** How tall the instances are where they lie below the name, two beside each other. @param {Bar} bar */
function serversBelow({ servers, rest, hidden }) {
  const count = hidden ? 3 : servers.length + (rest.count ? 1 : 0);
  return count ? Math.ceil(count / 2) * (SERVER_TALL + 8) + 8 : 0;
}

/** Where each line of figures begins, `across` in a line, and how tall all of them are: with a chart a line is taller. @param {Bar} bar
 *  @param {number} across */
function figureTops({ figures }, across) {
  /** @type {number[]} */
  const tops = [];
  let tall = 0;
  for (let at = 0; at < figures.length; at += across) {
    tops.push(tall);
    tall += FIGURE_TALL + (figures.slice(at, at + across).some(({ quantity }) => quantity) ? CHART_TALL : 0);
  }
  return { tops, tall };
}

/** @param {Sheet} sheet @param {Scene} scene @param {Bar} bar @param {Box} box */
export function drawBar(sheet, scene, bar, { x, y, w, h }) {
  const { colours } = sheet;
  const { state } = bar;
  const about = w < NARROW ? w - 2 * PAD : w < WIDE ? 220 : 252;
  const said = [...bar.checks.map(({ words }) => words), bar.about, bar.line].filter(Boolean).join(", ");
  sheet.begin(`${bar.title}, ${WORDS[state]}: ${said}`, { part: "bar", kind: bar.title, state });
  const edge = edgeOf(sheet, state, "bar-edge");
  sheet.rect(x, y, w, h, { fill: colours.of("bar"), r: 14, ...edge, line: Math.max(1.5, edge.line), dash: bar.managed ? "5 5" : edge.dash });
  sheet.glyph(state, x + 20, y + 20, 20);
  sheet.text(x + 52, y + 37, bar.title, { size: 18, weight: 600, fill: colours.of("text") });
  sheet.text(x + 52, y + 60, cut(bar.role, 13, about - 32), { size: 13, fill: colours.of("muted") });
  drawChecks(sheet, bar, x + PAD, y + 90, about);
  sheet.text(x + PAD, y + 113, cut(bar.about, 13, about), { size: 13, fill: colours.of("muted") });

  const left = x + PAD + about + 20;
  const right = x + w - PAD;
  if (w < NARROW) {
    const below = serversBelow(bar);
    if (below) drawServers(sheet, scene, bar, { x: x + PAD, y: y + BODY - 8, w: w - 2 * PAD, h: below - 16 });
    drawFigures(sheet, scene, bar.figures, x + PAD, y + BODY - 4 + below, w - 2 * PAD, Math.ceil(bar.figures.length / 2), figureTops(bar, 2).tops);
  } else if (w < WIDE) {
    drawServers(sheet, scene, bar, { x: left, y: y + 16, w: right - left, h: BODY - 32 });
    drawFigures(sheet, scene, bar.figures, x + PAD, y + BODY, w - 2 * PAD, 1);
  } else {
    const need = bar.figures.reduce((sum, one) => sum + Math.max(figureWidth(one), 84) + 14, -14);
    const lines = need <= (right - left) * 0.64 ? 1 : 2;
    const figures = bar.figures.length ? Math.max(230, lines === 1 ? need : (right - left) * 0.4) + BETWEEN : 0;
    const instances = Math.min(bar.servers.length + (bar.rest.count ? 1 : 0), SERVERS) || 1;
    const servers = Math.min(right - left - figures, 204 * instances, 640);
    drawServers(sheet, scene, bar, { x: left, y: y + 16, w: servers, h: BODY - 32 });
    const room = right - left - servers - BETWEEN;
    drawFigures(sheet, scene, bar.figures, right - room, y + 16, room, lines);
  }
  const told = linesOf(bar, w);
  if (told.length) sheet.rect(x + PAD, y + h - 12 - LINE * told.length, w - 2 * PAD, 1, { fill: colours.of("bar-chip-edge") });
  for (const [at, line] of told.entries()) {
    sheet.text(x + PAD, y + h - 14 - (told.length - 1 - at) * LINE, line, { size: 13.5, fill: lineColour(sheet, state) });
  }
  sheet.end();
}

/** @param {Sheet} sheet @param {Bar} bar @param {number} x @param {number} y @param {number} room */
function drawChecks(sheet, { checks }, x, y, room) {
  let used = 0;
  for (const { words, passes } of checks) {
    const weight = passes ? 400 : 600;
    const needed = width(words, 13, weight);
    if (used && used + needed > room) return;
    const fill = passes ? sheet.colours.of("bar-good") : sheet.colours.word("degraded");
    sheet.text(x + used, y, cut(words, 13, room, weight), { size: 13, weight, fill });
    used += needed + 11;
  }
}

/** @param {Sheet} sheet @param {Scene} scene @param {Bar} bar @param {Box} box */
function drawServers(sheet, scene, { servers, rest, hidden }, { x, y, w, h }) {
  const { colours } = sheet;
  if (hidden) {
    const wide = Math.min(w, h < 64 ? w : 200);
    const lines = wrap(hidden, 13, wide - 28, Math.max(1, Math.floor(h / LINE)));
    sheet.rect(x, y, wide, h, { stroke: colours.state("not_observable"), dash: "5 5", r: 9 });
    for (const [at, line] of lines.entries()) {
      const base = y + h / 2 + 5 + (at - (lines.length - 1) / 2) * LINE;
      sheet.text(x + wide / 2, base, line, { size: 13, fill: colours.of("muted"), anchor: "middle" });
    }
    return;
  }
  const count = servers.length + (rest.count ? 1 : 0);
  const fits = Math.max(1, Math.floor((w + 12) / (118 + 12)));
  const lines = Math.min(Math.max(3, Math.floor(h / SERVER_TALL)), Math.ceil(count / fits));
  const across = Math.ceil(count / lines);
  const [chip, tall] = [(w - 12 * (across - 1)) / across, (h - 8 * (lines - 1)) / lines];
  /** @param {number} at */
  const place = (at) => ({ x: x + (at % across) * (chip + 12), y: y + Math.floor(at / across) * (tall + 8), w: chip, h: tall });
  for (const [at, one] of servers.entries()) drawServer(sheet, scene, one, place(at), count <= OWN_SHOWN);
  if (rest.count) drawRest(sheet, rest, place(servers.length), { fill: "bar-chip", edge: "bar-chip-edge", r: 9 });
}

/** Facts in as few lines as they fit, each whole; one that is wider than the room is left out. @param {string[]} facts @param {number} room */
function packed(facts, room) {
  /** @type {string[]} */
  const lines = [];
  for (const fact of facts.filter((one) => width(one, 12) <= room)) {
    const longer = `${lines.at(-1) ?? ""} · ${fact}`;
    if (lines.length && width(longer, 12) <= room) lines[lines.length - 1] = longer;
    else lines.push(fact);
  }
  return lines;
}

/** @param {Sheet} sheet @param {Scene} scene @param {Server} told @param {Box} box @param {boolean} figures is there room for its own? */
function drawServer(sheet, scene, { name, state, said, title, own: told }, { x, y, w, h }, figures) {
  const { colours } = sheet;
  sheet.begin(title, { part: "server", state, name });
  sheet.rect(x, y, w, h, { fill: colours.of("bar-chip"), r: 9, ...chipEdge(sheet, state, "bar-chip-edge") });
  const lines = h >= 64 ? wrap(said, 13, w - 26, Math.floor((h - 34) / 16)) : [];
  const left = h - 30 - lines.length * 17;
  const own = told && figures && state === "healthy" ? packed(told.facts, w - 26).slice(0, Math.max(0, Math.floor(left / 15))) : [];
  const chart = told && own.length && left >= own.length * 15 + 20 ? chartOf(told.series, OWN_CHART, scene.at, { width: w - 26, height: 14 }) : null;
  const shown = own.length * 15 + (chart ? 20 : 0);
  const base = y + h / 2 + 5 - lines.length * 8.5 - shown / 2;
  sheet.glyph(state, x + 12, base - 11.5, 13);
  sheet.text(x + 32, base, cutFront(name, 14, w - 42, 600), { size: 14, weight: 600, fill: colours.of("sky-chip-text") });
  for (const [at, line] of lines.entries()) {
    sheet.text(x + 13, base + 20 + at * 16.5, line, { size: 13, fill: lineColour(sheet, state) });
  }
  if (shown) {
    const top = base + 3 + lines.length * 16.5;
    for (const [at, line] of own.entries()) sheet.text(x + 13, top + 14 + at * 15, line, { size: 12, fill: colours.of("muted") });
    if (chart) drawSpark(sheet, chart, x + 13, top + 20 + (own.length - 1) * 15, "own-chart");
  }
  sheet.end();
}

/** @param {Figure} told */
function largeOf({ large }) {
  return large || "–";
}

/** @param {Figure} told */
function figureWidth(told) {
  const { name, span, small, near } = told;
  const title = width(name, 12.5) + (span ? 14 + width(span, 12.5) : 0);
  return Math.max(title, width(largeOf(told), 23, 600) + (small ? (near ? 0 : 6) + width(small, 14) : 0));
}

/** @param {Sheet} sheet @param {Scene} scene @param {Figure[]} figures @param {number} x @param {number} y @param {number} w
 *  @param {number} lines @param {number[]} [tops] where each begins, with room for charts */
function drawFigures(sheet, scene, figures, x, y, w, lines, tops) {
  if (!figures.length) return;
  const { colours } = sheet;
  const across = Math.ceil(figures.length / lines);
  const columns = Array.from({ length: across }, (_, place) => figures.filter((__, at) => at % across === place));
  const natural = columns.map((column) => Math.max(...column.map(figureWidth)));
  const needed = natural.reduce((sum, one) => sum + one, 0);
  const scale = Math.min(1, (w - 14 * (across - 1)) / needed);
  const between = Math.min(64, across > 1 ? (w - needed * scale) / (across - 1) : 0);
  const charts = lines === 1 || tops !== undefined;
  const base = tops || (charts && figures.some(({ quantity }) => quantity)) ? y : y + (100 - lines * 50) / 2;
  let left = x;
  for (const [place, column] of columns.entries()) {
    const wide = (natural[place] ?? 0) * scale;
    for (const [line, told] of column.entries()) {
      const top = base + (tops?.[line] ?? line * 52);
      const box = { width: wide + Math.max(0, between - 18), height: 34 };
      sheet.begin(`${told.name}: ${told.large ? `${told.large}${told.near ? "" : " "}${told.small}` : "not known now"}`, { part: "figure" });
      sheet.text(left, top + 14, told.name, { size: 12.5 * scale, fill: colours.of("muted") });
      if (charts && told.span) sheet.text(left + box.width, top + 14, told.span, { size: 12.5 * scale, fill: colours.of("faint"), anchor: "end" });
      const tail = { text: told.small, size: 14 * scale, fill: colours.of("muted"), gap: told.near ? 0 : 4 };
      sheet.text(left, top + 41, largeOf(told), { size: 23 * scale, weight: told.large ? 600 : 400, fill: colours.of(told.large ? "text" : "muted"), tail });
      const drawn = charts && told.quantity ? chartOf(scene.picture.series, told.quantity, scene.at, box) : null;
      if (drawn) drawSpark(sheet, drawn, left, top + 56);
      sheet.end();
    }
    left += wide + between;
  }
}
