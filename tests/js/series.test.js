import assert from "node:assert/strict";
import { test } from "node:test";
import { FIGURES } from "../../static/js/registry.js";
import { GAP, KEPT, Series, SPAN, chart, extent, period, said, spoken } from "../../static/js/series.js";

/** @typedef {import("../../static/js/wire-types.js").SampleRow} SampleRow */

/** @param {number} at @param {number | null} requests @param {number | null} [inflight] @returns {SampleRow} */
const sample = (at, requests, inflight = null) => [at, requests, null, null, inflight, null, null, null];
/** @param {number[]} values one each 30 s from 0 */
const steady = (...values) => new Series(values.map((value, at) => sample(at * 30, value)));
const BOX = { width: 100, height: 24, least: 0 };

test("the ring is bounded by number and by time, and holds no sample twice", () => {
  const series = new Series();
  for (let at = 0; at < KEPT + 40; at += 1) series.add([sample(at * 30, at)]);
  assert.equal(series.rows.length, KEPT);
  assert.equal(series.rows.at(-1)?.[0], (KEPT + 39) * 30);
  assert.equal(series.add([sample((KEPT + 39) * 30, 7)]), false);
  series.add([sample((KEPT + 39) * 30 + SPAN, 1)]);
  assert.equal(series.rows.length, 2);
});

test("samples that come late find their place", () => {
  const series = new Series([sample(0, 1), sample(60, 3)]);
  assert.equal(series.add([sample(30, 2)]), true);
  assert.deepEqual(series.rows.map(([at]) => at), [0, 30, 60]);
});

test("a gap in time and a sample without the value both end a run", () => {
  const series = new Series([sample(0, 1), sample(30, 2), sample(60, null, 4), sample(90, 3), sample(90 + GAP + 1, 5)]);
  assert.deepEqual(series.runs("requests").map((run) => run.map(({ value }) => value)), [[1, 2], [3], [5]]);
  assert.deepEqual(series.runs("inflight").map((run) => run.map(({ value }) => value)), [[4]]);
  assert.deepEqual(series.runs("p99"), []);
});

test("a run is a line, a lone value a dot, and nothing is drawn across a gap", () => {
  const series = new Series([sample(0, 0), sample(30, 10), sample(300, 5)]);
  const drawn = chart(series, "requests", { from: 0, to: 300 }, BOX);
  assert.equal(drawn?.line, "M0 22L10 2M100 12h0");
  assert.equal(drawn?.area, "M0 22L10 2V24H0Z");
});

test("nothing observed is no chart", () => {
  assert.equal(chart(steady(1, 2), "p99", { from: 0, to: 30 }, BOX), null);
  assert.equal(chart(new Series(), "requests", { from: 0, to: 30 }, BOX), null);
});

test("the whole line stays in its box, whatever the values", () => {
  for (const values of [[0, 0, 0], [5, 5], [1e6, 0], [1000, 1001, 999], [0.001, 0.002]]) {
    const drawn = chart(steady(...values), "requests", { from: 0, to: 60 }, BOX);
    const heights = [...(drawn?.line ?? "").matchAll(/[ML][\d.]+ (-?[\d.]+)/g)].map((match) => Number(match[1]));
    assert.equal(heights.length, values.length);
    for (const y of heights) assert.ok(y >= 2 && y <= 22, `${values}: ${y}`);
  }
});

test("noise of a thousandth does not fill the height", () => {
  const drawn = chart(steady(1000, 1001, 999), "requests", { from: 0, to: 60 }, BOX);
  const heights = [...(drawn?.line ?? "").matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((match) => Number(match[1]));
  assert.ok(Math.max(...heights) - Math.min(...heights) < 1);
});

test("the ends cover ten minutes at least, an hour at most, and go on to now when samples stop", () => {
  assert.deepEqual(extent(steady(1, 2), 40), { from: -570, to: 30 });
  const hour = new Series(Array.from({ length: 115 }, (_, at) => sample(at * 31, at)));
  assert.deepEqual(extent(hour, 3535), { from: 0, to: 3534 });
  assert.deepEqual(extent(hour, 3534 + GAP + 1), { from: 30, to: 3630 });
});

test("a chart says its span, its range and its last value", () => {
  const series = steady(...Array.from({ length: 77 }, (_, at) => 20 + (at % 12)));
  const drawn = chart(series, "requests", { from: 0, to: 2280 }, BOX);
  assert.ok(drawn);
  assert.equal(spoken("requests per second", "requests", drawn, 2290), "requests per second over the last 38 min: 20 to 31, now 24");
  assert.equal(spoken("requests per second", "requests", drawn, 3000), "requests per second over 38 min: 20 to 31, last 24, 12 min ago");
});

test("one sample, and a value that never changed, are said as what they are", () => {
  const one = chart(steady(24), "requests", { from: 0, to: 10 }, BOX);
  assert.ok(one);
  assert.equal(spoken("in flight", "inflight", one, 10), "in flight: one sample, now 24");
  const same = chart(steady(3, 3, 3), "requests", { from: 0, to: 60 }, BOX);
  assert.ok(same);
  assert.equal(spoken("in flight", "inflight", same, 60), "in flight over the last 1 min: always 3");
});

test("values are said with their unit", () => {
  assert.equal(said("p99", 0.0381), "38 ms");
  assert.equal(said("p99", 1.204), "1,204 ms");
  assert.equal(said("error_ratio", 0.0123), "1.2 %");
  assert.equal(said("requests", 1284.4), "1,284");
  assert.equal(said("requests", 1.25), "1.3");
  assert.equal(period(45), "45 s");
  assert.equal(period(3590), "1 h");
});

test("a value is found by its figure's place, whatever the server samples beside it", () => {
  const series = new Series([/** @type {SampleRow} */ (["at", ...FIGURES].map((_, at) => at))]);
  for (const quantity of /** @type {const} */ (["requests", "inflight", "etcd_requests", "etcd_p99"])) {
    assert.deepEqual(series.runs(quantity), [[{ at: 0, value: 1 + FIGURES.findIndex(({ key }) => key === quantity) }]]);
  }
});
