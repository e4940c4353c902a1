/** The rail in the page: what needs attention, then changes as they happen, then what cannot be seen. Its words: scene/rail.js. */

import { clock, happened, inFull, when as dated } from "./ages.js";
import { glyph } from "./diagram/marks.js";
import { html, nothing, render } from "./html.js";
import { andMore, noChanges } from "./scene/rail.js";
import { WORDS } from "./states.js";

/** @typedef {import("./scene/rail.js").Change} Change */
/** @typedef {import("./scene/rail.js").Entry} Entry */
/** @typedef {import("./scene/rail.js").Rail} Rail */

/** Where an entry leads. @param {Entry} told @param {string} pages */
function target({ component, node }, pages) {
  if (component) return `${pages}${component}/`;
  return node ? `${pages}nodes/${encodeURIComponent(node)}/` : "";
}

/** @param {Entry} told @param {string} pages */
function entry(told, pages) {
  const { state, title, since, age, because, names } = told;
  const href = target(told, pages);
  return html`<li class="entry state-${state}">
    ${glyph(state, "glyph-m")}
    <h3>${href ? html`<a href=${href}>${title}</a>` : title}<span class="visually-hidden">, ${WORDS[state]}</span></h3>
    <time datetime=${new Date(since * 1000).toISOString()} title="since ${inFull(since)}">${age}</time>
    <p>${because}${names ? html`<span class="names">${names}</span>` : nothing}</p>
  </li>`;
}

/** @param {number} at @param {number} now */
function when(at, now) {
  return html`<time datetime=${new Date(at * 1000).toISOString()} title=${inFull(at)}>${happened(at, now, clock)}</time>`;
}

/** @param {Change} told @param {number} now @param {string} [where] a class of its own */
function changeLine({ from, at, state, who, what, because }, now, where = "") {
  return html`<li class="change ${where}" title=${because}>
    <span class="when">${Math.floor(from) === Math.floor(at) ? when(at, now) : html`${when(from, now)} <span>– ${when(at, now)}</span>`}</span>
    ${glyph(state, "glyph-s")}
    <p><b>${who}</b> ${what}</p>
  </li>`;
}

/** What came after a moment of the past, and where that lies: of what took some time it is told when it began.
 * @param {Change[]} after @param {number} now */
function ahead(after, now) {
  return html`${after.map((one) => changeLine({ ...one, at: one.from }, now, "is-after"))}<li class="here"><time datetime=${new Date(now * 1000).toISOString()}>${clock(now)}</time><b>you are here</b></li>`;
}

/**
 * @param {{ title: Element, entries: HTMLElement, changes: HTMLElement, missing: HTMLElement }} places
 * @param {Rail} told @param {string} pages @param {number} now epoch seconds of the server's clock
 */
export function drawRail(places, told, pages, now) {
  if (places.title.textContent !== told.title) places.title.textContent = told.title;
  render(
    told.nothing
      ? html`<li class="nothing">${told.well ? html`${glyph("healthy", "glyph-m")}<span>${told.nothing}</span>` : told.nothing}</li>`
      : html`${told.entries.map((one) => entry(one, pages))}${told.more ? html`<li class="more" data-more=${told.more}>${andMore(told.more)}</li>` : nothing}`,
    places.entries,
  );
  const { unchangedSince } = told;
  const unchanged = unchangedSince === null ? "" : noChanges(unchangedSince, now, (at) => dated(at, now));
  const before = unchanged ? html`<li class="nothing muted">${unchanged}</li>` : told.changes.map((one) => changeLine(one, now));
  render(told.past ? html`${ahead(told.after, now)}${before}` : before, places.changes);
  drawMissing(places.missing, told);
}

/** What is hidden from us, each with what would show it. @param {HTMLElement} part @param {Rail} told */
function drawMissing(part, { missing }) {
  if (part.hidden && missing) part.setAttribute("open", "");
  part.hidden = missing === null;
  render(
    missing
      ? html`<summary><h2>${missing.title}</h2></summary>
          <ul>${missing.rows.map((row) => html`<li><p>${row.message}</p><p class="muted">${row.remedy}</p></li>`)}</ul>`
      : nothing,
    part,
  );
}
