/** The rail: what needs attention, grouped by cause, then changes as they happen, and what cannot be seen. Pure. */

import { aged, asSeen, render as renderAges } from "../ages.js";
import { grouped, spanOf, subjects } from "../changes.js";
import { WORDS, stateOf } from "../states.js";
import { thousands } from "../words.js";

/** @typedef {import("../states.js").State} State */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {import("../wire-types.js").AttentionRow} AttentionRow */
/** @typedef {import("../wire-types.js").ChangeRow} ChangeRow */
/** @typedef {{ title: string, state: State, since: number, age: string, because: string, names: string, component: string,
 *   node: string }} Entry `component`, `node`: the one whose page tells more, if it is one */
/** @typedef {{ from: number, at: number, state: State, who: string, what: string, because: string }} Change `from`, `at`: when the
 *   first and the last of them were */
/**
 * @typedef {object} Rail
 * @property {string} title
 * @property {Entry[]} entries
 * @property {number} more entries that are only counted
 * @property {string} nothing said instead of entries; else empty
 * @property {boolean} past
 * @property {boolean} well both planes are as they should be
 * @property {Change[]} changes newest first
 * @property {Change[]} after of a picture of the past the first changes after it, in the order in which they began, newest first
 * @property {number | null} unchangedSince where there are no changes: when watching began, as far as it shows; 0: it does not
 * @property {{ title: string, rows: { message: string, remedy: string }[] } | null} missing
 */

/** More entries than this are a number; the tables hold them all. */
const ENTRIES = 40;
const CHANGES = 40;
/** Lines of what came after a picture of the past. */
const AFTER = 3;
/** Changes are remembered for so many seconds: what was before may have been forgotten. */
const REMEMBERED = 30 * 86_400;

/** @param {AttentionRow} row @param {number} now @param {boolean} blind @returns {Entry} */
function entryOf(row, now, blind) {
  return {
    title: row.title, state: stateOf(row.state), since: row.since, age: aged("alone", row.since, now), because: asSeen(row.because, now, blind),
    names: row.count > 1 && row.names.length ? `${row.names.join(", ")}${row.count > row.names.length ? " …" : ""}` : "",
    component: row.kind === "Component" ? row.name : "", node: row.kind === "Node" && row.count === 1 ? row.name : "",
  };
}

/** @param {ChangeRow[]} line @returns {Change[]} */
function changeOf(line) {
  const [first] = line;
  if (!first) return [];
  const state = stateOf(first.after);
  const [from, at] = spanOf(line);
  const because = renderAges(first.because, at);
  const went = first.before && first.after && first.before !== first.after;
  return [{ from, at, state, who: subjects(line), what: went ? `${WORDS[stateOf(first.before)]} → ${WORDS[state]}` : because, because }];
}

/** @param {Picture} picture @param {number} now @param {boolean} blind nobody vouches for it now @returns {Rail} */
export function railOf(picture, now, blind) {
  const { attention, changes, cluster } = picture;
  const well = !blind && cluster.control?.state === "healthy" && cluster.data?.state === "healthy";
  return {
    title: `${picture.past ? "Needed attention then" : blind ? "Last known to need attention" : "Needs attention"}${attention.length ? ` · ${attention.length}` : ""}`,
    entries: attention.slice(0, ENTRIES).map((row) => entryOf(row, now, blind)),
    more: Math.max(0, attention.length - ENTRIES),
    nothing: attention.length ? "" : picture.past ? "Nothing needed attention." : well ? "Nothing needs attention." : blind ? "Nothing needed attention." : "Nothing is listed.",
    well,
    past: picture.past,
    changes: grouped(changes).slice(0, CHANGES).flatMap(changeOf),
    after: grouped(picture.after).flatMap(changeOf).sort((one, other) => other.from - one.from).slice(-AFTER),
    unchangedSince: changes.length ? null : unchangedSince(picture),
    missing: cluster.missing.length ? { title: `Cannot be seen · ${cluster.missing.length}`, rows: cluster.missing } : null,
  };
}

/** Since when every component has been as it is; 0 while there is none. @param {Picture} picture */
function unchangedSince({ components }) {
  return components.size ? Math.min(...[...components.values()].map((row) => row.since)) : 0;
}

/** What is said where there are no changes. @param {number} since epoch seconds, or 0 @param {number} now @param {(moment: number) => string} when */
export function noChanges(since, now, when) {
  if (!since) return "No changes have been seen yet.";
  return `No changes since ${now - since < REMEMBERED ? "watching began at " : ""}${when(since)}.`;
}

/** What is said of entries for which there is no room. @param {number} count */
export function andMore(count) {
  return `and ${thousands(count)} more`;
}
