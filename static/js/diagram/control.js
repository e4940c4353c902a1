/** The sky: a card for each kind of the control plane, the API server as the bar on the horizon, and the add-ons. */

import { counted } from "../groups.js";
import { html, nothing, render } from "../html.js";
import { processOf, roleOf, titleOf } from "../kinds.js";
import { GAP, said } from "../series.js";
import { SEVERITY, WORDS, stateOf } from "../states.js";
import { APISERVER, bar } from "./apibar.js";
import { fitting, glyph, lineOf, shortNames, spoken } from "./marks.js";
import { sparkline } from "./sparkline.js";

export { glyph, spoken };

/** @typedef {import("../types.js").ComponentRow} ComponentRow */
/** @typedef {import("../types.js").InstanceRow} InstanceRow */
/** @typedef {import("../store.js").Picture} Picture */

const CHIPS = 9;

/** @param {InstanceRow} row @param {string} short */
function chip(row, short) {
  const name = row.host || row.name;
  const title = [name, row.leader ? "leader" : "", WORDS[stateOf(row.state)], row.version, row.because].filter(Boolean).join(" · ");
  return html`<li class="chip state-${stateOf(row.state)}" title=${title}>
    ${glyph(row.state, "glyph-xs")}<span class="name"><bdi>${short}</bdi></span>${spoken(row.state)}
    ${row.leader ? html`<span class="leader" role="img" aria-label="leader">★</span>` : nothing}
  </li>`;
}

/** @param {ComponentRow} row @param {Picture} picture @param {string} pages @param {number} now */
function card(row, picture, pages, now) {
  const state = stateOf(row.state);
  const line = lineOf(row, now);
  const { shown, rest } = fitting(row.instances, CHIPS);
  const short = shortNames(row.instances);
  return html`<article class="unit state-${state}" data-kind=${row.kind}>
    <h3>${glyph(state, "glyph-card")}<a href="${pages}${row.kind}/">${titleOf(row.kind)}</a>${spoken(state)}</h3>
    <p class="role">${roleOf(row.kind)}</p>
    ${row.kind === "etcd" ? traffic(picture, now) : nothing}
    ${row.instances.length || row.kind !== "etcd" || state === "not_observable"
      ? html`<ul class="chips" data-count=${Math.min(row.instances.length, CHIPS)}>
          ${shown.map((one) => chip(one, short.get(one) ?? ""))}${rest ? html`<li class="chip more">+ ${rest}</li>` : nothing}
        </ul>`
      : html`<p class="absent">its members are not visible from here</p>`}
    <p class="line" title=${line}>${line}</p>
  </article>`;
}

/** What the API server asks of its store, with the hour behind it. @param {Picture} picture @param {number} now */
function traffic(picture, now) {
  const last = picture.series.runs("etcd_requests").at(-1)?.at(-1);
  if (!last) return nothing;
  const fresh = now - last.at <= GAP;
  return html`<p class="traffic">${fresh ? html`<span>${said("etcd_requests", last.value)} <small><span class="wide">requests</span>/s</small></span>` : nothing}${sparkline(picture.series, "etcd_requests", now)}</p>`;
}

/**
 * Parts that run inside one process and cannot be told apart: one card, a chip for each.
 * @param {ComponentRow[]} rows @param {string} process @param {string} pages @param {number} now
 */
function inside(rows, process, pages, now) {
  const lines = [...new Set(rows.map((row) => lineOf(row, now)))];
  return html`<article class="unit is-process state-not_observable" data-kind=${rows[0]?.kind ?? ""}>
    <h3>${glyph("not_observable", "glyph-card")}<span>${process} process</span>${spoken("not_observable")}</h3>
    <p class="role">one process runs all of these, and the API server</p>
    <ul class="chips parts">
      ${rows.map((row) => html`<li class="chip">${glyph(row.state, "glyph-xs")}<a class="name" href="${pages}${row.kind}/">${titleOf(row.kind)}</a>${spoken(row.state)}</li>`)}
    </ul>
    ${lines.map((line) => html`<p class="line">${line}</p>`)}
  </article>`;
}

/** A small link for what belongs to neither plane; one that is not well says so. @param {ComponentRow} row @param {string} pages @param {number} now */
function addon(row, pages, now) {
  const state = stateOf(row.state);
  const ill = SEVERITY[state] > SEVERITY.healthy;
  return html`<a class="addon state-${state}" href="${pages}${row.kind}/" title=${lineOf(row, now)}>
    ${glyph(state, "glyph-s")}${titleOf(row.kind)}${ill ? html` <span class="word">${WORDS[state]}</span>` : spoken(state)}
  </a>`;
}

/**
 * Draw the sky, and the add-ons on the ground.
 * @param {{ cards: Element, bar: Element, count: Element, addons: Element }} places
 * @param {Picture} picture @param {string} pages address of the cluster @param {number} now
 */
export function drawControl(places, picture, pages, now) {
  const all = picture.plane("control");
  const server = all.find((row) => row.kind === APISERVER);
  const process = processOf(picture.cluster.distribution);
  const others = all.filter((row) => row.kind !== APISERVER);
  const within = process ? others.filter((row) => row.kind !== "etcd" && stateOf(row.state) === "not_observable") : [];
  const merged = within.length > 1 ? within : [];
  const apart = others.filter((row) => !merged.includes(row));
  // Until there is something to show, empty shells keep its place.
  const shells = [1, 2, 3, 4].map(() => html`<div class="unit is-shell"></div>`);
  const cards = html`${apart.map((row) => card(row, picture, pages, now))}${merged.length ? inside(merged, process, pages, now) : nothing}`;
  render(all.length ? cards : shells, /** @type {HTMLElement} */ (places.cards));
  render(server ? bar(server, picture, pages, now) : html`<div class="api is-shell"></div>`, /** @type {HTMLElement} */ (places.bar));
  const instances = all.reduce((sum, row) => sum + row.instances.length, 0);
  const count = all.length ? [counted(all.length, "component"), instances ? counted(instances, "instance") : ""] : [];
  places.count.textContent = count.filter(Boolean).join(" · ");
  render(picture.plane("addon").map((row) => addon(row, pages, now)), /** @type {HTMLElement} */ (places.addons));
}
