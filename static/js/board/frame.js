/** What stands around the cards of a wall: the counts and the clock, a change that is announced, how old it all is, and below where
 *  one is and what an operator has to say. Pure. */

import { width } from "../file/text.js";
import { WORDS, stateOf } from "../states.js";
import { counted } from "../words.js";
import { nameLines, wrapped } from "./lines.js";
import { tally } from "./told.js";

/** @typedef {import("../file/sheet.js").Sheet} Sheet */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("./told.js").Told} Told */
/** @typedef {{ x: number, y: number, w: number, h: number }} Box */
/** @typedef {{ at: number, slug: string, cluster: string, plane: string, before: string, after: string, because: string }} Change as
 *    dashboard/boards.py has it */
/**
 * @typedef {object} Around
 * @property {string} clock "15:42:10"
 * @property {string} zone "CET"
 * @property {string} name of the display
 * @property {string} place
 * @property {string} message an operator's, plain text
 * @property {string} next "next: prod-eu-1 in 12 s"
 * @property {string} old how old what is shown is, "4 min old"; "" while it is the present
 * @property {string} why it is old
 * @property {boolean} [basic] painted by the server: its clock stands still, and says when that was
 */

const LOGO = ["M3 8 27 3 24 9 6 12Z", "M3 20 27 15 24 21 6 24Z"];

/** How much room the head takes. @param {Around} around @param {number} across @param {number} down */
export function headHeight({ old }, across, down) {
  const tall = across < down;
  return old ? down * (tall ? 0.16 : 0.25) : down * (tall ? 0.125 : 0.1);
}

/** @param {Sheet} sheet @param {Told[]} cards @param {Around} around @param {Change | null} change @param {Box} box
 *  @param {number} least */
export function drawHead(sheet, cards, around, change, box, least) {
  if (around.old) return drawOld(sheet, around, box, least);
  if (change) return drawBand(sheet, change, box, least);
  const { colours } = sheet;
  const type = sizeThatFits(cards, around, box, least);
  const line = type * 1.3;
  const right = box.x + box.w;
  const said = around.basic ? "" : clockWords(around);
  const clocked = width(said, type, 500);
  const lines = rowsOf(cards, type, box.w, clocked);
  let y = box.y + (box.h - lines.length * line) / 2;
  for (const [row, pieces] of lines.entries()) {
    let x = box.x;
    if (row === 0) x = drawLogo(sheet, x, y + line / 2, type);
    for (const { words, state } of pieces) {
      sheet.text(x, y + line / 2 + type * 0.36, words, { size: type, weight: 700, fill: state ? colours.word(state) : colours.of("text") });
      x += width(words, type, 700) + type * 0.9;
    }
    if (row === 0) sheet.text(right, y + line / 2 + type * 0.36, said, { size: type, weight: 500, fill: colours.of("text"), anchor: "end" });
    y += line;
  }
  return undefined;
}

/** @param {Around} around */
function clockWords({ clock, zone, basic = false }) {
  return `${basic ? "painted " : ""}${clock}${zone ? ` ${zone}` : ""}`;
}

/** @param {Told[]} cards @returns {{ words: string, state: State | null }[]} */
function piecesOf(cards) {
  const counts = tally(cards);
  const first = { words: counted(cards.length, "cluster"), state: null };
  if (!cards.length) return [{ words: "no clusters", state: null }];
  return [first, ...(counts.length ? counts : [{ words: "all healthy", state: /** @type {State} */ ("healthy") }])];
}

/** What stands in which line; the clock stands at the end of the first. @param {Told[]} cards @param {number} type @param {number} room
 *  @param {number} clocked its width */
function rowsOf(cards, type, room, clocked) {
  /** @type {{ words: string, state: State | null }[][]} */
  const rows = [[]];
  let left = room - clocked - type * 3;
  for (const piece of piecesOf(cards)) {
    const wide = width(piece.words, type, 700) + type * 0.9;
    if (wide > left && (rows[rows.length - 1]?.length || rows.length === 1)) {
      rows.push([]);
      left = room;
    }
    rows[rows.length - 1]?.push(piece);
    left -= wide;
  }
  return rows;
}

/** @param {Told[]} cards @param {Around} around @param {Box} box @param {number} least */
function sizeThatFits(cards, around, box, least) {
  let type = Math.min(box.h * 0.42, box.w * 0.05);
  while (type > least) {
    const clocked = around.basic ? 0 : width(clockWords(around), type, 500);
    if (rowsOf(cards, type, box.w, clocked).length * type * 1.3 <= box.h && clocked + type * 3 <= box.w) return type;
    type *= 0.95;
  }
  // On a strip even the least type may be wider than the screen; then it is as large as there is room.
  const widest = Math.max(around.basic ? 0 : width(clockWords(around), 1, 500) + 3, ...piecesOf(cards).map(({ words }) => width(words, 1, 700)));
  return Math.min(least, box.w / widest);
}

/** The two planes, in a box of 30 by 24. @param {Sheet} sheet @param {number} x @param {number} middle @param {number} type */
function drawLogo(sheet, x, middle, type) {
  const k = (type * 1.15) / 24;
  const top = middle - type * 0.62;
  for (const [at, name] of ["horizon", "healthy"].entries()) {
    sheet.path(placed(LOGO[at] ?? "", x, top, k), { fill: sheet.colours.of(name) });
  }
  return x + 30 * k + type * 0.6;
}

/** A path of absolute pairs, moved and scaled. @param {string} d @param {number} x @param {number} y @param {number} k */
function placed(d, x, y, k) {
  let at = 0;
  return d.replace(/\d+/g, (digits) => String(Math.round(((at++ % 2 ? y : x) + Number(digits) * k) * 10) / 10));
}

/** A change, over the whole width: from what to what, and why. @param {Sheet} sheet @param {Change} change @param {Box} box
 *  @param {number} least */
function drawBand(sheet, change, box, least) {
  const { colours } = sheet;
  const glyph = box.h * 0.5;
  const to = stateOf(change.after);
  const text = box.x + glyph + least;
  const room = box.x + box.w - text;
  const found = fitted(change, room, box.h, least);
  sheet.begin(`${titleOf(change)}. ${change.because}`, { part: "band", state: to });
  sheet.rect(box.x - least * 0.6, box.y, box.w + least * 1.2, box.h, { fill: colours.of("raised"), stroke: colours.state(to), line: Math.max(2, least * 0.1), r: least * 0.5 });
  sheet.glyph(to, box.x, box.y + (box.h - glyph) / 2, glyph);
  let y = box.y + (box.h - found.high) / 2;
  for (const one of found.title) {
    sheet.text(text, y + found.type * 0.92, one, { size: found.type, weight: 700, fill: colours.word(to) });
    y += found.type * 1.2;
  }
  for (const one of found.because) {
    sheet.text(text, y + least * 0.92, one, { size: least, fill: colours.of("text") });
    y += least * 1.2;
  }
  sheet.end();
}

/** @param {Change} change */
function titleOf({ cluster, plane, before, after }) {
  return `${cluster}, ${plane}: ${WORDS[stateOf(before)]} → ${WORDS[stateOf(after)]}`;
}

/** The largest type in which both fit; without the reason if there is no room for it, which the card tells too. @param {Change} change
 *  @param {number} room @param {number} high @param {number} least */
function fitted(change, room, high, least) {
  for (const lines of [3, 0]) {
    for (let type = high * 0.42; type >= least; type *= 0.94) {
      const titles = wrapped(titleOf(change), type, room, 3, 700);
      const reason = lines ? wrapped(change.because, least, room, lines) : [];
      if (!titles || !reason) continue;
      const all = titles.length * type * 1.2 + reason.length * least * 1.2;
      if (all <= high * 0.94) return { type, title: titles, because: reason, high: all };
    }
  }
  // A name that is wider than the screen.
  const [name] = nameLines(change.cluster, least, room, 1, true) ?? [""];
  const rest = wrapped(titleOf({ ...change, cluster: "" }).slice(2), least, room, 2, 700) ?? [];
  const title = [name ?? "", ...rest];
  return { type: least, title, because: [], high: title.length * least * 1.2 };
}

/** That it is old, in letters as large as can be. @param {Sheet} sheet @param {Around} around @param {Box} box @param {number} least */
function drawOld(sheet, { old, why, clock, zone }, box, least) {
  const { colours } = sheet;
  const reason = wrapped(`${why} It is ${clock}${zone ? ` ${zone}` : ""} now.`, least * 1.1, box.w, 4) ?? [];
  const room = box.h - reason.length * least * 1.35 - least * 0.6;
  const huge = Math.min(room / 1.15, (box.w / width(old, 1, 700)) * 0.98);
  sheet.begin(`${old}. ${why}`, { part: "old" });
  sheet.text(box.x + box.w / 2, box.y + huge * 0.95, old, { size: huge, weight: 700, fill: colours.word("degraded"), anchor: "middle" });
  for (const [row, one] of reason.entries()) {
    const base = box.y + huge * 1.15 + least * (1 + row * 1.35);
    sheet.text(box.x + box.w / 2, base, one, { size: least * 1.1, fill: colours.of("text"), anchor: "middle" });
  }
  sheet.end();
}

/** What stands below: each line's pieces from the left, the middle and the right, or one below the other. @param {Around} around
 *  @param {string} calm @param {number} room @param {number} least */
function footOf(around, calm, room, least) {
  const { name, place, next, message } = around;
  // What is painted says when in every case; a clock that stands still says nothing else.
  const here = [name, place, around.basic ? clockWords(around) : ""].filter(Boolean).join(" · ");
  const pieces = [next, calm, here].filter(Boolean);
  const wide = pieces.reduce((sum, one) => sum + width(one, least) + least * 1.5, 0);
  const said = message ? [...message.split(/\r?\n/).flatMap((line) => wrapped(line, least * 1.15, room - least * 2, 4, 500) ?? broken(line, least * 1.15, room - least * 2))].slice(0, 5) : [];
  const rows = wide <= room ? (pieces.length ? [pieces] : []) : pieces.flatMap((one) => (wrapped(one, least, room, 3) ?? broken(one, least, room)).map((line) => [line]));
  return { said, rows, next };
}

/** Lines broken anywhere: for one who wrote a word longer than the screen. @param {string} text @param {number} size @param {number} room */
function broken(text, size, room) {
  const lines = [""];
  for (const letter of text) {
    if (width(lines[lines.length - 1] + letter, size, 500) > room) lines.push("");
    lines[lines.length - 1] += letter;
  }
  return lines;
}

/** @param {Around} around @param {string} calm @param {number} room @param {number} least */
export function footHeight(around, calm, room, least) {
  const { said, rows } = footOf(around, calm, room, least);
  return (said.length ? said.length * least * 1.45 + least * 1.3 : 0) + rows.length * least * 1.35 + least * 0.5;
}

/** @param {Sheet} sheet @param {Around} around @param {string} calm "12 days since the last incident" @param {Box} box
 *  @param {number} least */
export function drawFoot(sheet, around, calm, box, least) {
  const { colours } = sheet;
  const { said, rows, next } = footOf(around, calm, box.w, least);
  let y = box.y;
  if (said.length) {
    const high = said.length * least * 1.45 + least * 0.7;
    sheet.begin(around.message, { part: "message" });
    sheet.rect(box.x, y, box.w, high, { fill: colours.of("raised"), stroke: colours.of("horizon"), line: Math.max(1, least * 0.06), r: least * 0.4 });
    for (const [row, line] of said.entries()) {
      sheet.text(box.x + least, y + least * (1.45 + row * 1.45), line, { size: least * 1.15, weight: 500, fill: colours.of("text") });
    }
    sheet.end();
    y += high + least * 0.6;
  }
  for (const pieces of rows) {
    const base = y + least;
    const fill = colours.of("muted");
    if (rows.length > 1 || pieces.length === 1) {
      const end = rows.length === 1 && pieces[0] !== next;
      sheet.text(end ? box.x + box.w : box.x, base, pieces[0] ?? "", { size: least, fill, anchor: end ? "end" : "start" });
    } else {
      sheet.text(box.x, base, pieces[0] ?? "", { size: least, fill });
      if (pieces.length === 3) {
        // Between the two others, wherever those end.
        const [first, last] = [width(pieces[0] ?? "", least), width(pieces[2] ?? "", least)];
        sheet.text(box.x + first + (box.w - first - last) / 2, base, pieces[1] ?? "", { size: least, fill, anchor: "middle" });
      }
      sheet.text(box.x + box.w, base, pieces[pieces.length - 1] ?? "", { size: least, fill, anchor: "end" });
    }
    y += least * 1.35;
  }
}
