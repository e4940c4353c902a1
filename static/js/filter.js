/**
 * What is typed to find nodes. Pure.
 *
 * Every word must match: in the name, the zone, the pool, the instance type, a version, the role, or as the beginning of a state.
 * "zone:b" looks in one place only, "-" before a word turns it round, "not-healthy" is whatever needs somebody. "label:key=value" is
 * answered by the server, because labels are not part of the picture.
 */

import { roleOfNode } from "./arrange.js";
import { STATES, WORDS } from "./states.js";

/** @typedef {import("./store.js").Picture} Picture */
/** @typedef {(picture: Picture, row: number) => boolean} Test */
/** Names of the nodes that carry a label, by what was asked; not there: not answered yet. @typedef {Map<string, Set<string>>} Labelled */
/** @typedef {{ empty: boolean, labels: string[], test: Test }} Filter */

/** Columns of text, by the names that people give them. @type {Record<string, string[]>} */
const PLACES = {
  name: ["name"],
  node: ["name"],
  zone: ["zone"],
  pool: ["pool"],
  type: ["type"],
  version: ["version", "runtime_version"],
};
const ANYWHERE = ["name", "zone", "pool", "type", "version", "runtime_version"];
/** Columns of states. @type {Record<string, string>} */
const CODES = { state: "state", kubelet: "kubelet", proxy: "proxy", "kube-proxy": "proxy", runtime: "runtime" };
const SICK = ["not-healthy", "nothealthy", "unhealthy", "sick"];
/** What needs nobody. @type {string[]} */
const WELL = ["healthy", "not_observable", "leaving", "joining"];

/** @param {Picture} picture @param {string[]} columns @param {number} row @param {string} text */
function within(picture, columns, row, text) {
  return columns.some((column) => picture.text(column, row).toLowerCase().includes(text));
}

/** @param {Picture} picture @param {string} column @param {number} row @param {string} text */
function inState(picture, column, row, text) {
  const state = STATES[picture.number(column, row) ?? 3] ?? "unknown";
  if (SICK.includes(text)) return !WELL.includes(state);
  return WORDS[state].replace(" ", "-").startsWith(text) || state.startsWith(text);
}

/** @param {Picture} picture @param {number} row @param {string} text */
function inRole(picture, row, text) {
  return roleOfNode(picture, row).replace(" ", "-").startsWith(text) || (text === "cordoned" && picture.number("cordoned", row) === 1);
}

/** @param {string} word in lower case @param {Labelled} labelled @returns {Test} */
function testOf(word, labelled) {
  const [, place = "", text = ""] = /^([a-z-]+):(.*)$/.exec(word) ?? [];
  if (place === "label") return (picture, row) => labelled.get(text)?.has(picture.text("name", row)) ?? false;
  const columns = PLACES[place];
  if (columns) return (picture, row) => within(picture, columns, row, text);
  const code = CODES[place];
  if (code) return (picture, row) => inState(picture, code, row, text) || (place === "runtime" && within(picture, ["runtime_version"], row, text));
  if (place === "role") return (picture, row) => inRole(picture, row, text);
  return (picture, row) => within(picture, ANYWHERE, row, word) || inState(picture, "state", row, word) || inRole(picture, row, word);
}

/** @param {string} query @param {Labelled} [labelled] @returns {Filter} */
export function filterOf(query, labelled = new Map()) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  /** @type {string[]} */
  const labels = [];
  const tests = words.flatMap((word) => {
    const turned = word.startsWith("-") && word.length > 1;
    const plain = turned ? word.slice(1) : word;
    // "zone:" says nothing yet: it is still being typed.
    if (plain === "-" || /^[a-z-]+:$/.test(plain)) return [];
    if (plain.startsWith("label:")) labels.push(plain.slice("label:".length));
    const test = testOf(plain, labelled);
    return [turned ? (/** @type {Picture} */ picture, /** @type {number} */ row) => !test(picture, row) : test];
  });
  return { empty: tests.length === 0, labels, test: (picture, row) => tests.every((test) => test(picture, row)) };
}

/**
 * Which rows are meant, kept while rows change: one byte a row, so that nothing is allocated for a change.
 */
export class Hits {
  #bytes = new Uint8Array(0);
  filter = filterOf("");
  count = 0;
  total = 0;

  /** All anew. @param {Picture} picture @param {Filter} filter */
  all(picture, filter) {
    this.filter = filter;
    this.total = picture.size;
    if (this.#bytes.length < this.total) this.#bytes = new Uint8Array(Math.ceil(this.total * 1.25));
    this.count = 0;
    for (let row = 0; row < this.total; row += 1) {
      const hit = filter.empty || filter.test(picture, row) ? 1 : 0;
      this.#bytes[row] = hit;
      this.count += hit;
    }
  }

  /** Some rows have changed: is there another count? @param {Picture} picture @param {Iterable<number>} rows */
  some(picture, rows) {
    if (this.filter.empty) return false;
    const before = this.count;
    for (const row of rows) {
      const hit = this.filter.test(picture, row) ? 1 : 0;
      this.count += hit - (this.#bytes[row] ?? 0);
      this.#bytes[row] = hit;
    }
    return before !== this.count;
  }

  /** @param {number} row */
  has(row) {
    return this.filter.empty || this.#bytes[row] === 1;
  }
}
