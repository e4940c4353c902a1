/** When a wall begins again: after an upgrade, when its display was changed, once a night if that is wished, and when it is shown
 *  nothing more. Never all walls at once. */

import { within } from "../limits.js";
import { isDue } from "../upgrade.js";

/** Milliseconds within which all walls begin again, and those that are told one by one. One that is shown nothing more has seconds: it
 *  hears of it within 2.3 s and must be gone within 5 s. */
const [STAGGERED_MS, SOON_MS, ENDED_MS] = [30_000, 1_000, 1_500];
/** So long it waits at most until it tries again, while the server is away. */
const AGAIN_MS = 10_000;
/** A page that has just come does not begin again by night. */
const NIGHT_MS = 120_000;

export class Reloads {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #due;
  #ended = false;

  /** @param {string} own version of the pages @param {string} nightly "03:30", empty: not @param {import("./face.js").Face} face */
  constructor(own, nightly, face) {
    this.own = own;
    this.nightly = nightly;
    this.face = face;
    // Some minutes after that time, each wall at another.
    this.after = Math.floor(Math.random() * 5);
  }

  /** The server's version is told. @param {string | undefined} app */
  version(app) {
    if (this.#due !== undefined || !app || app === this.own) return;
    try {
      if (isDue(app, this.own, sessionStorage, Date.now())) this.#in(STAGGERED_MS);
    } catch {
      // Nothing can be remembered here: rather an old page than one that reloads for ever.
    }
  }

  /** The server has something else to show, or says why it shows nothing. @param {"edited" | "ended"} why */
  soon(why) {
    if (why === "edited") {
      if (this.#due === undefined) this.#in(SOON_MS);
    } else if (!this.#ended) {
      this.#ended = true;
      clearTimeout(this.#due);
      this.#in(ENDED_MS);
    }
  }

  /** @param {number} now epoch seconds of the server's clock */
  look(now) {
    if (!this.nightly || this.#due !== undefined || performance.now() < NIGHT_MS + this.after * 60_000) return;
    const { time } = this.face.at(now - this.after * 60);
    if (time.slice(0, 5) === this.nightly) this.#in(STAGGERED_MS);
  }

  /** @param {number} ms */
  #in(ms) {
    this.#due = setTimeout(() => void this.#begin(), 200 + Math.random() * ms);
  }

  /** Only while the server answers: else the browser's own error would stand there, and nothing would ever come back. */
  async #begin() {
    try {
      const { status } = await fetch(location.href, { method: "HEAD", credentials: "same-origin", cache: "no-store", signal: within(5000) });
      if (status < 500) return location.reload();
    } catch {
      // It is away.
    }
    return this.#in(AGAIN_MS);
  }
}
