/** Does the web server itself answer? Asked when pulses stop coming, so that a web server that stands still is not told as a collector
 *  that does. */

import { within } from "./limits.js";

const LIMIT_MS = 2000;
const PAUSE_MS = 2000;

export class Answering {
  /** It was asked and did not answer in time; null while that is not known. @type {boolean | null} */
  silent = null;
  #asking = false;
  #asked = -Infinity;

  /** @param {string} address of what answers whenever the server does @param {() => void} told */
  constructor(address, told) {
    this.address = address;
    this.told = told;
  }

  /** Ask, if it was not asked just now. @param {boolean} wanted nothing is heard: else it is heard, and does answer */
  look(wanted) {
    if (!wanted) {
      this.silent = null;
      return;
    }
    if (this.#asking || performance.now() - this.#asked < PAUSE_MS) return;
    this.#asking = true;
    void this.#ask();
  }

  async #ask() {
    let silent = false;
    try {
      await fetch(this.address, { cache: "no-store", redirect: "manual", signal: within(LIMIT_MS) });
    } catch {
      silent = true;
    }
    this.#asking = false;
    this.#asked = performance.now();
    this.silent = silent;
    this.told();
  }
}
