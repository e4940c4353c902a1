/** Announced changes: which are kept, which are one line, and of whom they are told. Pure. */

import { titleOf } from "./kinds.js";
import { AGENTS } from "./registry.js";
import { byName, thousands } from "./words.js";

/** @typedef {import("./wire-types.js").ChangeRow} ChangeRow */

/** So many changes are kept, newest first. */
export const CHANGES_KEPT = 60;
/** Of changes that share a cause and moment so many are kept one by one; of the rest their number. */
const GROUPED = 8;

/**
 * The newest changes: a thousand of one group do not push out what else happened.
 * @param {ChangeRow[]} changes newest first @returns {ChangeRow[]}
 */
export function newest(changes) {
  /** @type {ChangeRow[]} */
  const kept = [];
  /** @type {Map<string, { count: number, last: number }>} */
  const groups = new Map();
  for (const change of changes) {
    const group = change.group ? groups.get(change.group) : undefined;
    if (group && group.count >= GROUPED) {
      const last = /** @type {ChangeRow} */ (kept[group.last]);
      kept[group.last] = { ...last, more: (last.more ?? 0) + 1 + (change.more ?? 0), more_from: Math.min(firstOf(last), firstOf(change)) };
      continue;
    }
    if (change.group) groups.set(change.group, { count: (group?.count ?? 0) + 1, last: kept.length });
    kept.push(change);
  }
  return kept.slice(0, CHANGES_KEPT);
}

/** Changes that share a cause and moment are one line. @param {ChangeRow[]} changes newest first @returns {ChangeRow[][]} */
export function grouped(changes) {
  /** @type {ChangeRow[][]} */
  const lines = [];
  /** @type {Map<string, ChangeRow[]>} */
  const open = new Map();
  for (const change of changes) {
    const line = change.group ? open.get(`${change.group}|${change.after}`) : undefined;
    if (line) {
      line.push(change);
      continue;
    }
    const started = [change];
    lines.push(started);
    if (change.group) open.set(`${change.group}|${change.after}`, started);
  }
  return lines;
}

/** When it was, or the first of those that it stands for. @param {ChangeRow} change */
function firstOf(change) {
  return Math.min(change.at, change.more_from ?? change.at);
}

/** When the first and the last of them were, in epoch seconds. @param {ChangeRow[]} line @returns {[number, number]} */
export function spanOf(line) {
  return [Math.min(...line.map(firstOf)), Math.max(...line.map((change) => change.at))];
}

/** @param {ChangeRow} change */
function subject(change) {
  const agent = AGENTS.find((one) => one.kind === change.agent)?.title.replace("container ", "") ?? change.agent;
  const name = change.subject_kind === "Component" ? titleOf(change.subject) : change.subject;
  return agent ? `${name} ${agent}` : name;
}

/**
 * "node-101, node-102", or of many the first and the last: "8: node-31 … node-38 kubelet"; of more than are listed some: "node-31,
 * node-32 and 1,664 more kubelet". @param {ChangeRow[]} line
 */
export function subjects(line) {
  const names = line.map(subject).sort(byName);
  const more = line.reduce((sum, one) => sum + (one.more ?? 0), 0);
  if (more) {
    const two = line.map((one) => one.subject).sort(byName).slice(0, 2);
    const agent = names[0]?.slice(two[0]?.length) ?? "";
    return `${two.join(", ")} and ${thousands(line.length - two.length + more)} more${agent}`;
  }
  return names.length > 2 ? `${names.length}: ${line.map((one) => one.subject).sort(byName)[0]} … ${names.at(-1)}` : names.join(", ");
}
