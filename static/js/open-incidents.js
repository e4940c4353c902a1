/** Incidents that go on, beside the picture: asked for when something has changed, apart from the picture, which waits for no answer. */

import { tick } from "./pages/ticking.js";
import { gist } from "./pages/panels.js";
import { Renewing } from "./pages/renewing.js";

/** Milliseconds between two requests at least, and after which it is asked again though nothing was heard to change. */
const PAUSE_MS = 1_500;
const LOOK_MS = 60_000;

/** @param {HTMLElement} part a section with `data-address` @returns {{ ask: () => void, tick: (now: number) => void }} */
export function openIncidents(part) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const renewing = new Renewing(part.dataset["address"] ?? "", PAUSE_MS, take, () => undefined);
  const ask = () => renewing.ask();
  /** @param {string} html */
  function take(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    const list = fresh.querySelector("[data-again]");
    const again = Number(list?.getAttribute("data-again") ?? 0);
    clearTimeout(timer);
    timer = setTimeout(ask, again ? again * 1000 : LOOK_MS);
    if (!list) return; // some other page: nothing of it belongs beside the picture
    // When to ask again is nothing that is seen.
    list.setAttribute("data-again", "");
    part.hidden = !list.firstElementChild;
    if (gist(fresh) === gist(part)) return;
    const held = part.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
    part.replaceChildren(...fresh.childNodes);
    if (held) /** @type {HTMLElement | null} */ (part.querySelector(`[href="${CSS.escape(held)}"]`))?.focus({ preventScroll: true });
  }
  return { ask, tick: (now) => tick(part, now) };
}
