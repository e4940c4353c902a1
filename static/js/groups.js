/** What is said of groups of nodes. Pure. */

import { SEVERITY, STATES } from "./states.js";
import { counted, thousands } from "./words.js";

/** @typedef {import("./store.js").Picture} Picture */
/** @typedef {import("./layout.js").Group} Group */

/** The state of a node, or of one of its agents. @param {Picture} picture @param {number} row @param {string} [column] */
export function nodeState(picture, row, column = "state") {
  return STATES[picture.number(column, row) ?? 3] ?? "unknown";
}

/** Paddings and the gap between; a letter of the heading, and one of what stands beside it. In units. */
const AROUND = 48;
const TITLE_LETTER = 8;
const LETTER = 6.9;

/**
 * "40 nodes · cpu 61 % · mem 70 %": the means of those nodes that are measured. Where the heading leaves little room, "40 nodes" or
 * "40"; a heading that takes more than half of it is cut.
 * @param {Picture} picture @param {Group} group @param {number} room of both, in units: CSS pixels at the ordinary size of type
 * @param {string} title the heading beside it
 */
export function groupSummary(picture, group, room, title) {
  const left = room - AROUND - Math.min(title.length * TITLE_LETTER, room / 2);
  const nodes = counted(group.rows.length, "node");
  if (nodes.length * LETTER > left) return thousands(group.rows.length);
  const parts = [nodes];
  for (const [column, label] of /** @type {const} */ ([["cpu", "cpu"], ["mem", "mem"]])) {
    const mean = meanOf(picture.column(column), group.rows);
    if (mean !== null) parts.push(`${label} ${Math.round(mean * 100)} %`);
  }
  const whole = parts.join(" · ");
  return whole.length * LETTER > left ? nodes : whole;
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

/** Nodes whose state is neither healthy nor hidden, the worst first. @param {Picture} picture @returns {number[]} */
export function notHealthy(picture) {
  return picture
    .column("state")
    .map((code, row) => ({ row, rank: SEVERITY[STATES[Number(code)] ?? "unknown"] }))
    .filter(({ rank }) => rank > SEVERITY.healthy)
    .sort((a, b) => b.rank - a.rank)
    .map(({ row }) => row);
}
