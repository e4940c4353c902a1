/** What a figure is, over which time, within which bound, and when it was read. Pure: pages/showing-tips.js shows it. */

import { ago } from "./ages.js";
import { glued } from "./words.js";

/** Of each figure what it is, with "…" for its value, as the server's bounds are (planes/components/registry.py). @type {Map<string, string>} */
let abouts = new Map();

/** @param {string} [json] an object of strings; nothing is told without */
export function learnFigures(json) {
  abouts = new Map(Object.entries(JSON.parse(json || "{}")));
}

/**
 * "99 % of requests within 38 ms over up to 5 min; degraded above 1 s; read 4 s ago". Empty of a figure of which nothing is told, and of
 * one without a value.
 * @param {string} name @param {string | undefined} value @param {number | undefined} at epoch seconds; undefined: no scrape tells it
 * @param {number} now epoch seconds
 */
export function tipOf(name, value, at, now) {
  const about = abouts.get(name);
  if (!about || value === undefined) return "";
  return glued(`${about.replace("…", () => value)}${at === undefined ? "" : `; read ${ago(at, now)}`}`);
}
