/** The rail: what needs attention, grouped by cause, then changes as they happen. */

import { clock, duration, render as renderAges } from "./ages.js";
import { grouped, subjects } from "./changes.js";
import { glyph } from "./diagram/control.js";
import { html, nothing, render } from "./html.js";
import { WORDS, stateOf } from "./states.js";

/** @typedef {import("./types.js").AttentionRow} AttentionRow */
/** @typedef {import("./types.js").ChangeRow} ChangeRow */

/** More entries than this are a number; the tables hold them all. */
const ENTRIES = 40;
const CHANGES = 40;

/** Where an entry leads. @param {AttentionRow} row @param {string} pages */
function target(row, pages) {
  if (row.kind === "Component") return `${pages}${row.name}/`;
  if (row.kind === "Node" && row.count === 1) return `${pages}nodes/${encodeURIComponent(row.name)}/`;
  return "";
}

/** @param {AttentionRow} row @param {string} pages @param {number} now */
function entry(row, pages, now) {
  const state = stateOf(row.state);
  const href = target(row, pages);
  const names = row.count > 1 && row.names.length ? `${row.names.join(", ")}${row.count > row.names.length ? " …" : ""}` : "";
  return html`<li class="entry state-${state}">
    ${glyph(state, "glyph-m")}
    <h3>${href ? html`<a href=${href}>${row.title}</a>` : row.title}<span class="visually-hidden">, ${WORDS[state]}</span></h3>
    <time datetime=${new Date(row.since * 1000).toISOString()} title="since ${clock(row.since)}">${duration(now - row.since)}</time>
    <p>${renderAges(row.because, now)}${names ? html`<span class="names">${names}</span>` : nothing}</p>
  </li>`;
}

/** @param {ChangeRow[]} line @param {number} now */
function changeLine(line, now) {
  const [first] = line;
  if (!first) return nothing;
  const state = stateOf(first.after);
  const what = first.before && first.after && first.before !== first.after
    ? `${WORDS[stateOf(first.before)]} → ${WORDS[state]}`
    : renderAges(first.because, now);
  const who = subjects(line);
  return html`<li class="change" title=${renderAges(first.because, now)}>
    <time datetime=${new Date(first.at * 1000).toISOString()}>${clock(first.at)}</time>
    ${glyph(state, "glyph-s")}
    <p><b>${who}</b> ${what}</p>
  </li>`;
}

/** @param {import("./store.js").Picture} picture */
function well(picture) {
  return picture.cluster.control?.state === "healthy" && picture.cluster.data?.state === "healthy";
}

/**
 * @param {{ title: Element, entries: Element, changes: Element }} places
 * @param {import("./store.js").Picture} picture @param {string} pages @param {number} now
 */
export function drawRail(places, picture, pages, now) {
  const { attention, changes } = picture;
  const title = attention.length ? `Needs attention · ${attention.length}` : "Needs attention";
  if (places.title.textContent !== title) places.title.textContent = title;
  const more = attention.length - ENTRIES;
  render(
    attention.length
      ? html`${attention.slice(0, ENTRIES).map((row) => entry(row, pages, now))}
          ${more > 0 ? html`<li class="more">and ${more} more</li>` : nothing}`
      : html`<li class="nothing">${well(picture) ? html`${glyph("healthy", "glyph-m")}<span>Nothing does. Both planes are as they should be.</span>` : "Nothing is listed."}</li>`,
    /** @type {HTMLElement} */ (places.entries),
  );
  render(
    changes.length
      ? grouped(changes).slice(0, CHANGES).map((line) => changeLine(line, now))
      : html`<li class="nothing muted">None has been seen yet.</li>`,
    /** @type {HTMLElement} */ (places.changes),
  );
}
