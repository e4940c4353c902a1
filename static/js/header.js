/** The header of a cluster in the page, its title and its favicon. Its words: scene/header.js. */

import { glyph } from "./diagram/marks.js";
import { html, nothing, render } from "./html.js";
import { freshWords, overall } from "./scene/header.js";
import { WORDS } from "./states.js";
import { tellTab } from "./tab.js";

/** @typedef {import("./freshness.js").Freshness} Freshness */
/** @typedef {import("./scene/header.js").Pill} Pill */
/** @typedef {import("./store.js").Picture} Picture */

/** @param {HTMLElement} place @param {Freshness} fresh @param {boolean} met has the server been heard? */
export function drawFreshness(place, fresh, met) {
  const { state, words } = freshWords(fresh, false, met);
  place.className = `freshness is-${fresh.kind}`;
  render(html`${glyph(state, "glyph-s")}<span>${words}</span>`, place);
}

/** What tells how fresh it is has failed. @param {HTMLElement} place */
export function drawFailed(place) {
  place.className = "freshness is-late";
  render(html`${glyph("degraded", "glyph-s")}<span>not live: this page's script has failed; reload the page</span>`, place);
}

/** @param {Pill} told */
function pill({ label, state, said, last, title }) {
  // Where there is little room, the reason is what goes; the word of the state stays whole.
  const why = said === WORDS[state] ? "" : said;
  return html`<p class="pill state-${state} ${why ? "has-why" : ""} ${last ? "has-last" : ""}" title=${title}>
    ${glyph(state)}<span>${label}<span class="plane-word"> plane</span></span><b>${WORDS[state]}</b>
    ${why ? html`<span class="why">${why}</span>` : nothing}
    ${last ? html`<span class="last">${last}</span>` : nothing}
  </p>`;
}

/** What a plane is, large, over the plane itself: where the header has no room to say why. @param {Pill} told */
function verdict({ state, said, last }) {
  return html`${glyph(state, "glyph-m")}<span><b>${WORDS[state]}</b>${said === WORDS[state] ? nothing : html` ${said}`}${last ? html` ${last}` : nothing}</span>`;
}

/** @param {HTMLElement} place @param {Pill[]} pills */
export function drawPlanes(place, pills) {
  render(html`${pills.map(pill)}`, place);
  for (const told of pills) {
    const over = document.getElementById(`${told.label}-verdict`);
    if (!over) continue;
    over.className = `verdict state-${told.state}`;
    render(verdict(told), over);
  }
}

/** The tab carries the state: its icon and its title. @param {Picture | null} picture @param {Freshness} fresh */
export function drawTab(picture, fresh) {
  const name = picture?.name ?? document.querySelector("h1")?.textContent ?? "";
  tellTab(overall(picture, fresh), fresh.kind === "late", fresh.kind === "past" ? `${name}, the past` : name);
}
