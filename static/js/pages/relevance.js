/**
 * Does a message concern what this page shows, so that its HTML is to be fetched anew? Pure.
 *
 * A page keeps no copy of the rows: it only asks "is it about me", and a gap in the offsets counts as a yes.
 */

import { AGENTS } from "../registry.js";

/** @typedef {import("../types.js").Delta} Delta */
/** @typedef {import("../types.js").Pulse} Pulse */
/** @typedef {{ component?: string | undefined, node?: string | undefined }} Subject a component's kind, or a node's name */

/** @param {Delta} delta @param {Subject} subject */
export function concerns(delta, subject) {
  const { u, x } = delta;
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
  #epoch = -1;
  #offset = -1;

  /** The page shows this position now. @param {string} epoch @param {number} offset */
  shown(epoch, offset) {
    if (this.#ahead(epoch, offset)) this.#set(epoch, offset);
  }

  /** Was something missed before this delta? @param {Delta} delta */
  delta(delta) {
    if (!this.#ahead(delta.epoch, delta.o)) return false;
    const missed = this.#epoch !== Number(delta.epoch) || delta.prev > this.#offset;
    this.#set(delta.epoch, delta.o);
    return missed;
  }

  /** Was something missed before this pulse? @param {Pulse} pulse */
  pulse(pulse) {
    return this.#ahead(pulse.epoch, pulse.o);
  }

  /** @param {string} epoch @param {number} offset */
  #set(epoch, offset) {
    this.#epoch = Number(epoch);
    this.#offset = offset;
  }

  /** Epochs are counted up by whoever takes over a cluster. @param {string} epoch @param {number} offset */
  #ahead(epoch, offset) {
    return Number(epoch) > this.#epoch || (Number(epoch) === this.#epoch && offset > this.#offset);
  }
}
