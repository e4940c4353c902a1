/**
 * What needs attention in the cluster whose own picture fills a wall, below it and in type that is read from afar: the picture's own
 * list is made for the chair. What has no room at once is shown in turn, by the clock. Pure.
 */

import { nameLines, wrapped } from "./lines.js";

/** @typedef {import("../file/sheet.js").Sheet} Sheet */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("./told.js").Told} Told */
/** @typedef {{ x: number, y: number, w: number, h: number }} Box */
/** @typedef {{ state: State, lines: string[] }} Row */
/** @typedef {{ state: State, forms: string[] }} Entry `forms`: what may be said of it, the most telling first */
/** @typedef {{ state: State, rows: Row[], note: string, type: number, high: number }} Ticker `state`: the worst; `note`: what is not shown
 *    now, and who has seen it; `type`: the size of its text; `high`: the room that all of its turns need */

/** Seconds for which each of several stands: a sentence of two lines is read in that time. */
const TURN = 8;
/** Lines at most, on a screen that is wide and on one that is tall. */
const MOST = { wide: 3, tall: 6 };
/** How much larger than the smallest type it may be, where all has room at once. */
const LARGER = [1.4, 1.2, 1];
const [LINE, INDENT, AROUND] = [1.3, 1.6, 0.9];

/** What is told of a cluster now; null: nothing needs anybody. @param {Told | undefined} card @param {number} room @param {number} least
 *  the smallest type @param {boolean} tall @param {number} now epoch seconds @returns {Ticker | null} */
export function tickerOf(card, room, least, tall, now) {
  const told = card ? entriesOf(card) : [];
  if (!card || !told.length) return null;
  const most = tall ? MOST.tall : MOST.wide;
  const others = [card.more ? `and ${card.more} more` : "", card.acknowledged ? `acknowledged by ${card.acknowledged}` : ""].filter(Boolean);
  const found = atOnce(told, least, room, most);
  const type = found?.type ?? least;
  const turns = turnsOf(found?.told ?? briefer(told), type, room, most);
  const at = Math.floor(now / TURN) % turns.length;
  const rows = turns[at] ?? [];
  const turned = turns.length > 1 ? [`${at + 1} of ${turns.length}`] : [];
  const note = (wrapped([...turned, ...others].join(" · "), type, room, 1) ?? wrapped([...turned, ...others].join(" · "), least, room, 1) ?? turned)[0] ?? "";
  const lines = Math.max(...turns.map(linesOf)) + (note ? 1 : 0);
  return { state: told[0]?.state ?? "unknown", rows, note, type, high: (lines * LINE + AROUND) * type };
}

/** Of what nobody vouches for, that: what needed attention then is in the picture. @param {Told} card
 *  @returns {Entry[]} the worst first */
function entriesOf({ troubles, status, worst, sky, ground }) {
  if (troubles.length) return troubles.map(({ state, title, text }) => ({ state, forms: [text, firstOf(text), title] }));
  if (status.kind === "live") return [];
  const because = sky.because || ground.because;
  return [{ state: status.kind === "late" ? "unknown" : worst, forms: [because ? `${status.words}: ${because}` : status.words, status.words] }];
}

/** How all of it has room at once: whole, else each entry's next form; null: it does not. @param {Entry[]} told @param {number} least
 *  @param {number} room @param {number} most @returns {{ told: Entry[], type: number } | null} */
function atOnce(told, least, room, most) {
  for (const one of [told, briefer(told)]) {
    for (const type of LARGER.map((factor) => least * factor)) {
      const lines = one.map(({ forms }) => wrapped(forms[0] ?? "", type, room - type * INDENT, most, 500)?.length ?? most + 1);
      if (lines.reduce((sum, each) => sum + each, 0) <= most) return { told: one, type };
    }
  }
  return null;
}

/** Each without its longest form. @param {Entry[]} told @returns {Entry[]} */
function briefer(told) {
  return told.map(({ state, forms }) => ({ state, forms: forms.slice(1) }));
}

/** The first sentence, or all. @param {string} text */
function firstOf(text) {
  return text.match(/^.*?[.](?=\s)/)?.[0] ?? text;
}

/** @param {Entry[]} told @param {number} type @param {number} room @param {number} most lines of a turn
 *  @returns {Row[][]} */
function turnsOf(told, type, room, most) {
  /** @type {Row[][]} */
  const turns = [];
  for (const { state, forms } of told) {
    const wide = room - type * INDENT;
    const whole = forms.map((form) => wrapped(form, type, wide, most, 500)).find((lines) => lines !== null);
    const row = { state, lines: whole ?? nameLines(forms[forms.length - 1] ?? "", type, wide, 2, true) ?? [] };
    const last = turns[turns.length - 1];
    if (last && linesOf(last) + row.lines.length <= most) last.push(row);
    else turns.push([row]);
  }
  return turns;
}

/** @param {Row[]} rows */
function linesOf(rows) {
  return rows.reduce((sum, { lines }) => sum + lines.length, 0);
}

/** @param {Sheet} sheet @param {Ticker} ticker @param {Box} box */
export function drawTicker(sheet, { state: worst, rows, note, type }, box) {
  const { colours } = sheet;
  sheet.begin(rows.map(({ lines }) => lines.join(" ")).join(" "), { part: "ticker", state: worst });
  sheet.rect(0, box.y, box.x * 2 + box.w, box.h, { fill: colours.of("panel-2") });
  sheet.rect(0, box.y, box.x * 2 + box.w, Math.max(2, type * 0.1), { fill: colours.state(worst) });
  let y = box.y + (type * AROUND) / 2;
  for (const { state, lines } of rows) {
    sheet.glyph(state, box.x, y + type * 0.15, type);
    for (const one of lines) {
      sheet.text(box.x + type * INDENT, y + type * 0.98, one, { size: type, weight: 500, fill: colours.of("text") });
      y += type * LINE;
    }
  }
  if (note) sheet.text(box.x + type * INDENT, y + type * 0.98, note, { size: type, fill: colours.of("muted") });
  sheet.end();
}
