/** What a screen reader is told, sparingly: entries that came to "needs attention" or left it, and when the picture is late. */

/** @typedef {import("./wire-types.js").AttentionRow} AttentionRow */

/** Seconds between two announcements. */
const PAUSE = 8;
/** So many titles are read out; more are a number. */
const READ = 3;

export class Announcer {
  /** @type {Map<string, string> | null} */ #known = null;
  /** @type {string[]} */ #came = [];
  /** @type {string[]} */ #went = [];
  #late = "";
  #spoken = -Infinity;

  /** @param {(text: string) => void} speak */
  constructor(speak) {
    this.speak = speak;
  }

  /** @param {AttentionRow[]} attention */
  attend(attention) {
    const now = new Map(attention.map((row) => [row.key, row.title]));
    if (this.#known) {
      for (const [key, title] of now) if (!this.#known.has(key)) this.#came.push(title);
      for (const [key, title] of this.#known) if (!now.has(key)) this.#went.push(title);
    }
    this.#known = now;
  }

  /** @param {string} sentence why the picture is late; empty: it is not */
  late(sentence) {
    if (Boolean(sentence) !== Boolean(this.#late)) {
      this.speak(sentence || "The picture is live again.");
      this.#spoken = -Infinity;
    }
    this.#late = sentence;
  }

  /** Say what has gathered, if the last word was long enough ago. @param {number} now seconds */
  tick(now) {
    if (now - this.#spoken < PAUSE || (!this.#came.length && !this.#went.length)) return;
    this.#spoken = now;
    const told = [listed("Needs attention", this.#came), listed("No longer", this.#went)].filter(Boolean).join(" ");
    this.#came = [];
    this.#went = [];
    this.speak(told);
  }
}

/** @param {string} lead @param {string[]} titles */
function listed(lead, titles) {
  if (!titles.length) return "";
  const more = titles.length - READ;
  return `${lead}: ${titles.slice(0, READ).join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
}
