/**
 * What is said below a component, by its sentences. Where room for a few lines is kept, sentences that have no room in it go, the last
 * first: so that the horizon stays where it is while ages grow. Of a first sentence that is too long by itself the last clauses go, and
 * dots say so. All of it stands in the rail, on the component's page, and in the tooltip.
 */

import { html } from "../html.js";
import { clauses, sentences } from "../words.js";

/** @param {string} text */
export function told(text) {
  const [first = "", ...others] = sentences(text);
  const parts = [...clauses(first), ...others];
  return html`<p class="line" title=${text}>${parts.map((one, at) => html`<span>${at ? " " : ""}${one}</span>`)}</p>`;
}

/** What was fitted last, by its paragraph: a text and its width. @type {WeakMap<Element, string>} */
const fitted = new WeakMap();

/** Lets go of what has no room: css says by --lines how many lines there are, 0 for as many as it takes. @param {ParentNode} sky */
export function fitTold(sky) {
  for (const line of sky.querySelectorAll(".line")) {
    const key = `${line.textContent} ${line.clientWidth} ${innerHeight}`;
    if (fitted.get(line) === key) continue;
    fitted.set(line, key);
    const parts = [...line.children];
    for (const part of parts) part.toggleAttribute("hidden", false);
    line.classList.remove("is-cut", "is-clamped");
    const style = getComputedStyle(line);
    const most = Number(style.getPropertyValue("--lines")) * parseFloat(style.lineHeight);
    const high = () => line.scrollHeight - parseFloat(style.paddingTop);
    while (most && parts.length > 1 && high() > most + 2) {
      parts.pop()?.toggleAttribute("hidden", true);
      line.classList.toggle("is-cut", /[,;:]$/.test(parts.at(-1)?.textContent?.trim() ?? ""));
    }
    line.classList.toggle("is-clamped", most > 0 && high() > most + 2);
  }
}

/** Names that need a second line of chips take no room from what is said below them: css keeps more by --more-chips, their lines beyond
 *  the first. Names change seldom, so that the horizon stays. @param {HTMLElement} units */
export function fitChips(units) {
  const lines = [...units.querySelectorAll(".chips")].map((chips) => {
    const few = Number(chips.getAttribute("data-count")) <= 3;
    return few ? new Set([...chips.children].map((one) => (one instanceof HTMLElement ? one.offsetTop : 0))).size : 1;
  });
  const more = String(Math.max(1, ...lines) - 1);
  if (units.style.getPropertyValue("--more-chips") !== more) units.style.setProperty("--more-chips", more);
}
