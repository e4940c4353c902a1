/**
 * How wide a text is, without a font at hand: Inter's advance widths for ASCII, and a fair guess for everything else. Pure.
 *
 * A viewer without Inter shows another font, so every room is taken a little narrower than it is.
 */

import { glued } from "../words.js";

/** Advance widths of U+0020 to U+007E in thousandths of the type size, Inter 4, Regular and SemiBold. @type {readonly number[]} */
const REGULAR = [
  281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646, 593, 620, 566, 619,
  620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269, 571, 672, 565, 903, 753, 765, 639, 765,
  644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612, 583, 370, 613, 591, 242, 242,
  549, 242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
];
/** @type {readonly number[]} */
const SEMIBOLD = [
  252, 321, 523, 644, 650, 1004, 663, 326, 373, 373, 540, 673, 319, 465, 319, 379, 660, 423, 623, 636, 666, 612, 640, 576, 640,
  640, 319, 329, 673, 673, 673, 543, 999, 728, 659, 737, 722, 605, 588, 749, 746, 277, 580, 703, 565, 922, 759, 769, 645, 773,
  652, 650, 660, 736, 728, 1020, 720, 713, 652, 373, 379, 373, 481, 469, 351, 574, 624, 583, 624, 591, 389, 625, 612, 262, 262,
  569, 262, 900, 612, 609, 624, 624, 397, 549, 353, 612, 587, 839, 569, 588, 566, 455, 359, 455, 673,
];
/** @type {Record<string, number>} */
const OTHERS = {
  "·": 300, "…": 900, "–": 500, "—": 1000, "→": 954, "≥": 670, "≤": 670, "“": 470, "”": 470, "’": 280, "×": 670, "\u00a0": 281,
};
/** From here on scripts are as wide as they are high. */
const WIDE = 0x1100;
const SLACK = 1.03;

/** The width of a line, in the unit of `size`. @param {string} text @param {number} size @param {number} [weight] */
export function width(text, size, weight = 400) {
  const table = weight >= 550 ? SEMIBOLD : REGULAR;
  let total = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    total += table[code - 32] ?? OTHERS[letter] ?? (code >= WIDE ? 1000 : 650);
  }
  return ((total * size) / 1000) * SLACK;
}

/** The text, or as much of its beginning as fits and "…". @param {string} text @param {number} size @param {number} room
 *  @param {number} [weight] */
export function cut(text, size, room, weight = 400) {
  return kept(text, size, room, weight, (letters, count) => `${letters.slice(0, count).join("").trimEnd()}…`);
}

/** The text, or as much of its end as fits after "…": for names that differ there. @param {string} text @param {number} size
 *  @param {number} room @param {number} [weight] */
export function cutFront(text, size, room, weight = 400) {
  return kept(text, size, room, weight, (letters, count) => `…${letters.slice(letters.length - count).join("").trimStart()}`);
}

/** @param {string} text @param {number} size @param {number} room @param {number} weight
 *  @param {(letters: string[], count: number) => string} ends */
function kept(text, size, room, weight, ends) {
  if (width(text, size, weight) <= room) return text;
  const letters = [...text];
  let low = 0;
  let high = letters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (width(ends(letters, middle), size, weight) <= room) low = middle;
    else high = middle - 1;
  }
  return low ? ends(letters, low) : "";
}

/**
 * The text in at most `lines` lines, broken between words (within one only where it is longer than a line); the last is cut.
 * @param {string} text @param {number} size @param {number} room @param {number} lines @param {number} [weight] @returns {string[]}
 */
export function wrap(text, size, room, lines, weight = 400) {
  const words = glued(text).split(" ").filter(Boolean);
  /** @type {string[]} */
  const out = [];
  while (words.length && out.length < lines) {
    if (out.length === lines - 1) {
      out.push(cut(words.join(" "), size, room, weight));
      break;
    }
    let taken = 1;
    while (taken < words.length && width(words.slice(0, taken + 1).join(" "), size, weight) <= room) taken += 1;
    const line = words.slice(0, taken).join(" ");
    if (taken === 1 && width(line, size, weight) > room) {
      const head = cut(line, size, room, weight).replace(/…$/, "") || [...line].slice(0, 1).join("");
      words[0] = line.slice(head.length);
      out.push(head);
      continue;
    }
    out.push(line);
    words.splice(0, taken);
  }
  return out;
}
