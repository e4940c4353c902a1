/** Fetching a page's HTML anew: at once the first time, then at most once in a while; one request at a time, each with a limit. */

import { backoff } from "../reconnecting-socket.js";
import { within } from "../limits.js";

const LIMIT_MS = 10_000;

/** @typedef {"signed out" | "gone" | "kept"} Ending "kept": nothing came; what is shown stays, and it is tried again */

export class Renewing {
  #wanted = false;
  #running = false;
  #last = -Infinity;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {string} address @param {number} pause milliseconds between two requests at least
   * @param {(html: string, asked: number) => void} take `asked`: when it was asked for, milliseconds of the local clock @param {(why: Ending) => void} end
   */
  constructor(address, pause, take, end) {
    this.address = address;
    this.pause = pause;
    this.take = take;
    this.end = end;
  }

  /** Is what is shown old, as far as is known? */
  get pending() {
    return this.#wanted || this.#running;
  }

  /** What is shown is old: renew it soon. */
  ask() {
    this.#wanted = true;
    if (this.#running) return;
    clearTimeout(this.#timer);
    const wait = this.#failures ? backoff(this.#failures) : Math.max(0, this.#last + this.pause - performance.now());
    this.#timer = setTimeout(() => void this.#fetch(), wait);
  }

  async #fetch() {
    this.#wanted = false;
    this.#running = true;
    this.#last = performance.now();
    const asked = Date.now();
    try {
      const answer = await fetch(this.address, {
        credentials: "same-origin",
        cache: "no-store",
        redirect: "manual",
        signal: within(LIMIT_MS),
      });
      if (answer.type === "opaqueredirect" || answer.status === 403) this.end("signed out");
      else if (answer.status === 404) this.end("gone");
      else if (answer.ok) {
        const html = await answer.text();
        this.#failures = 0;
        this.take(html, asked);
      } else this.#fail();
    } catch {
      this.#fail();
    } finally {
      this.#running = false;
      if (this.#wanted) this.ask();
    }
  }

  #fail() {
    this.#failures += 1;
    this.#wanted = true;
    this.end("kept");
  }
}
