/**
 * Where the cards of a wall stand: as large as can be, the sick first, and larger than the others where room is short. Pure.
 */

/** @typedef {{ x: number, y: number, w: number, h: number, large: boolean }} Box */

/** Width to height of the card that reads best. */
const ASPECT = 608 / 430;
/** From so many cards on room is short. */
const SHORT = 9;
/** A sick card takes two by two cells where the others keep at least so much of the size that all would have. */
const KEPT = 0.55;

/** The largest card of that shape within a cell. @param {number} w @param {number} h */
function sizeOf(w, h) {
  return Math.min(w, h * ASPECT);
}

/**
 * How many columns and rows make the cells largest; `sick` of the cards take two by two cells.
 * @param {number} count @param {number} sick @param {number} width @param {number} height @param {number} gap
 * @returns {{ columns: number, rows: number, size: number }}
 */
function cells(count, sick, width, height, gap) {
  let best = { columns: 1, rows: count, size: -Infinity };
  for (let columns = sick ? 2 : 1; columns <= count; columns++) {
    const bands = Math.ceil(sick / Math.max(1, Math.floor(columns / 2)));
    const rest = count - sick - (bands * 2 * columns - sick * 4);
    const rows = bands * 2 + Math.max(0, Math.ceil(rest / columns));
    const w = (width - (columns - 1) * gap) / columns;
    const h = (height - (rows - 1) * gap) / rows;
    // Of equals, the one with fewer empty cells.
    const size = sizeOf(w, h) - (columns * rows - count - sick * 3) * 1e-3;
    if (w > 0 && h > 0 && size > best.size) best = { columns, rows, size };
  }
  return best;
}

/**
 * A box for each card, in the order of the cards: the sick ones come first.
 * @param {number} count at least 1 @param {number} sick how many of them are not well @param {number} width @param {number} height of
 *   the room, in any unit @param {number} gap between two of them @param {number} [narrow] what is narrower has no room for a name
 * @returns {Box[]}
 */
export function boxesOf(count, sick, width, height, gap, narrow = 0) {
  const even = cells(count, 0, width, height, gap);
  const uneven = count >= SHORT && sick > 0 && sick < count ? cells(count, sick, width, height, gap) : even;
  const cell = (width - (uneven.columns - 1) * gap) / uneven.columns;
  const larger = uneven !== even && uneven.size >= even.size * KEPT && cell >= narrow;
  const { columns, rows } = larger ? uneven : even;
  const w = (width - (columns - 1) * gap) / columns;
  const h = (height - (rows - 1) * gap) / rows;
  /** @type {boolean[][]} */
  const taken = Array.from({ length: rows }, () => Array.from({ length: columns }, () => false));
  /** @type {Box[]} */
  const boxes = [];
  for (let at = 0; at < count; at++) {
    const large = larger && at < sick;
    const span = large ? 2 : 1;
    const [column, row] = freeAt(taken, span);
    for (let down = row; down < row + span; down++) taken[down]?.fill(true, column, column + span);
    boxes.push({ x: column * (w + gap), y: row * (h + gap), w: w * span + gap * (span - 1), h: h * span + gap * (span - 1), large });
  }
  return boxes;
}

/** The first place, line by line, where so many cells by so many are free. @param {boolean[][]} taken @param {number} span
 *  @returns {[number, number]} column and row */
function freeAt(taken, span) {
  for (let row = 0; row + span <= taken.length; row++) {
    for (let column = 0; column + span <= (taken[row]?.length ?? 0); column++) {
      if (!taken[row]?.[column] && !taken[row]?.[column + span - 1]) return [column, row];
    }
  }
  return [0, 0];
}

/**
 * The smallest type of a wall with so many cards: 2.2 % of the screen's height up to twelve of them, then less, as their room does.
 * @param {number} count @param {number} width @param {number} height of the screen
 */
export function leastType(count, width, height) {
  if (count <= 12) return height * 0.022;
  const side = Math.min(height, width);
  return Math.max(side * 0.0125, side * 0.022 * Math.sqrt(12 / count));
}
