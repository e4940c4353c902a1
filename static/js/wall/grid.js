/** How many columns and rows so that `count` cards fit and each is as large as can be. Pure. */

/** Width to height of the card that reads best. */
const ASPECT = 608 / 430;

/**
 * @param {number} count @param {number} width @param {number} height of the space, in any unit
 * @returns {{ columns: number, rows: number }}
 */
export function grid(count, width, height) {
  let best = { columns: 1, rows: Math.max(1, count), size: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns);
    const cell = { width: width / columns, height: height / rows };
    // The largest card of that shape inside the cell; of equals, the one with fewer empty cells.
    const size = Math.min(cell.width, cell.height * ASPECT) - (columns * rows - count) * 1e-3;
    if (size > best.size) best = { columns, rows, size };
  }
  return { columns: best.columns, rows: best.rows };
}
