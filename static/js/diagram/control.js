/** The sky in the page: cards, the bar, and the add-ons on the ground. What they say is decided in scene/sky.js. */

import { html, nothing, render } from "../html.js";
import { CHIPS } from "../scene/component.js";
import { bar } from "./apibar.js";
import { glyph, instanceLink, more, sparkline, spoken } from "./marks.js";
import { fitChips, fitTold, told as said } from "./told.js";

/** @typedef {import("../scene/component.js").Card} Card */
/** @typedef {import("../scene/component.js").Chip} Chip */
/** @typedef {import("../scene/sky.js").Addon} Addon */
/** @typedef {import("../scene/sky.js").Sky} Sky */
/** @typedef {import("../series.js").Series} Series */

/** @param {Chip} told @param {string} page address of its kind */
function chip({ id, name, state, leader, title }, page) {
  return html`<li class="chip state-${state}" title=${title}>
    ${glyph(state, "glyph-xs")}<span class="name">${instanceLink(page, id, name)}</span>${spoken(state)}
    ${leader ? html`<span class="leader" role="img" aria-label="leader">★</span>` : nothing}
  </li>`;
}

/** @param {Card} told @param {Series} series @param {string} pages @param {number} now */
function card(told, series, pages, now) {
  if (told.process) return inside(told, pages);
  const { kind, state, chips, rest, absent, lines } = told;
  return html`<article class="unit state-${state}" data-kind=${kind}>
    <h3>${glyph(state, "glyph-card")}<a href="${pages}${kind}/">${told.title}</a>${spoken(state)}</h3>
    <p class="role">${told.role}</p>
    ${told.chart ? html`<p class="traffic" data-tip=${told.about || nothing}>${told.traffic ? html`<span tabindex=${told.about ? "0" : nothing}>${told.traffic} <small><span class="wide">requests</span>/s</small></span>` : nothing}${sparkline(series, "etcd_requests", now)}</p>` : nothing}
    ${absent
      ? html`<p class="absent">${absent}</p>`
      : html`<ul class="chips" data-count=${Math.min(chips.length + rest.count, CHIPS)}>${chips.map((one) => chip(one, `${pages}${kind}/`))}${more(rest, "chip")}</ul>`}
    ${lines.map(said)}
  </article>`;
}

/** A process whose parts cannot be told apart. @param {Card} told @param {string} pages */
function inside({ kind, state, title, role, parts, lines }, pages) {
  return html`<article class="unit is-process state-${state}" data-kind=${kind}>
    <h3>${glyph(state, "glyph-card")}<span>${title}</span>${spoken(state)}</h3>
    <p class="role">${role}</p>
    <ul class="chips parts">
      ${parts.map((part) => html`<li class="chip">${glyph(part.state, "glyph-xs")}<a class="name" href="${pages}${part.kind}/">${part.title}</a>${spoken(part.state)}</li>`)}
    </ul>
    ${lines.map(said)}
  </article>`;
}

/** A small link for what belongs to neither plane; one that is not well says so. @param {Addon} told @param {string} pages */
function addon({ kind, title, state, word, line }, pages) {
  return html`<a class="addon state-${state}" href="${pages}${kind}/" title=${line}>
    ${glyph(state, "glyph-s")}${title}${word ? html` <span class="word">${word}</span>` : spoken(state)}
  </a>`;
}

/**
 * @param {{ cards: HTMLElement, bar: HTMLElement, count: HTMLElement, addons: HTMLElement }} places
 * @param {Sky} sky @param {Series} series @param {string} pages address of the cluster @param {number} now
 */
export function drawControl(places, sky, series, pages, now) {
  // Until there is something to show, empty shells keep its place.
  const shells = [1, 2, 3, 4].map(() => html`<div class="unit is-shell"></div>`);
  const cards = html`${sky.cards.map((told) => card(told, series, pages, now))}`;
  render(sky.blank ? shells : cards, places.cards);
  render(sky.bar ? bar(sky.bar, series, pages, now) : html`<div class="api is-shell"></div>`, places.bar);
  fitChips(places.cards);
  for (const place of [places.cards, places.bar]) fitTold(place);
  places.count.textContent = sky.count;
  render(sky.addons.map((told) => addon(told, pages)), places.addons);
}
