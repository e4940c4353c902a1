/** The dialog that `/` opens on every page: what is typed is looked for in all clusters, chosen by arrow keys and opened by Enter.
 *  Without scripts the same link leads to the page /search/. */

import { besides, choicesOf } from "./found.js";
import { html, nothing, render } from "./html.js";
import { within } from "./limits.js";

/** @typedef {import("./found.js").Answer} Answer */
/** @typedef {import("./found.js").Choice} Choice */

const LIMIT_MS = 8000;
/** Typing pauses for so long before it is looked for, in milliseconds. */
const PAUSE_MS = 60;

export class Finder {
  /** @type {Choice[]} */ #choices = [];
  /** @type {AbortController | undefined} */ #asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #pause;
  #at = 0;
  #said = "";
  /** The text that the choices belong to; null while none was answered. @type {string | null} */ #answered = null;
  /** Enter was pressed before the answer came. */ #hasty = false;

  /** @param {string} search where it is asked @param {(address: string) => void} [go] */
  constructor(search, go = (address) => location.assign(address)) {
    this.search = search;
    this.go = go;
    this.dialog = document.createElement("dialog");
    this.dialog.className = "finder";
    this.dialog.setAttribute("aria-label", "Find");
    document.body.append(this.dialog);
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.#draw();
  }

  open() {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.#input.focus();
    this.#input.select();
  }

  get #input() {
    return /** @type {HTMLInputElement} */ (this.dialog.querySelector("input"));
  }

  get #text() {
    return this.#input.value.trim().replace(/\s+/g, " ");
  }

  #typed() {
    clearTimeout(this.#pause);
    this.#asking?.abort();
    this.#hasty = false;
    if (!this.#text) {
      this.#told([], "", "");
      return;
    }
    this.#pause = setTimeout(() => void this.#ask(this.#text), PAUSE_MS);
  }

  /** @param {string} text */
  async #ask(text) {
    const asking = (this.#asking = new AbortController());
    try {
      const signal = within(LIMIT_MS, asking.signal);
      const answer = await fetch(`${this.search}?q=${encodeURIComponent(text)}`, { credentials: "same-origin", redirect: "manual", signal });
      if (answer.status === 401) throw new Error("You are signed out. Load the page again.");
      if (!answer.ok) throw new Error(String(answer.status));
      const found = /** @type {Answer} */ (await answer.json());
      const choices = choicesOf(found);
      this.#told(choices, choices.length ? (found.more ? "There is more. A longer text finds less." : "") : `Nothing that is watched is called “${text}”.`, text);
    } catch (error) {
      // A newer text is being asked for.
      if (asking.signal.aborted) return;
      this.#told([], error instanceof Error && error.message.startsWith("You ") ? error.message : "It cannot be looked for now.", text);
    }
  }

  /** @param {Choice[]} choices @param {string} said @param {string} text */
  #told(choices, said, text) {
    const filter = document.getElementById("find");
    const show = () => {
      if (!(filter instanceof HTMLInputElement)) return;
      filter.value = text;
      filter.dispatchEvent(new Event("input", { bubbles: true }));
      filter.focus();
    };
    this.#choices = [...choices, ...besides(text, location.pathname, filter ? show : null)];
    this.#said = said;
    this.#answered = text || null;
    this.#at = 0;
    this.#draw();
    if (this.#hasty) this.#choose(0);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const last = this.#choices.length - 1;
    const to = { ArrowDown: this.#at < last ? this.#at + 1 : 0, ArrowUp: this.#at > 0 ? this.#at - 1 : last }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.#at = Math.max(0, to);
      this.#draw();
      this.dialog.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      // What is shown may belong to a shorter text: it is not opened in place of what was meant.
      if (this.#answered === this.#text) this.#choose(this.#at);
      else this.#hasty = this.#text !== "";
    }
  }

  /** @param {number} at */
  #choose(at) {
    this.#hasty = false;
    const choice = this.#choices[at];
    if (!choice) return;
    this.dialog.close();
    if (choice.does) choice.does();
    else this.go(choice.address);
  }

  #draw() {
    const some = this.#choices.length > 0;
    const groups = [...new Set(this.#choices.map((one) => one.group))];
    render(
      html`<form role="search" @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
          <input type="text" inputmode="search" role="combobox" aria-label="Find in all clusters" aria-autocomplete="list" aria-expanded=${String(some)} aria-controls="finder-list"
            aria-activedescendant=${some ? `found-${this.#at}` : nothing} placeholder="name, address, version, key=value, namespace/pod" autocomplete="off" autocapitalize="off"
            spellcheck="false" maxlength="381" enterkeyhint="go" @input=${() => this.#typed()} @keydown=${(/** @type {KeyboardEvent} */ event) => this.#key(event)}>
        </form>
        <div id="finder-list" role="listbox" aria-label="Found" ?hidden=${!some}>${groups.map(
          (group, number) => html`<div role="group" aria-labelledby=${`finder-group-${number}`}><p class="label" id=${`finder-group-${number}`}>${group}</p>${this.#choices.map((one, at) => (one.group === group ? this.#option(one, at) : nothing))}</div>`,
        )}</div>
        <p class="said" role="status">${this.#said}</p>
        <p class="hints" aria-hidden="true"><kbd>↑</kbd><kbd>↓</kbd> choose <kbd>Enter</kbd> open <kbd>Esc</kbd> close</p>`,
      this.dialog,
    );
  }

  /** @param {Choice} choice @param {number} at */
  #option(choice, at) {
    return html`<div role="option" id=${`found-${at}`} aria-selected=${String(at === this.#at)} @click=${() => this.#choose(at)}><b>${choice.name}</b>${choice.about ? html` <span>${choice.about}</span>` : nothing}</div>`;
  }
}
