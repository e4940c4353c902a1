/**
 * Does a message concern what this page shows, so that its HTML is to be fetched anew? Pure.
 *
 * A page keeps no copy of the rows: it only asks "is it about me", and a gap in the offsets counts as a yes.
 */

import { isBehind, orderOf } from "../gaps.js";
import { AGENTS } from "../registry.js";

/** @typedef {import("../wire-types.js").Delta} Delta */
/** @typedef {import("../wire-types.js").Pulse} Pulse */
/** @typedef {{ component?: string | undefined, node?: string | undefined, changes?: boolean, nodes?: boolean }} Subject a component's kind, a node's name,
 *  what has changed, or all nodes */

/** @param {Delta} delta @param {Subject} subject */
export function concerns(delta, subject) {
  const { u, x } = delta;
  if (subject.changes) return (u.changes ?? []).length > 0;
  if (subject.nodes) return (u.nodes ?? []).length > 0 || (x.nodes ?? []).length > 0;
  if (u.cluster) return true; // its fault, its version, what is missing
  if (subject.node !== undefined) {
    return (u.nodes ?? []).some((values) => values[0] === subject.node) || (x.nodes ?? []).includes(subject.node);
  }
  if (subject.component === undefined) return true;
  const kind = subject.component;
  if ((u.components ?? []).some((row) => row.kind === kind) || (x.components ?? []).includes(kind)) return true;
  // The three agents' pages list nodes.
  return AGENTS.some((one) => one.kind === kind) && ((u.nodes ?? []).length > 0 || (x.nodes ?? []).length > 0);
}

/**
 * What a page knows of one cluster: the position that its HTML was made from, and the deltas heard since. What it has not heard of
 * concerns it.
 */
export class Offsets {
  /** @type {import("../gaps.js").Position | null} */ #have = null;

  /** The page shows this position now. @param {string} epoch @param {number} o */
  shown(epoch, o) {
    // It may be older than a delta that was heard while it was fetched, and that did not concern the page.
    if (orderOf(this.#have, { epoch, o }) !== "known") this.#have = { epoch, o };
  }

  /** Was something missed before this delta? @param {Delta} delta */
  delta(delta) {
    const missed = isBehind(this.#have, delta);
    this.shown(delta.epoch, delta.o);
    return missed;
  }

  /** Was something missed before this pulse? @param {Pulse} pulse */
  pulse(pulse) {
    return isBehind(this.#have, pulse);
  }
}
