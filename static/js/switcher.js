/** The cluster switcher in the header: all clusters, the worst first, found by typing, chosen by arrow keys and Enter. */

import { choicesOf, meant } from "./choices.js";
import { glyph } from "./diagram/marks.js";
import { html, render } from "./html.js";
import { within } from "./limits.js";
import { WORDS } from "./states.js";

/** @typedef {import("./choices.js").Card} Card */
/** @typedef {import("./choices.js").Choice} Choice */

const LIMIT_MS = 8000;

/** @param {HTMLDetailsElement} menu @param {string} here slug of the cluster that is shown */
export function switcher(menu, here) {
  const input = /** @type {HTMLInputElement} */ (menu.querySelector("input"));
  const list = /** @type {HTMLElement} */ (menu.querySelector("ul"));
  const status = /** @type {HTMLElement} */ (menu.querySelector("[role=status]"));
  const all = menu.querySelector("ul a")?.getAttribute("href") ?? "/";
  /** @type {Choice[]} */ let choices = [];
  list.replaceChildren();
  input.hidden = false;

  const draw = () => {
    const shown = meant(choices, input.value);
    render(
      html`${shown.map(
          ({ slug, name, state }) => html`<li><a href="/c/${slug}/" aria-current=${slug === here ? "page" : "false"}>${glyph(state, "glyph-s")}<span class="visually-hidden">${WORDS[state]}</span> <span>${name}</span></a></li>`,
        )}<li><a href=${all}>All clusters</a></li>`,
      list,
    );
    if (choices.length) status.textContent = shown.length ? "" : `No cluster is called “${input.value.trim()}”.`;
  };

  const fill = async () => {
    status.textContent = choices.length ? "" : "Asking for the clusters …";
    try {
      const answer = await fetch(menu.dataset["clusters"] ?? "", { credentials: "same-origin", redirect: "manual", signal: within(LIMIT_MS) });
      if (!answer.ok) throw new Error(String(answer.status));
      choices = choicesOf(/** @type {{ clusters: Card[] }} */ (await answer.json()).clusters);
      status.textContent = "";
    } catch {
      status.textContent = "The clusters cannot be asked for now; their list is a page of its own.";
    }
    draw();
  };

  /** @param {number} by */
  const move = (by) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.findIndex((link) => link === document.activeElement);
    links[at < 0 ? (by > 0 ? 0 : links.length - 1) : (at + by + links.length) % links.length]?.focus();
  };

  const opened = () => {
    if (!menu.open) return;
    input.value = "";
    draw();
    input.focus();
    void fill();
  };
  menu.addEventListener("toggle", opened);
  opened(); // before this script had come
  input.addEventListener("input", draw);
  menu.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      list.querySelector("a")?.click();
    }
  });
}
