/** What was worked out for a key, the newest of it: bounded, for a wall runs for months. Pure. */

/** @template T */
export class Remembered {
  /** @type {Map<string, T>} */ #kept = new Map();

  /** @param {number} most how many are kept */
  constructor(most) {
    this.most = most;
  }

  get size() {
    return this.#kept.size;
  }

  /** @param {string} key @param {() => T} make @returns {T} */
  get(key, make) {
    const found = this.#kept.get(key);
    // One that is asked for again is the newest again.
    this.#kept.delete(key);
    const value = found ?? make();
    this.#kept.set(key, value);
    if (this.#kept.size > this.most) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    return value;
  }
}
