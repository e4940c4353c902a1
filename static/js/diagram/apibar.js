/** The API server as the bar on the horizon, in the page. What it says is decided in scene/apibar.js. */

import { html, nothing } from "../html.js";
import { APISERVER, OWN_CHART, SERVERS } from "../scene/apibar.js";
import { glyph, instanceLink, more, sparkline, spoken } from "./marks.js";
import { told as said } from "./told.js";

/** @typedef {import("../scene/apibar.js").Bar} Bar */
/** @typedef {import("../scene/apibar.js").Figure} Figure */
/** @typedef {import("../scene/apibar.js").Server} Server */
/** @typedef {import("../series.js").Series} Series */

/** @param {Bar} told @param {Series} series @param {string} pages @param {number} now */
export function bar(told, series, pages, now) {
  const { state, checks, about, servers, rest, figures } = told;
  return html`<article class="api state-${state} ${told.managed ? "is-managed" : ""} ${told.line ? "" : "is-quiet"}" data-kind=${APISERVER}>
    <div class="about">
      <h3>${glyph(state, "glyph-card")}<a href="${pages}${APISERVER}/">${told.title}</a>${spoken(state)}</h3>
      <p class="role" title=${told.role}>${told.role}</p>
      ${checks.length ? html`<p class="checks">${checks.map(({ words, passes }) => html`<span class=${passes ? "passes" : "fails"}>${words}</span>`)}</p>` : nothing}
      ${about ? html`<p class="version">${about}</p>` : nothing}
    </div>
    ${servers.length
      ? html`<ul class="servers" data-count=${Math.min(servers.length + rest.count, SERVERS)}>${servers.map((one) => server(one, `${pages}${APISERVER}/`, now))}${more(rest, "server")}</ul>`
      : html`<p class="servers is-hidden">${told.hidden}</p>`}
    ${figures.length ? html`<dl class="figures" data-count=${figures.length}>${figures.map((one) => figure(one, series, now))}</dl>` : nothing}
    ${told.line ? said(told.line) : nothing}
  </article>`;
}

/** @param {Server} one @param {string} page address of its kind @param {number} now */
function server({ id, name, state, said, title, own }, page, now) {
  return html`<li class="server state-${state}" title=${title}>
    <p class="who">${glyph(state, "glyph-s")}<span class="name">${instanceLink(page, id, name)}</span>${spoken(state)}</p>
    ${said ? html`<p class="said">${said}</p>` : nothing}
    ${own ? html`<div class="own"><p>${own.facts.map((fact) => html`<span>${fact}</span>`)}</p>${sparkline(own.series, OWN_CHART, now)}</div>` : nothing}
  </li>`;
}

/** One that is not told now is a dash. @param {Figure} told @param {Series} series @param {number} now */
function figure({ name, large, small, near, quantity, span, about }, series, now) {
  const chart = quantity ? sparkline(series, quantity, now) : nothing;
  return html`<div class="figure is-${name.replace(/\W+/g, "-").toLowerCase()}" data-tip=${about || nothing}>
    <dt>${name}${span ? html`<span class="span" title="The charts cover the last ${span}">${span}</span>` : nothing}</dt>
    <dd tabindex=${about ? "0" : nothing}>${large ? html`${large}<small class=${near ? "near" : ""}>${small}</small>` : html`<span class="untold">–<span class="visually-hidden">not known now</span></span>`}</dd>
    ${chart === nothing ? nothing : html`<dd class="behind">${chart}</dd>`}
  </div>`;
}
