/**
 * Does a message concern what this page shows, so that its HTML is to be fetched anew? Pure.
 *
 * A page keeps no copy of the rows: it only asks "is it about me", and a gap in the offsets counts as a yes.
 */

/** @typedef {import("../types.js").Delta} Delta */
/** @typedef {import("../types.js").Pulse} Pulse */
/** @typedef {{ component?: string | undefined, node?: string | undefined }} Subject a component's kind, or a node's name */

const AGENTS = ["kubelet", "kube-proxy", "container-runtime"];

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
  return AGENTS.includes(kind) && ((u.nodes ?? []).length > 0 || (x.nodes ?? []).length > 0);
}

/** Follows one cluster's offsets: what was missed concerns everybody. */
export class Offsets {
  #epoch = "";
  #offset = -1;

  /** Was something missed before this delta? @param {Delta} delta */
  delta(delta) {
    const missed = this.#offset >= 0 && (delta.epoch !== this.#epoch || delta.prev > this.#offset);
    this.#epoch = delta.epoch;
    this.#offset = delta.o;
    return missed;
  }

  /** Was something missed before this pulse? @param {Pulse} pulse */
  pulse(pulse) {
    const missed = this.#offset >= 0 && (pulse.epoch !== this.#epoch || pulse.o > this.#offset);
    this.#epoch = pulse.epoch;
    this.#offset = pulse.o;
    return missed;
  }
}
