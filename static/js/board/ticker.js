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
/** @typedef {{ rows: Row[], note: string, type: number, high: number }} Ticker `note`: what is not shown now, and who has seen it; `type`:
 *    the size of its text; `high`: the room that all of its turns need */

/** Seconds for which each of several stands: a sentence of two lines is read in that time. */
const TURN = 8;
/** Lines at most, on a screen that is wide and on one that is tall. */
const MOST = { wide: 3, tall: 6 };
/** How much larger than the smallest type it may be, where all has room at once. */
const LARGER = [1.4, 1.2];
const [LINE, INDENT, AROUND] = [1.3, 1.6, 0.9];

/** What is told of a cluster now; null: nothing needs anybody. @param {Told | undefined} card @param {number} room @param {number} least
 *  the smallest type @param {boolean} tall @param {number} now epoch seconds @returns {Ticker | null} */
export function tickerOf(card, room, least, tall, now) {
  const told = card ? entriesOf(card) : [];
  if (!card || !told.length) return null;
  const most = tall ? MOST.tall : MOST.wide;
  const others = [card.more ? `and ${card.more} more` : "", card.acknowledged ? `acknowledged by ${card.acknowledged}` : ""].filter(Boolean);
  const type = LARGER.map((factor) => least * factor).find((size) => isRoomy(told, size, room, most)) ?? least;
  const turns = turnsOf(told, type, room, most);
  const at = Math.floor(now / TURN) % turns.length;
  const rows = turns[at] ?? [];
  const turned = turns.length > 1 ? [`${at + 1} of ${turns.length}`] : [];
  const note = (wrapped([...turned, ...others].join(" · "), type, room, 1) ?? wrapped([...turned, ...others].join(" · "), least, room, 1) ?? turned)[0] ?? "";
  const lines = Math.max(...turns.map(linesOf)) + (note ? 1 : 0);
  return { rows, note, type, high: (lines * LINE + AROUND) * type };
}

/** Of what nobody vouches for, that: what needed attention then is in the picture. @param {Told} card
 *  @returns {{ state: State, forms: string[] }[]} the most telling form first */
function entriesOf({ troubles, status, worst, sky, ground }) {
  if (troubles.length) return troubles.map(({ state, title, text }) => ({ state, forms: [text, firstOf(text), title] }));
  if (status.kind === "live") return [];
  const because = sky.because || ground.because;
  return [{ state: status.kind === "late" ? "unknown" : worst, forms: [because ? `${status.words}: ${because}` : status.words, status.words] }];
}

/** Has all of it room at once, with nothing left out? @param {{ forms: string[] }[]} told @param {number} type @param {number} room
 *  @param {number} most */
function isRoomy(told, type, room, most) {
  const lines = told.map(({ forms }) => wrapped(forms[0] ?? "", type, room - type * INDENT, most, 500)?.length ?? most + 1);
  return lines.reduce((sum, one) => sum + one, 0) <= most;
}

/** The first sentence, or all. @param {string} text */
function firstOf(text) {
  return text.match(/^.*?[.](?=\s)/)?.[0] ?? text;
}

/** @param {{ state: State, forms: string[] }[]} told @param {number} type @param {number} room @param {number} most lines of a turn
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
export function drawTicker(sheet, { rows, note, type }, box) {
  const { colours } = sheet;
  const first = rows[0]?.state ?? "unknown";
  sheet.begin(rows.map(({ lines }) => lines.join(" ")).join(" "), { part: "ticker", state: first });
  sheet.rect(0, box.y, box.x * 2 + box.w, box.h, { fill: colours.of("panel-2") });
  sheet.rect(0, box.y, box.x * 2 + box.w, Math.max(2, type * 0.1), { fill: colours.state(first) });
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
