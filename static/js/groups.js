/** Which nodes stand together, in which order, and what is said of a group. Pure. */

import { SEVERITY, STATES } from "./states.js";

/** @typedef {import("./store.js").Picture} Picture */
/** @typedef {import("./layout.js").Group} Group */

const collator = new Intl.Collator("en", { numeric: true });

/** The state of a node, or of one of its agents. @param {Picture} picture @param {number} row @param {string} [column] */
export function nodeState(picture, row, column = "state") {
  return STATES[picture.number(column, row) ?? 3] ?? "unknown";
}

/**
 * Nodes by zone (or another column), groups and nodes in natural order: node-2 before node-10.
 * @param {Picture} picture @param {string} [by] a column of names @returns {Group[]}
 */
export function groupsOf(picture, by = "zone") {
  const names = picture.column("name");
  const keys = picture.column(by);
  const order = names.map((_, row) => row).sort((a, b) => collator.compare(String(names[a]), String(names[b])));
  /** @type {Map<string, number[]>} */
  const groups = new Map();
  for (const row of order) {
    const key = String(keys[row] ?? "");
    const rows = groups.get(key);
    if (rows) rows.push(row);
    else groups.set(key, [row]);
  }
  // Nodes that say no zone come last.
  return [...groups]
    .map(([key, rows]) => ({ key, rows }))
    .sort((a, b) => Number(a.key === "") - Number(b.key === "") || collator.compare(a.key, b.key));
}

/** The heading of a group. @param {Group} group @param {number} groups how many there are */
export function groupTitle(group, groups) {
  if (group.key) return group.key;
  return groups === 1 ? "all nodes" : "no zone given";
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
