/** Groups of nodes for the tests of layouts. */

/** @typedef {import("../../static/js/layout.js").Group} Group */

/** So many nodes in so many groups. @param {number} count @param {number} groups @returns {Group[]} */
export function spread(count, groups) {
  /** @type {Group[]} */
  const made = Array.from({ length: groups }, (_, at) => ({ key: `g${at}`, rows: [] }));
  for (let row = 0; row < count; row += 1) made[Math.floor((row * groups) / count)]?.rows.push(row);
  return made.filter((group) => group.rows.length);
}
