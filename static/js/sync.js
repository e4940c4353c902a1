/**
 * Which messages to take, which to drop, and when to ask for a whole snapshot again. Pure.
 *
 * The browser subscribes first and buffers, then fetches the snapshot, then drops what the snapshot already had. A delta says which
 * offset it continues; another epoch, or a gap, means that something was missed. Rows come whole, so a delta that reaches back
 * behind what we have may be taken.
 */

/** @typedef {import("./types.js").Delta} Delta */
/** @typedef {import("./types.js").Pulse} Pulse */
/** @typedef {"take" | "drop" | "buffer" | "resync"} Answer */

/** So many deltas wait for a snapshot at most; beyond that they are dropped and the snapshot is asked for once more. */
export const BUFFERED = 256;

export class Sync {
  /** @type {Delta[]} */ #buffer = [];
  #epoch = "";
  #offset = -1;
  #overflowed = false;
  synced = false;

  /** From now on, buffer: a snapshot is being fetched. */
  begin() {
    this.synced = false;
    this.#overflowed = false;
    this.#buffer = [];
  }

  /**
   * A snapshot has come: the deltas to apply on top of it, in order, or null if it must be asked for again.
   * @param {{ epoch: string, o: number }} snapshot @returns {Delta[] | null}
   */
  land(snapshot) {
    const waiting = this.#buffer;
    this.#buffer = [];
    if (this.#overflowed) return null;
    this.synced = true;
    this.#epoch = snapshot.epoch;
    this.#offset = snapshot.o;
    /** @type {Delta[]} */
    const taken = [];
    for (const delta of waiting) {
      // A collector that was replaced before the snapshot was made: its last words are in the snapshot already.
      if (older(delta.epoch, snapshot.epoch)) continue;
      const answer = this.hear(delta);
      if (answer === "take") taken.push(delta);
      if (answer === "resync") return null;
    }
    return taken;
  }

  /** What to do with a delta. After "resync", call begin(). @param {Delta} delta @returns {Answer} */
  hear(delta) {
    if (!this.synced) {
      if (this.#buffer.length >= BUFFERED) this.#overflowed = true;
      else this.#buffer.push(delta);
      return "buffer";
    }
    if (delta.epoch !== this.#epoch) return this.#lose();
    if (delta.o <= this.#offset) return "drop";
    if (delta.prev > this.#offset) return this.#lose();
    this.#offset = delta.o;
    return "take";
  }

  /** A pulse names the last offset published: a lost delta is noticed within a second. @param {Pulse} pulse @returns {Answer} */
  pulse(pulse) {
    if (!this.synced) return "take";
    return pulse.epoch !== this.#epoch || pulse.o > this.#offset ? this.#lose() : "take";
  }

  /** @returns {"resync"} */
  #lose() {
    this.synced = false;
    return "resync";
  }
}

/** Epochs are counted up by whoever takes over a cluster. @param {string} one @param {string} other */
function older(one, other) {
  return Number(one) < Number(other);
}
