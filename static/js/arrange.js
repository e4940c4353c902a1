/** Which nodes stand together and in which order: the viewer's choice. Pure. */

import { SEVERITY, STATES } from "./states.js";
import { byName, naturalKey } from "./words.js";

/** @typedef {import("./store.js").Picture} Picture */
/** @typedef {import("./layout.js").Group} Group */
/** @typedef {"zone" | "pool" | "type" | "role" | "none"} Grouping */
/** @typedef {"name" | "state" | "load" | "age"} Sorting */

/** @type {readonly Grouping[]} */
export const GROUPINGS = ["zone", "pool", "type", "role", "none"];
/** @type {readonly Sorting[]} */
export const SORTINGS = ["name", "state", "load", "age"];

/** What is said of nodes that do not say. @type {Record<Grouping, string>} */
export const UNSAID = {
  zone: "no zone given",
  pool: "no pool given",
  type: "no instance type given",
  role: "no role given",
  none: "all nodes",
};

/** "control plane" or "worker". @param {Picture} picture @param {number} row */
export function roleOfNode(picture, row) {
  return picture.number("cp", row) === 1 ? "control plane" : "worker";
}

/** The fullest of what is measured, 0 to 1: cpu, memory, pods against allocatable. @param {Picture} picture @param {number} row */
export function loadOf(picture, row) {
  const most = picture.number("pods_max", row);
  const pods = most ? (picture.number("pods", row) ?? 0) / most : 0;
  return Math.max(pods, picture.number("cpu", row) ?? 0, picture.number("mem", row) ?? 0);
}

/** A larger number comes first. @param {Picture} picture @param {Sorting} sort @param {number} row */
function weight(picture, sort, row) {
  if (sort === "state") return SEVERITY[STATES[picture.number("state", row) ?? 3] ?? "unknown"];
  if (sort === "load") return Math.round(loadOf(picture, row) * 100);
  if (sort === "age") return picture.number("created", row) ?? 0;
  return 0;
}

/**
 * Nodes in groups. Names break ties, so that the same facts give the same order.
 * @param {Picture} picture @param {Grouping} [by] @param {Sorting} [sort] not healthy first, fullest first, newest first
 * @returns {Group[]}
 */
export function groupsOf(picture, by = "zone", sort = "name") {
  const names = picture.column("name");
  const keys = by === "none" || by === "role" ? [] : picture.column(by);
  const natural = names.map((name) => naturalKey(String(name)));
  const weights = sort === "name" ? [] : names.map((_, row) => weight(picture, sort, row));
  const order = names.map((_, row) => row);
  order.sort((a, b) => {
    const heavier = (weights[b] ?? 0) - (weights[a] ?? 0);
    if (heavier) return heavier;
    const [one = "", other = ""] = [natural[a], natural[b]];
    return one < other ? -1 : one > other ? 1 : 0;
  });
  /** @type {Map<string, number[]>} */
  const groups = new Map();
  for (const row of order) {
    const key = by === "role" ? roleOfNode(picture, row) : String(keys[row] ?? "");
    const rows = groups.get(key);
    if (rows) rows.push(row);
    else groups.set(key, [row]);
  }
  // Nodes that say nothing come last.
  return [...groups]
    .map(([key, rows]) => ({ key, rows }))
    .sort((a, b) => Number(a.key === "") - Number(b.key === "") || byName(a.key, b.key));
}

/** The heading of a group. @param {Group} group @param {number} groups how many there are @param {Grouping} [by] */
export function groupTitle(group, groups, by = "zone") {
  if (group.key) return group.key;
  return groups === 1 ? "all nodes" : UNSAID[by];
}

/** Are these the same nodes in the same order? @param {Group[]} one @param {Group[]} other */
export function sameOrder(one, other) {
  return (
    one.length === other.length &&
    one.every((group, at) => {
      const twin = other[at];
      return twin?.key === group.key && twin.rows.length === group.rows.length && group.rows.every((row, place) => row === twin.rows[place]);
    })
  );
}
