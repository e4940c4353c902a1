/**
 * What is said below a component, by its sentences. Where room for a few lines is kept, sentences that have no room in it go, the last
 * first: so that the horizon stays where it is while ages grow. All of it stands in the rail, on the component's page, and in the
 * tooltip.
 */

import { html } from "../html.js";
import { sentences } from "../words.js";

/** @param {string} text */
export function told(text) {
  return html`<p class="line" title=${text}>${sentences(text).map((one, at) => html`<span>${at ? " " : ""}${one}</span>`)}</p>`;
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
    const style = getComputedStyle(line);
    const most = Number(style.getPropertyValue("--lines")) * parseFloat(style.lineHeight);
    const high = () => line.scrollHeight - parseFloat(style.paddingTop);
    while (most && parts.length > 1 && high() > most + 2) parts.pop()?.toggleAttribute("hidden", true);
  }
}
