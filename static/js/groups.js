/** What is said of groups of nodes. Pure. */

import { SEVERITY, STATES } from "./states.js";

/** @typedef {import("./store.js").Picture} Picture */
/** @typedef {import("./layout.js").Group} Group */

/** The state of a node, or of one of its agents. @param {Picture} picture @param {number} row @param {string} [column] */
export function nodeState(picture, row, column = "state") {
  return STATES[picture.number(column, row) ?? 3] ?? "unknown";
}

/**
 * "40 nodes · cpu 61 % · mem 70 %": the means of those nodes that are measured. With little room, "40 nodes" or "40".
 * @param {Picture} picture @param {Group} group @param {number} room in units: CSS pixels at the ordinary size of type
 */
export function groupSummary(picture, group, room) {
  if (room < 160) return group.rows.length.toLocaleString("en-GB");
  const parts = [counted(group.rows.length, "node")];
  if (room < 270) return parts.join("");
  for (const [column, label] of /** @type {const} */ ([["cpu", "cpu"], ["mem", "mem"]])) {
    const mean = meanOf(picture.column(column), group.rows);
    if (mean !== null) parts.push(`${label} ${Math.round(mean * 100)} %`);
  }
  return parts.join(" · ");
}

/** @param {(string | number | null)[]} values @param {number[]} rows */
function meanOf(values, rows) {
  let sum = 0;
  let count = 0;
  for (const row of rows) {
    const value = values[row];
    if (typeof value === "number") {
      sum += value;
      count += 1;
    }
  }
  return count ? sum / count : null;
}

/** "1 node", "5,000 nodes". @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${count.toLocaleString("en-GB")} ${noun}${count === 1 ? "" : "s"}`;
}

/** Nodes whose state is neither healthy nor hidden, the worst first. @param {Picture} picture @returns {number[]} */
export function notHealthy(picture) {
  return picture
    .column("state")
    .map((code, row) => ({ row, rank: SEVERITY[STATES[Number(code)] ?? "unknown"] }))
    .filter(({ rank }) => rank > SEVERITY.healthy)
    .sort((a, b) => b.rank - a.rank)
    .map(({ row }) => row);
}
