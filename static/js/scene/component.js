/** What is said of a component: its line, and its card with a chip for each instance. Pure. */

import { asSeen } from "../ages.js";
import { roleOf, titleOf } from "../kinds.js";
import { GAP, said } from "../series.js";
import { WORDS, stateOf } from "../states.js";
import { tipOf } from "../tips.js";
import { fitting, shortNames } from "./instances.js";

/** @typedef {import("../series.js").Series} Series */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("../wire-types.js").ComponentRow} ComponentRow */
/** @typedef {import("./instances.js").Rest} Rest */
/** @typedef {{ id: string, name: string, state: State, leader: boolean, title: string }} Chip `id`: its whole name; `title`: all that is
 *  known of it */
/** @typedef {{ kind: string, title: string, state: State }} Part of a process that cannot be told apart from its others */
/**
 * @typedef {object} Card of a kind, or of a process that runs several
 * @property {string} kind
 * @property {State} state
 * @property {string} title
 * @property {string} role
 * @property {boolean} process
 * @property {Chip[]} chips
 * @property {Rest} rest instances beyond those chips
 * @property {Part[]} parts of a process
 * @property {string} absent said instead of chips; else empty
 * @property {string} traffic what is asked of it, per second, while that is known; else empty
 * @property {string} about what that is, and when it was read; empty where that is not told
 * @property {boolean} chart is there an hour of that traffic?
 * @property {string[]} lines
 */

/** So many places a card has for chips. */
export const CHIPS = 9;

/**
 * What is said below a component: why it is not well, else its most telling evidence.
 * @param {ComponentRow} row @param {number} now @param {boolean} blind nobody vouches for it now
 */
export function lineOf(row, now, blind) {
  const state = stateOf(row.state);
  if (state === "healthy") return asSeen(row.line || row.because, now, blind);
  const because = asSeen(row.because || row.line, now, blind);
  if (state !== "unknown" || !row.last || /last known/i.test(because)) return because;
  return `${because.replace(/[.]$/, "")}. Last known: ${WORDS[stateOf(row.last)]}.`;
}

/** @param {ComponentRow} row @param {number} now @param {boolean} blind @returns {{ chips: Chip[], rest: Rest }} */
function chipsOf(row, now, blind) {
  const { shown, rest } = fitting(row.instances, CHIPS);
  const short = shortNames(row.instances);
  const chips = shown.map((one) => {
    const state = stateOf(one.state);
    const title = [one.host || one.name, one.leader ? "leader" : "", WORDS[state], one.version, asSeen(one.because, now, blind)];
    return { id: one.name, name: short.get(one) ?? "", state, leader: one.leader, title: title.filter(Boolean).join(" · ") };
  });
  return { chips, rest };
}

/** @param {ComponentRow} row @param {Series} series @param {number} now @param {boolean} blind @returns {Card} */
export function cardOf(row, series, now, blind) {
  const state = stateOf(row.state);
  const store = row.kind === "etcd";
  const last = store ? series.runs("etcd_requests").at(-1)?.at(-1) : undefined;
  return {
    kind: row.kind, state, title: titleOf(row.kind), role: roleOf(row.kind), process: false, parts: [], ...chipsOf(row, now, blind),
    absent: store && !row.instances.length && state !== "not_observable" ? "its members are not visible from here" : "",
    traffic: last && now - last.at <= GAP ? said("etcd_requests", last.value) : "",
    about: last && now - last.at <= GAP ? tipOf("etcd_requests", said("etcd_requests", last.value), last.at, now) : "",
    chart: last !== undefined,
    lines: [lineOf(row, now, blind)],
  };
}

/**
 * Parts that run inside one process and cannot be told apart: one card, a chip for each.
 * @param {ComponentRow[]} rows @param {string} process @param {number} now @param {boolean} blind @returns {Card}
 */
export function processCard(rows, process, now, blind) {
  return {
    kind: rows[0]?.kind ?? "", state: "not_observable", title: `${process} process`,
    role: "one process runs all of these, and the API server", process: true, chips: [], rest: { count: 0, state: "healthy" },
    parts: rows.map((row) => ({ kind: row.kind, title: titleOf(row.kind), state: stateOf(row.state) })),
    absent: "", traffic: "", about: "", chart: false, lines: [...new Set(rows.map((row) => lineOf(row, now, blind)))],
  };
}
