/**
 * What was sampled of a cluster over the last hour, and how a small chart draws it. Pure.
 *
 * A sample is one scrape of the API server (planes/structs/rows.py, SampleRow). What was not observed is null, and while nothing
 * was scraped there are no samples: a gap is a gap, and a value that stands alone is a dot.
 */

import { FIGURES } from "./registry.js";
import { thousands } from "./words.js";

/** @typedef {import("./wire-types.js").SampleRow} SampleValues */
/** @typedef {(typeof FIGURES)[number]["key"]} Quantity */
/** @typedef {{ at: number, value: number }} Point */

/** So many samples are kept, of so many seconds. */
export const KEPT = 120;
export const SPAN = 3600;
/** Seconds between two samples beyond which nothing was observed between them: scrapes come every 30 s to 33 s. */
export const GAP = 95;

/** The place of each figure's value in a sample, whose first is its time. @type {Map<string, number>} */
const PLACES = new Map(FIGURES.map(({ key }, place) => [key, place + 1]));
/** How each figure's values are written. @type {Map<string, string>} */
const FORMS = new Map(FIGURES.map(({ key, form }) => [key, form]));

/** The samples of one cluster, oldest first; or of one API server, whom a scrape reaches now and then: beyond `gap` seconds nothing
 *  was observed between two. */
export class Series {
  /** @type {SampleValues[]} */
  rows = [];

  /** @param {SampleValues[]} [rows] @param {number} [gap] */
  constructor(rows = [], gap = GAP) {
    this.gap = gap;
    this.add(rows);
  }

  /** Take in samples; one that is here already is not taken twice. @param {SampleValues[]} rows @returns {boolean} whether any was new */
  add(rows) {
    const known = new Set(this.rows.map(([at]) => at));
    const fresh = rows.filter(([at]) => !known.has(at));
    if (!fresh.length) return false;
    this.rows = [...this.rows, ...fresh].sort((one, other) => one[0] - other[0]);
    const newest = this.rows.at(-1)?.[0] ?? 0;
    this.rows = this.rows.filter(([at]) => newest - at <= SPAN).slice(-KEPT);
    return true;
  }

  /**
   * What was observed of one quantity, as runs without a gap.
   * @param {Quantity} quantity @param {number} [since] epoch seconds @returns {Point[][]}
   */
  runs(quantity, since = 0) {
    const column = PLACES.get(quantity) ?? 0;
    /** @type {Point[][]} */
    const runs = [];
    let before = -Infinity;
    // A sample without this value between two that have it: that, too, is a gap.
    let missed = false;
    for (const row of this.rows) {
      const [at] = row;
      const value = row[column];
      if (typeof value !== "number") missed = true;
      else if (at >= since) {
        const last = runs.at(-1);
        if (last && at - before <= this.gap && !missed) last.push({ at, value });
        else runs.push([{ at, value }]);
        before = at;
        missed = false;
      }
    }
    return runs;
  }
}

/**
 * The moments at the two ends of a chart: from the first sample (at least ten minutes, so that the first few do not fill it) to the
 * last, or to `now` when that is long ago; then the end of the line shows that nothing came since.
 * @param {Series} series @param {number} now
 */
export function extent(series, now) {
  const first = series.rows[0]?.[0] ?? now;
  const newest = series.rows.at(-1)?.[0] ?? now;
  // In steps, so that an old chart need not be drawn every second.
  const to = now - newest > series.gap ? Math.ceil(now / 15) * 15 : newest;
  return { from: Math.max(to - SPAN, Math.min(first, to - 600)), to };
}

/**
 * @typedef {object} Chart
 * @property {string} line a path: lines where there is a run, and a dot (a line of no length) where a value stands alone
 * @property {string} area the same runs, closed along the foot
 * @property {number} low @property {number} high of what was observed
 * @property {number} last @property {number} lastAt @property {number} firstAt
 * @property {number} count of values
 * @property {number} gap so many seconds after its last value it tells of the past
 */

/**
 * A chart in a box of `width` × `height`. The scale holds what was observed and at least `least` (in the quantity's unit) or a third
 * of the highest value, so that noise does not look like news.
 * @param {Series} series @param {Quantity} quantity @param {{ from: number, to: number }} ends
 * @param {{ width: number, height: number, least: number }} box @returns {Chart | null} null if nothing was observed
 */
export function chart(series, quantity, ends, box) {
  const runs = series.runs(quantity, ends.from);
  const points = runs.flat();
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return null;
  const values = points.map(({ value }) => value);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const spread = Math.max(high - low, high / 3, box.least, Number.EPSILON);
  const foot = Math.max(0, (low + high) / 2 - spread / 2);
  /** @param {Point} point */
  const place = ({ at, value }) => {
    const x = ((at - ends.from) / Math.max(1, ends.to - ends.from)) * box.width;
    // A margin of 2 above and below keeps the whole stroke in the box.
    const y = box.height - 2 - ((value - foot) / spread) * (box.height - 4);
    return `${round(x)} ${round(y)}`;
  };
  const line = runs.map((run) => (run.length > 1 ? `M${run.map(place).join("L")}` : `M${run.map(place)}h0`)).join("");
  const area = runs
    .filter((run) => run.length > 1)
    .map((run) => `M${run.map(place).join("L")}V${box.height}H${place(/** @type {Point} */ (run[0])).split(" ")[0]}Z`)
    .join("");
  return { line, area, low, high, last: last.value, lastAt: last.at, firstAt: first.at, count: points.length, gap: series.gap };
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

/** "38 min", "1 h": how long a time a chart covers. @param {number} seconds */
export function period(seconds) {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return minutes >= 60 ? "1 h" : `${minutes} min`;
}

/** A value of a quantity with its unit. @param {Quantity} quantity @param {number} value */
export function said(quantity, value) {
  const form = FORMS.get(quantity);
  if (form === "milliseconds") return `${thousands(value * 1000)} ms`;
  if (form === "percent") return `${(value * 100).toFixed(1)} %`;
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : thousands(value);
}

/**
 * A chart in words: "requests per second over the last 38 min: 20 to 31, now 24".
 * @param {string} name @param {Quantity} quantity @param {Chart} drawn @param {number} now
 */
export function spoken(name, quantity, drawn, now) {
  const old = now - drawn.lastAt > drawn.gap;
  const latest = `${old ? "last" : "now"} ${said(quantity, drawn.last)}${old ? `, ${period(now - drawn.lastAt)} ago` : ""}`;
  if (drawn.count === 1) return `${name}: one sample, ${latest}`;
  const [low, high] = [said(quantity, drawn.low), said(quantity, drawn.high)];
  const range = low === high ? `always ${low}` : `${low} to ${high}, ${latest}`;
  const span = period(drawn.lastAt - drawn.firstAt);
  return `${name} over ${old ? span : `the last ${span}`}: ${range}${low === high && old ? `, last ${period(now - drawn.lastAt)} ago` : ""}`;
}
