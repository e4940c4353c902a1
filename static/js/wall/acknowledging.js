/** The button by which somebody who is signed in says that they have seen what is wrong: the wall turns its pages again. */

import { within } from "../limits.js";

/** @typedef {import("../board/told.js").Told} Told */

const NAMED = 3;

/** "Acknowledge prod-eu-1, ci and 2 more". Pure. @param {string[]} names */
export function words(names) {
  const more = names.length - NAMED;
  return `Acknowledge ${names.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

export class Acknowledging {
  /** @type {Told[]} */ #wanting = [];
  #button = document.createElement("button");

  /** @param {HTMLElement} root @param {string | undefined} token against forgery; none: it is a screen, which only shows
   *  @param {() => void} done */
  constructor(root, token, done) {
    this.token = token;
    this.#button.type = "button";
    this.#button.className = "acknowledge";
    this.#button.hidden = true;
    this.#button.addEventListener("click", () => void this.#send().then(done, () => (this.#button.textContent = "Not sent. Try again.")));
    if (token) root.after(this.#button);
  }

  /** @param {Told[]} wanting clusters that want attention, the worst first */
  show(wanting) {
    if (!this.token) return;
    const text = words(wanting.map(({ name }) => name));
    if (text !== words(this.#wanting.map(({ name }) => name)) || !this.#button.textContent) this.#button.textContent = text;
    this.#wanting = wanting;
    this.#button.hidden = wanting.length === 0;
  }

  async #send() {
    const answers = await Promise.all(
      this.#wanting.map(({ slug }) =>
        fetch(`/c/${encodeURIComponent(slug)}/acknowledge/`, {
          method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": this.token ?? "" }, signal: within(10_000),
        }),
      ),
    );
    if (!answers.every(({ ok }) => ok)) throw new Error("not all were taken");
  }
}
