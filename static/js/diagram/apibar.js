/** The API server as the bar on the horizon: its checks, its instances, and its figures with the hour behind them. */

import { render as renderAges } from "../ages.js";
import { html, nothing } from "../html.js";
import { isManaged, roleOf } from "../kinds.js";
import { extent, period } from "../series.js";
import { WORDS, stateOf } from "../states.js";
import { fitting, glyph, lineOf, shortNames, spoken } from "./marks.js";
import { sparkline } from "./sparkline.js";

/** @typedef {import("../types.js").ComponentRow} ComponentRow */
/** @typedef {import("../types.js").InstanceRow} InstanceRow */
/** @typedef {import("../series.js").Quantity} Quantity */
/** @typedef {import("../store.js").Picture} Picture */

export const APISERVER = "kube-apiserver";
/** Facts that stand in words beside the name, in this order. */
const CHECKS = ["livez", "readyz", "etcd"];
const ABOUT = ["version", "certificate", "serving cert"];
/** Facts that are figures, in this order, and the samples behind them; any other fact follows. @type {[string, Quantity | ""][]} */
const FIGURES = [
  ["requests/s", "requests"],
  ["p99", "p99"],
  ["5xx", "error_ratio"],
  ["in flight", "inflight"],
  ["webhooks", ""],
  ["API services", ""],
];
const SERVERS = 9;

/** @param {ComponentRow} row @param {Picture} picture @param {string} pages @param {number} now */
export function bar(row, picture, pages, now) {
  const state = stateOf(row.state);
  const { distribution } = picture.cluster;
  const { shown, rest } = fitting(row.instances, SERVERS);
  const short = shortNames(row.instances);
  const checks = CHECKS.filter((key) => row.facts[key] !== undefined);
  const about = ABOUT.filter((key) => row.facts[key] !== undefined);
  const managed = isManaged(distribution);
  const role = managed ? `run by ${distribution}` : roleOf(APISERVER);
  return html`<article class="api state-${state} ${managed ? "is-managed" : ""}" data-kind=${APISERVER}>
    <div class="about">
      <h3>${glyph(state, "glyph-card")}<a href="${pages}${APISERVER}/">${APISERVER}</a>${spoken(state)}</h3>
      <p class="role" title=${role}>${role}</p>
      ${checks.length ? html`<p class="checks">${checks.map((key) => check(key, row.facts[key] ?? ""))}</p>` : nothing}
      ${about.length ? html`<p class="version">${about.map((key) => (key === "version" ? row.facts[key] : `${key} ${row.facts[key]}`)).join(" · ")}</p>` : nothing}
    </div>
    ${shown.length
      ? html`<ul class="servers" data-count=${Math.min(row.instances.length, SERVERS)}>
          ${shown.map((one) => server(one, short.get(one) ?? "", now))}${rest ? html`<li class="server more">+ ${rest}</li>` : nothing}
        </ul>`
      : html`<p class="servers is-hidden">its instances are not visible from here</p>`}
    ${figures(row, picture, now)}
    ${state === "healthy" && checks.length ? nothing : html`<p class="line">${lineOf(row, now)}</p>`}
  </article>`;
}

/** "livez 35/35": as good as it says. @param {string} key @param {string} value */
function check(key, value) {
  const [, passed, all] = /^(\d+)\/(\d+)$/.exec(value) ?? [];
  return html`<span class=${passed !== all || value === "fails" ? "fails" : "passes"}>${key} ${value}</span>`;
}

/** @param {InstanceRow} row @param {string} short @param {number} now */
function server(row, short, now) {
  const state = stateOf(row.state);
  const name = row.host || row.name;
  const because = renderAges(row.because, now);
  const restarts = row.restarts ? `${row.restarts} restart${row.restarts === 1 ? "" : "s"}` : "";
  const said = state === "healthy" ? [row.version, restarts].filter(Boolean).join(" · ") || because : because;
  return html`<li class="server state-${state}" title=${[name, WORDS[state], row.version, restarts, because].filter(Boolean).join(" · ")}>
    <p class="who">${glyph(state, "glyph-s")}<span class="name"><bdi>${short}</bdi></span>${spoken(state)}</p>
    ${said ? html`<p class="said">${said}</p>` : nothing}
  </li>`;
}

/** @param {ComponentRow} row @param {Picture} picture @param {number} now */
function figures(row, picture, now) {
  const { facts } = row;
  const { series } = picture;
  const placed = new Set([...CHECKS, ...ABOUT, ...FIGURES.map(([key]) => key)]);
  /** @type {[string, Quantity | ""][]} */
  const others = Object.keys(facts).filter((key) => !placed.has(key)).map((key) => [key, ""]);
  // While the figure itself is not told, what was sampled of it still is.
  const told = [...FIGURES, ...others].filter(([key, quantity]) => facts[key] !== undefined || (quantity && series.runs(quantity).length));
  if (!told.length) return nothing;
  const { from, to } = extent(series, now);
  return html`<dl class="figures">
    ${told.map(([key, quantity], at) => figure(key, facts[key], quantity ? sparkline(series, quantity, now) : nothing, at === 0 && series.rows.length > 1 ? period(to - Math.max(from, series.rows[0]?.[0] ?? from)) : ""))}
  </dl>`;
}

/**
 * A figure: what stands first is large, the rest small. One that is not told now is a dash.
 * @param {string} key @param {string | undefined} value @param {unknown} chart @param {string} span how long a time the charts cover
 */
function figure(key, value, chart, span) {
  const rate = key.endsWith("/s");
  const [, large = value, small = ""] = /^(≥?\s?[\d.,]+(?: ok| down)?)\s*(.*)$/.exec(value ?? "") ?? [];
  const name = rate ? key.slice(0, -2) : key;
  return html`<div class="figure is-${name.replace(/\W+/g, "-").toLowerCase()}">
    <dt>${name}${span ? html`<span class="span" title="The charts cover the last ${span}">${span}</span>` : nothing}</dt>
    <dd>${value === undefined ? html`<span class="untold">–<span class="visually-hidden">not known now</span></span>` : html`${large}<small class=${small.startsWith("/") && !small.startsWith("/ ") ? "near" : ""}>${rate ? "/s" : small}</small>`}</dd>
    ${chart === nothing ? nothing : html`<dd class="behind">${chart}</dd>`}
  </div>`;
}
