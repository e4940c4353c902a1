/** The API server as the bar on the horizon: its checks, its instances, and its figures with the hour behind them. Pure. */

import { asSeen } from "../ages.js";
import { isManaged, roleOf, titleOf } from "../kinds.js";
import { FIGURES } from "../registry.js";
import { Series, extent, period } from "../series.js";
import { WORDS, stateOf } from "../states.js";
import { tipOf } from "../tips.js";
import { lineOf } from "./component.js";
import { fitting, shortNames } from "./instances.js";

/** @typedef {import("../series.js").Quantity} Quantity */
/** @typedef {import("../states.js").State} State */
/** @typedef {import("../store.js").Picture} Picture */
/** @typedef {import("../wire-types.js").ComponentRow} ComponentRow */
/** @typedef {import("../wire-types.js").InstanceRow} InstanceRow */
/** @typedef {import("../wire-types.js").OwnFiguresRow} OwnFiguresRow */
/** @typedef {import("./instances.js").Rest} Rest */
/** @typedef {{ id: string, name: string, state: State, said: string, title: string, own: Own | null }} Server */
/** @typedef {{ facts: string[], series: Series }} Own a server's own figures, while they are of now: "p99 38 ms"; and their charts */
/**
 * @typedef {object} Figure what stands first in a value is large, the rest small
 * @property {string} name
 * @property {string} large empty: not told now
 * @property {string} small
 * @property {boolean} near does the small part follow without a space?
 * @property {Quantity | ""} quantity whose hour stands below it
 * @property {string} span how long a time the charts cover; said once
 * @property {string} about what it is, over which time, within which bound, and when it was read; empty where that is not told
 */
/**
 * @typedef {object} Bar
 * @property {State} state
 * @property {string} title
 * @property {string} role
 * @property {boolean} managed somebody else runs it
 * @property {{ words: string, passes: boolean }[]} checks
 * @property {string} about
 * @property {Server[]} servers
 * @property {Rest} rest
 * @property {string} hidden said where no instance can be seen; else empty
 * @property {Figure[]} figures
 * @property {string} line why it is not well; else empty
 */

export const APISERVER = "kube-apiserver";
/** Facts that stand in words beside the name, in this order. */
const CHECKS = ["livez", "readyz", "etcd"];
const ABOUT = ["version", "certificate", "serving cert"];
/** Facts that are figures, in this order, and the samples behind them; any other fact follows. @type {[string, Quantity | ""][]} */
const TOLD = [
  .../** @type {[string, Quantity | ""][]} */ (FIGURES.filter(({ kind }) => kind === APISERVER).map(({ fact, key }) => [fact, key])),
  ["webhooks", ""],
  ["API services", ""],
];
/** An API server's own scrapes come when a balancer deals them to it, and cover what happened since the one before, up to the five
 *  minutes over which figures are told: only beyond that nothing was observed. */
const OWN_GAP = 310;
/** The chart of each. @type {Quantity} */
export const OWN_CHART = "p99";
/** @type {WeakMap<OwnFiguresRow, Series>} */
const drawn = new WeakMap();
/** So many places the bar has for its instances. */
export const SERVERS = 9;

/** @param {ComponentRow} row @param {Picture} picture @param {number} now @returns {Bar} */
export function barOf(row, picture, now) {
  const state = stateOf(row.state);
  const { distribution } = picture.cluster;
  const managed = isManaged(distribution);
  const { shown, rest } = fitting(row.instances, SERVERS);
  const short = shortNames(row.instances);
  const checks = CHECKS.filter((key) => row.facts[key] !== undefined).map((key) => check(key, row.facts[key] ?? ""));
  const about = ABOUT.filter((key) => row.facts[key] !== undefined);
  return {
    state, title: titleOf(APISERVER), managed, role: managed ? `run by ${distribution}` : roleOf(APISERVER), checks,
    about: about.map((key) => (key === "version" ? row.facts[key] : `${key} ${row.facts[key]}`)).join(" · "),
    servers: shown.map((one) => serverOf(one, short.get(one) ?? "", now, picture.blind)), rest,
    hidden: row.instances.length ? "" : "its instances are not visible from here",
    figures: figuresOf(row, picture, now),
    line: state === "healthy" && checks.length ? "" : lineOf(row, now, picture.blind),
  };
}

/** "livez 35/35": as good as it says. @param {string} key @param {string} value */
function check(key, value) {
  const [, passed, all] = /^(\d+)\/(\d+)$/.exec(value) ?? [];
  return { words: `${key} ${value}`, passes: passed === all && value !== "fails" };
}

/** @param {InstanceRow} one @param {string} name @param {number} now @param {boolean} blind @returns {Server} */
function serverOf(one, name, now, blind) {
  const state = stateOf(one.state);
  const because = asSeen(one.because, now, blind);
  const restarts = one.restarts ? `${one.restarts} restart${one.restarts === 1 ? "" : "s"}` : "";
  const said = state === "healthy" ? [one.version, restarts].filter(Boolean).join(" · ") || because : because;
  const title = [one.host || one.name, WORDS[state], one.version, restarts, because, ownTitle(one.own, now)];
  return { id: one.name, name, state, said, title: title.filter(Boolean).join(" · "), own: ownOf(one.own, now) };
}

/** @param {OwnFiguresRow | null} [row] none of an older server's snapshot */
function factsOf(row) {
  return Object.entries(row?.facts ?? {}).map(([name, value]) => (name === "in flight" ? `${value} ${name}` : `${name} ${value}`));
}

/** @param {OwnFiguresRow | null | undefined} row @param {number} now @returns {Own | null} */
function ownOf(row, now) {
  const facts = factsOf(row);
  if (!row || row.at === null || !facts.length || now - row.at > OWN_GAP) return null;
  const series = drawn.get(row) ?? new Series(row.samples, OWN_GAP);
  drawn.set(row, series);
  return { facts, series };
}

/** @param {OwnFiguresRow | null | undefined} row @param {number} now */
function ownTitle(row, now) {
  if (!row) return "";
  const facts = factsOf(row).join(", ");
  if (row.at === null || !facts) return row.untold;
  return now - row.at > OWN_GAP ? `last scraped ${period(now - row.at)} ago: ${facts}` : facts;
}

/** @param {ComponentRow} row @param {Picture} picture @param {number} now @returns {Figure[]} */
function figuresOf({ facts }, { series }, now) {
  const placed = new Set([...CHECKS, ...ABOUT, ...TOLD.map(([key]) => key)]);
  /** @type {[string, Quantity | ""][]} */
  const others = Object.keys(facts).filter((key) => !placed.has(key)).map((key) => [key, ""]);
  // While the figure itself is not told, what was sampled of it still is.
  const told = [...TOLD, ...others].filter(([key, quantity]) => facts[key] !== undefined || (quantity && series.runs(quantity).length));
  const { from, to } = extent(series, now);
  const first = series.rows[0]?.[0] ?? from;
  const span = series.rows.length > 1 ? period(to - Math.max(from, first)) : "";
  return told.map(([key, quantity], at) => figureOf(key, facts[key], quantity, at === 0 ? span : "", tipOf(key, facts[key], quantity ? series.rows.at(-1)?.[0] : undefined, now)));
}

/** @param {string} key @param {string | undefined} value @param {Quantity | ""} quantity @param {string} span
 *  @param {string} about @returns {Figure} */
function figureOf(key, value, quantity, span, about) {
  const rate = key.endsWith("/s");
  const [, large = value, small = ""] = /^(≥?\s?[\d.,]+(?: ok| down)?)\s*(.*)$/.exec(value ?? "") ?? [];
  const told = rate ? "/s" : small;
  return {
    name: rate ? key.slice(0, -2) : key, large: large ?? "", small: value === undefined ? "" : told,
    near: !rate && small.startsWith("/") && !small.startsWith("/ "), quantity, span, about,
  };
}
