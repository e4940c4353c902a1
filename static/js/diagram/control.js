/** The sky: a card for each kind of the control plane, and the API server as the bar on the horizon. */

import { render as renderAges } from "../ages.js";
import { counted } from "../groups.js";
import { html, nothing, render } from "../html.js";
import { roleOf, titleOf } from "../kinds.js";
import { WORDS, stateOf } from "../states.js";

/** @typedef {import("../types.js").ComponentRow} ComponentRow */
/** @typedef {import("../types.js").InstanceRow} InstanceRow */

const APISERVER = "kube-apiserver";
/** Facts that stand in words beside the API server's name, in this order. */
const CHECKS = ["livez", "readyz", "etcd"];
const ABOUT = ["version", "certificate", "serving cert"];
/** Facts that are figures, in this order; any other fact follows. */
const FIGURES = ["requests/s", "p99", "5xx", "in flight", "webhooks", "API services"];
/** Cards beyond so many instances show the rest as a number. */
const CHIPS = 6;
const BAR_CHIPS = 9;

/** @param {string} state @param {string} [size] */
export function glyph(state, size = "") {
  const known = stateOf(state);
  return html`<svg class="glyph ${size} state-${known}" aria-hidden="true"><use href="#glyph-${known}"></use></svg>`;
}

/** A word for those who do not see the shape. @param {string} state */
export function spoken(state) {
  return html`<span class="visually-hidden">${WORDS[stateOf(state)]}</span>`;
}

/**
 * What is said below a component: why it is not well, else its most telling evidence.
 * @param {ComponentRow} row @param {number} now
 */
function lineOf(row, now) {
  const state = stateOf(row.state);
  if (state === "healthy") return renderAges(row.line || row.because, now);
  const because = renderAges(row.because || row.line, now);
  if (state !== "unknown" || !row.last || /last known/i.test(because)) return because;
  return `${because.replace(/[.]$/, "")}. Last known: ${WORDS[stateOf(row.last)]}.`;
}

/**
 * Names of instances without the domain that they share: "ip-10-0-1-7" of "ip-10-0-1-7.compute.internal". Pure.
 * @param {InstanceRow[]} rows @returns {Map<InstanceRow, string>}
 */
export function shortNames(rows) {
  const names = rows.map((row) => row.host || row.name);
  const [first = ""] = names;
  let suffix = "";
  for (let at = first.indexOf("."); at > 0; at = first.indexOf(".", at + 1)) {
    const tail = first.slice(at);
    if (names.every((name) => name.endsWith(tail))) {
      suffix = tail;
      break;
    }
  }
  return new Map(rows.map((row, at) => [row, (names[at] ?? "").slice(0, -suffix.length || undefined)]));
}

/** @param {InstanceRow} row @param {string} short */
function chip(row, short) {
  const name = row.host || row.name;
  const title = [name, row.leader ? "leader" : "", WORDS[stateOf(row.state)], row.version, row.because].filter(Boolean).join(" · ");
  return html`<li class="chip" title=${title}>
    ${glyph(row.state, "glyph-xs")}<span class="name"><bdi>${short}</bdi></span>${spoken(row.state)}
    ${row.leader ? html`<span class="leader" role="img" aria-label="leader">★</span>` : nothing}
  </li>`;
}

/** @param {number} count @param {number} shown */
function rest(count, shown) {
  return count > shown ? html`<li class="chip more">+ ${count - shown}</li>` : nothing;
}

/** @param {ComponentRow} row @param {string} pages @param {number} now */
function card(row, pages, now) {
  const state = stateOf(row.state);
  // The last place is the number of those that are not shown.
  const shown = row.instances.length > CHIPS ? CHIPS - 1 : CHIPS;
  const line = lineOf(row, now);
  const short = shortNames(row.instances);
  return html`<article class="unit state-${state}" data-kind=${row.kind}>
    <h3>${glyph(state, "glyph-card")}<a href="${pages}${row.kind}/">${titleOf(row.kind)}</a>${spoken(state)}</h3>
    <p class="role">${roleOf(row.kind)}</p>
    <ul class="chips">${row.instances.slice(0, shown).map((one) => chip(one, short.get(one) ?? ""))}${rest(row.instances.length, shown)}</ul>
    <p class="line" title=${line}>${line}</p>
  </article>`;
}

/** A figure: what stands first is large, the rest small. @param {string} label @param {string} value */
function figure(label, value) {
  const rate = label.endsWith("/s");
  const [, large = value, small = ""] = /^(≥?\s?[\d.,]+(?: ok| down)?)\s*(.*)$/.exec(value) ?? [];
  return html`<div class="figure">
    <dt>${rate ? label.slice(0, -2) : label}</dt>
    <dd>${large}<small>${rate ? "/s" : small}</small></dd>
  </div>`;
}

/** @param {ComponentRow} row @param {string} pages @param {number} now */
function bar(row, pages, now) {
  const state = stateOf(row.state);
  const { facts } = row;
  const checks = CHECKS.filter((key) => facts[key]);
  const about = ABOUT.filter((key) => facts[key]);
  const known = [...CHECKS, ...ABOUT];
  const figures = [
    ...FIGURES.filter((key) => facts[key] !== undefined),
    ...Object.keys(facts).filter((key) => !known.includes(key) && !FIGURES.includes(key)),
  ];
  const line = lineOf(row, now);
  const shown = row.instances.length > BAR_CHIPS ? BAR_CHIPS - 1 : BAR_CHIPS;
  const short = shortNames(row.instances);
  return html`<article class="api state-${state}" data-kind=${APISERVER}>
    <div class="about">
      <h3>${glyph(state, "glyph-card")}<a href="${pages}${APISERVER}/">${APISERVER}</a>${spoken(state)}</h3>
      <p class="role">${roleOf(APISERVER)}</p>
      ${state === "healthy" && checks.length
        ? html`<p class="checks">${checks.map((key) => html`<span>${key} ${facts[key]}</span>`)}</p>`
        : html`<p class="line" title=${line}>${line}</p>`}
      ${about.length
        ? html`<p class="version">${about.map((key) => (key === "version" ? facts[key] : `${key} ${facts[key]}`)).join(" · ")}</p>`
        : nothing}
    </div>
    <ul class="servers" data-count=${Math.min(row.instances.length, BAR_CHIPS)}>
      ${row.instances.slice(0, shown).map((one) => server(one, short.get(one) ?? "", now))}${rest(row.instances.length, shown)}
    </ul>
    ${figures.length ? html`<dl class="figures">${figures.map((key) => figure(key, facts[key] ?? ""))}</dl>` : nothing}
  </article>`;
}

/** @param {InstanceRow} row @param {string} short @param {number} now */
function server(row, short, now) {
  const state = stateOf(row.state);
  const name = row.host || row.name;
  const because = renderAges(row.because, now);
  const said = state === "healthy" ? row.version || because : because;
  return html`<li class="server state-${state}" title=${[name, WORDS[state], row.version, because].filter(Boolean).join(" · ")}>
    <p class="who">${glyph(state, "glyph-s")}<span class="name"><bdi>${short}</bdi></span>${spoken(state)}</p>
    ${said ? html`<p class="said">${said}</p>` : nothing}
  </li>`;
}

/** A small link for what belongs to neither plane. @param {ComponentRow} row @param {string} pages @param {number} now */
function addon(row, pages, now) {
  return html`<a class="addon" href="${pages}${row.kind}/" title=${lineOf(row, now)}>
    ${glyph(row.state, "glyph-s")}${titleOf(row.kind)}${spoken(row.state)}
  </a>`;
}

/**
 * Draw the sky, and the add-ons on the ground.
 * @param {{ cards: Element, bar: Element, count: Element, addons: Element }} places
 * @param {import("../store.js").Picture} picture @param {string} pages address of the cluster @param {number} now
 */
export function drawControl(places, picture, pages, now) {
  const all = picture.plane("control");
  const server = all.find((row) => row.kind === APISERVER);
  const others = all.filter((row) => row.kind !== APISERVER);
  // Until there is something to show, empty shells keep its place.
  const shells = [1, 2, 3, 4].map(() => html`<div class="unit is-shell"></div>`);
  render(all.length ? others.map((row) => card(row, pages, now)) : shells, /** @type {HTMLElement} */ (places.cards));
  render(server ? bar(server, pages, now) : html`<div class="api is-shell"></div>`, /** @type {HTMLElement} */ (places.bar));
  const instances = all.reduce((sum, row) => sum + row.instances.length, 0);
  const count = all.length ? [counted(all.length, "component"), instances ? counted(instances, "instance") : ""] : [];
  places.count.textContent = count.filter(Boolean).join(" · ");
  render(picture.plane("addon").map((row) => addon(row, pages, now)), /** @type {HTMLElement} */ (places.addons));
}
