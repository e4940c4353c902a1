/**
 * Which deltas to take, which to drop, and when to ask for a whole snapshot again. Pure.
 *
 * The browser subscribes first and buffers, then fetches the snapshot, then drops what the snapshot already had. What was missed is
 * judged by gaps.js.
 */

import { isBehind, isOfOlderEpoch, orderOf } from "./gaps.js";

/** @typedef {import("./wire-types.js").Delta} Delta */
/** @typedef {import("./wire-types.js").Pulse} Pulse */
/** @typedef {import("./gaps.js").Position} Position */
/** @typedef {"take" | "drop" | "buffer" | "resync"} Answer */

/** So many deltas wait for a snapshot at most; beyond that they are dropped and the snapshot is asked for once more. */
export const BUFFERED = 256;

export class Sync {
  /** @type {Delta[]} */ #buffer = [];
  #overflowed = false;
  /** What the picture holds; null: nothing that a delta could continue. @type {Position | null} */ #have = null;

  /** Whether deltas are taken as they come. */
  get synced() {
    return this.#have !== null;
  }

  /** From now on, buffer: a snapshot is being fetched. */
  begin() {
    this.#have = null;
    this.#overflowed = false;
    this.#buffer = [];
  }

  /**
   * A snapshot has come: the deltas to apply on top of it, in order, or null if it must be asked for again.
   * @param {Position} snapshot @returns {Delta[] | null}
   */
  applySnapshot(snapshot) {
    const waiting = this.#buffer;
    this.#buffer = [];
    if (this.#overflowed) return null;
    this.#have = { epoch: snapshot.epoch, o: snapshot.o };
    /** @type {Delta[]} */
    const taken = [];
    for (const delta of waiting) {
      // A collector that was replaced before the snapshot was made: its last words are in the snapshot already.
      if (isOfOlderEpoch(delta, snapshot)) continue;
      const answer = this.receive(delta);
      if (answer === "take") taken.push(delta);
      if (answer === "resync") return null;
    }
    return taken;
  }

  /** What to do with a delta. After "resync", call begin(). @param {Delta} delta @returns {Answer} */
  receive(delta) {
    if (this.#have === null) {
      if (this.#buffer.length >= BUFFERED) this.#overflowed = true;
      else this.#buffer.push(delta);
      return "buffer";
    }
    const order = orderOf(this.#have, delta);
    if (order === "known") return "drop";
    if (order !== "in order") {
      this.#have = null;
      return "resync";
    }
    this.#have = { epoch: delta.epoch, o: delta.o };
    return "take";
  }

  /** Does a pulse tell of a delta that did not come? Then call begin(). While a snapshot is fetched, none does. @param {Pulse} pulse */
  isBehind(pulse) {
    return this.#have !== null && isBehind(this.#have, pulse);
  }
}
