/**
 * What charts are made of: the answer of the API (docs/api.md) as uPlot takes it, values with their units, and what keys and a drawn
 * rectangle ask for. Pure.
 */

import { thousands } from "../words.js";

/** @typedef {{ key: string, told: string, form: string, scale: number, mean: (number | null)[], least: (number | null)[], most: (number | null)[] }} Figure */
/** @typedef {{ began: number, ended: number, state: string | null }} Stretch */
/** @typedef {{ began: number, ended: number, step: number, at: number[], figures: Figure[], stretches: Stretch[] }} Told */

/** No window is shorter, seconds (dashboard/wanted_window.py). */
export const LEAST = 60;

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** Seconds: "0.4 s", "31 s", "1 min 12 s", "3 h 5 min". @param {number} value */
function duration(value) {
  if (value < 1) return `${value ? value.toFixed(1) : 0} s`;
  const whole = Math.floor(value);
  if (whole < 60) return `${whole} s`;
  /** @param {number} large @param {string} unit @param {number} small @param {string} rest */
  const both = (large, unit, small, rest) => (small ? `${large} ${unit} ${small} ${rest}` : `${large} ${unit}`);
  if (whole < 3_600) return both(Math.floor(whole / 60), "min", whole < 600 ? whole % 60 : 0, "s");
  if (whole < 86_400) return both(Math.floor(whole / 3_600), "h", Math.floor(whole / 60) % 60, "min");
  return both(Math.floor(whole / 86_400), "d", Math.floor(whole / 3_600) % 24, "h");
}

/** Bytes in binary units: "512 MiB", "7.6 GiB". @param {number} value */
function size(value) {
  let unit = 0;
  while (value >= 1024 && unit < BINARY.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit ? value.toFixed(1).replace(/[.]0$/, "") : value.toFixed(0)} ${BINARY[unit]}`;
}

/** A value with its unit: "1,284", "0.4", "38 ms", "1.5 s", "0.4 %", "31 s", "7.6 GiB". @param {string} form @param {number} value */
export function said(form, value) {
  if (form === "milliseconds") return value < 0.9995 ? `${value && value < 0.0095 ? (value * 1000).toFixed(1) : thousands(value * 1000)} ms` : `${value.toFixed(1)} s`;
  if (form === "percent") return `${(value * 100).toFixed(value && value < 0.001 ? 2 : 1)} %`;
  if (form === "seconds") return duration(value);
  if (form === "bytes") return size(value);
  return value < 10 && !Number.isInteger(value) ? value.toFixed(value < 1 ? 2 : 1) : thousands(value);
}

/** One moment of a figure, in words: its mean, and between what it was. @param {Figure} figure @param {number} index */
export function saidAt(figure, index) {
  const [mean, least, most] = [figure.mean[index], figure.least[index], figure.most[index]];
  if (typeof mean !== "number" || typeof least !== "number" || typeof most !== "number") return "not observed";
  const [low, high] = [said(figure.form, least), said(figure.form, most)];
  return low === high ? said(figure.form, mean) : `${said(figure.form, mean)} (${low} to ${high})`;
}

/**
 * The ends of a chart's scale: all that was observed, from 0 where that is near, and at least the figure's own range, so that noise
 * does not look like news.
 * @param {Figure} figure @returns {[number, number]}
 */
export function scale(figure) {
  const values = [...figure.least, ...figure.most].filter((value) => typeof value === "number");
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!values.length) return [0, figure.scale];
  const foot = low < high / 2 || high - low < figure.scale ? 0 : low;
  return [foot, Math.max(high, foot + figure.scale) * 1.05];
}

/** The place of the next moment; without one before it, of the first or the last. @param {readonly number[]} moments @param {number | null} index @param {1 | -1} way */
export function neighbour(moments, index, way) {
  if (!moments.length) return null;
  if (index === null) return way > 0 ? 0 : moments.length - 1;
  return Math.min(moments.length - 1, Math.max(0, index + way));
}

/** What stands below a line of the grid: the time of day, or the day where it begins. @param {Date} date @param {number} step seconds between two of them */
export function tick(date, step) {
  const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
  if (step >= 86_400 || midnight) return date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const parts = [date.getHours(), date.getMinutes(), ...(step < 60 ? [date.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/**
 * A window half or twice as long around a moment, that does not end after `now`.
 * @param {{ began: number, ended: number }} window @param {number} around @param {number} times @param {number} now
 */
export function zoomed({ began, ended }, around, times, now) {
  const span = Math.max(LEAST, (ended - began) * times);
  const share = ended > began ? (around - began) / (ended - began) : 0.5;
  const last = Math.min(now, around + span * (1 - share));
  return { began: last - span, ended: last };
}

/** The address's own words for a window. @param {{ began: number, ended: number }} window */
export function asked({ began, ended }) {
  const least = Math.max(ended, began + LEAST);
  return new URLSearchParams({ from: moment(began), to: moment(least) }).toString();
}

/** @param {number} seconds */
function moment(seconds) {
  return new Date(Math.round(seconds) * 1000).toISOString().replace(".000Z", "Z");
}
