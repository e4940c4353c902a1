/** How many columns and rows so that `count` cards fit and each is as large as can be. Pure. */

/** Width to height of the card that reads best. */
const ASPECT = 608 / 430;

/**
 * @param {number} count @param {number} width @param {number} height of the space, in any unit
 * @returns {{ columns: number, rows: number }}
 */
export function grid(count, width, height) {
  const cards = Math.max(1, count);
  let best = { columns: 1, rows: cards, size: -Infinity };
  for (let columns = 1; columns <= cards; columns++) {
    const rows = Math.ceil(cards / columns);
    const cell = { width: width / columns, height: height / rows };
    // The largest card of that shape inside the cell; of equals, the one with fewer empty cells.
    const size = Math.min(cell.width, cell.height * ASPECT) - (columns * rows - cards) * 1e-3;
    if (size > best.size) best = { columns, rows, size };
  }
  return { columns: best.columns, rows: best.rows };
}

/** For how much a card of this size has room, in rem. @param {number} width @param {number} height */
export function roomOf(width, height) {
  if (width <= 16 || height <= 10) return "least";
  if (width <= 22 || height <= 14) return "little";
  return width >= 30 && height >= 24 ? "much" : "some";
}
