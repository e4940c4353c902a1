/**
 * One cluster's picture in memory: a snapshot, and every delta after it. Pure: no network, no clock, no page.
 *
 * Nodes stay columnar, as they came: an array a column, a node is a row number. What a delta touched is returned as `Changes`, so
 * that only that is drawn again.
 */

import { newest } from "./changes.js";
import { rankOf } from "./kinds.js";
import { commonOf } from "./names.js";
import { Series } from "./series.js";

/** @typedef {import("./names.js").Common} Common */
/** @typedef {import("./wire-types.js").Snapshot} Snapshot */
/** @typedef {import("./wire-types.js").Delta} Delta */
/** @typedef {import("./wire-types.js").ComponentRow} ComponentRow */

/**
 * @typedef {object} Changes
 * @property {boolean} cluster
 * @property {boolean} components
 * @property {Set<number>} rows rows whose values changed, though neither place nor number of nodes did
 * @property {boolean} places nodes came, went or moved to another group: lay out anew
 * @property {boolean} attention
 * @property {boolean} changes
 * @property {boolean} samples
 */

/** Columns by which nodes are placed: a change in one of them moves a node. */
const PLACING = ["zone", "pool", "type", "cp"];

export class Picture {
  /** @param {Snapshot} snapshot */
  constructor(snapshot) {
    this.epoch = snapshot.epoch;
    this.offset = snapshot.o;
    this.at = snapshot.at;
    this.slug = snapshot.slug;
    this.name = snapshot.name;
    this.cluster = snapshot.cluster;
    /** @type {Map<string, ComponentRow>} */
    this.components = new Map(snapshot.components.map((row) => [row.kind, row]));
    this.columns = snapshot.columns;
    /** @type {Record<string, (string | number | null)[]>} */
    this.nodes = Object.fromEntries(snapshot.columns.map((column) => [column, [...(snapshot.nodes[column] ?? [])]]));
    /** @type {Map<string, number>} */
    this.rows = new Map(this.column("name").map((name, row) => [String(name), row]));
    this.attention = snapshot.attention;
    this.changes = newest(snapshot.changes);
    this.series = new Series(snapshot.series);
    /** Of the past, put together from what is remembered. */
    this.past = snapshot.past !== null && snapshot.past !== undefined;
    /** The first changes after a moment of the past, newest first. */
    this.after = snapshot.past?.after ?? [];
    /** When each node's lease was last seen to be renewed, by name; told only where nodes are few. @type {Record<string, number>} */
    this.beats = {};
    /** Nobody vouches for it now: what is said of it was true then. */
    this.blind = false;
    /** @type {Common | null} */
    this.names = null;
  }

  /** What the names of nodes have in common. */
  get common() {
    return (this.names ??= commonOf([...this.rows.keys()]));
  }

  /** The values of one column, by row. @param {string} name */
  column(name) {
    return this.nodes[name] ?? (this.nodes[name] = []);
  }

  /** @param {string} column @param {number} row @returns {string} */
  text(column, row) {
    return String(this.column(column)[row] ?? "");
  }

  /** @param {string} column @param {number} row @returns {number | null} */
  number(column, row) {
    const value = this.column(column)[row];
    return typeof value === "number" ? value : null;
  }

  get size() {
    return this.rows.size;
  }

  /** Components of one plane, in the order of the picture. @param {string} plane */
  plane(plane) {
    const listed = [...this.components.values()].filter((row) => row.plane === plane);
    return listed.sort((a, b) => rankOf(a.kind) - rankOf(b.kind) || a.kind.localeCompare(b.kind));
  }

  /**
   * Take in a delta that follows what is here (sync.js has seen to that).
   * @param {Delta} delta @returns {Changes}
   */
  apply(delta) {
    /** @type {Changes} */
    const touched = { cluster: false, components: false, rows: new Set(), places: false, attention: false, changes: false, samples: false };
    this.offset = delta.o;
    this.at = delta.at;
    const { cluster, components = [], nodes = [], attention, changes = [], samples = [] } = delta.u;
    if (cluster) {
      this.cluster = cluster;
      touched.cluster = true;
    }
    for (const row of components) this.components.set(row.kind, row);
    for (const kind of delta.x.components ?? []) this.components.delete(kind);
    touched.components = components.length > 0 || (delta.x.components ?? []).length > 0;
    for (const name of delta.x.nodes ?? []) if (this.#remove(name)) touched.places = true;
    for (const values of nodes) this.#put(values, touched);
    if (attention) {
      this.attention = attention;
      touched.attention = true;
    }
    if (changes.length) {
      this.changes = newest([...[...changes].reverse(), ...this.changes]);
      touched.changes = true;
    }
    touched.samples = this.series.add(samples);
    return touched;
  }

  /** @param {(string | number | null)[]} values @param {Changes} touched */
  #put(values, touched) {
    const name = String(values[0]);
    let row = this.rows.get(name);
    if (row === undefined) {
      row = this.rows.size;
      this.rows.set(name, row);
      this.names = null;
      touched.places = true;
    }
    for (const [at, column] of this.columns.entries()) {
      const value = values[at] ?? null;
      const stored = this.column(column);
      if (PLACING.includes(column) && stored[row] !== value) touched.places = true;
      stored[row] = value;
    }
    touched.rows.add(row);
  }

  /** The last row takes the place of the one that goes. @param {string} name */
  #remove(name) {
    const row = this.rows.get(name);
    if (row === undefined) return false;
    const last = this.rows.size - 1;
    for (const column of this.columns) {
      const stored = this.column(column);
      if (row !== last) stored[row] = stored[last] ?? null;
      stored.length = last;
    }
    if (row !== last) this.rows.set(this.text("name", row), row);
    this.rows.delete(name);
    this.names = null;
    return true;
  }
}
