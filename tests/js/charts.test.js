// Charts: values with their units, a scale that makes no news of noise, and addresses of other stretches of time.

import assert from "node:assert/strict";
import { test } from "node:test";

import { asked, neighbour, said, saidAt, scale, tick, zoomed } from "../../static/js/charts/values.js";

/** @param {(number | null)[]} least @param {(number | null)[]} most */
function figure(least, most, range = 1) {
  const mean = least.map((low, at) => (low === null ? null : (low + (most[at] ?? low)) / 2));
  return { key: "x", told: "x", form: "count", scale: range, mean, least, most };
}

test("values have their units, and small ones are no zeros", () => {
  /** @type {[string, number, string][]} */
  const cases = [
    ["count", 0, "0"],
    ["count", 0.43, "0.43"],
    ["count", 3.24, "3.2"],
    ["count", 1284.4, "1,284"],
    ["milliseconds", 0.038, "38 ms"],
    ["milliseconds", 0.0042, "4.2 ms"],
    ["milliseconds", 0.9995, "1.0 s"],
    ["milliseconds", 0, "0 ms"],
    ["percent", 0.004, "0.4 %"],
    ["percent", 0.0004, "0.04 %"],
    ["percent", 0, "0.0 %"],
    ["seconds", 0, "0 s"],
    ["seconds", 0.4, "0.4 s"],
    ["seconds", 454, "7 min 34 s"],
    ["seconds", 11_100, "3 h 5 min"],
    ["seconds", 187_200, "2 d 4 h"],
    ["bytes", 2 ** 29, "512 MiB"],
    ["bytes", 7.6 * 2 ** 30, "7.6 GiB"],
  ];
  for (const [form, value, text] of cases) assert.equal(said(form, value), text);
});

test("a bucket says its mean and between what it was, and one without a value that nothing was observed", () => {
  const some = figure([1, 2, null], [1, 4, null]);
  assert.deepEqual([0, 1, 2].map((at) => saidAt(some, at)), ["1", "3 (2 to 4)", "not observed"]);
});

test("a scale holds every peak, begins at nothing where that is near, and never shrinks below the figure's own range", () => {
  assert.deepEqual(scale(figure([], [])), [0, 1]);
  assert.deepEqual(scale(figure([0.1, null], [0.2, null])), [0, 1.05]);
  assert.deepEqual(scale(figure([10, 10], [10, 100])), [0, 105]);
  assert.deepEqual(scale(figure([90, 95], [95, 100])), [90, 105]);
});

test("an arrow moves the crosshair by one moment and stops at the ends", () => {
  const moments = [1, 2, 3];
  assert.deepEqual([neighbour(moments, null, 1), neighbour(moments, null, -1)], [0, 2]);
  assert.deepEqual([neighbour(moments, 1, 1), neighbour(moments, 2, 1), neighbour(moments, 0, -1)], [2, 2, 0]);
  assert.equal(neighbour([], null, 1), null);
});

test("zooming keeps the moment below the crosshair in its place, and never looks into the future", () => {
  const window = { began: 1000, ended: 2000 };
  assert.deepEqual(zoomed(window, 1250, 0.5, 5000), { began: 1125, ended: 1625 });
  assert.deepEqual(zoomed(window, 2000, 2, 2000), { began: 0, ended: 2000 });
  assert.deepEqual(zoomed(window, 1000, 2, 2500), { began: 500, ended: 2500 });
  assert.deepEqual(zoomed({ began: 1000, ended: 1080 }, 1040, 0.5, 5000), { began: 1010, ended: 1070 });
});

test("a stretch of time is an address", () => {
  assert.equal(asked({ began: 1_780_000_000, ended: 1_780_003_600.4 }), "from=2026-05-28T20%3A26%3A40Z&to=2026-05-28T21%3A26%3A40Z");
  assert.equal(asked({ began: 1_780_000_000, ended: 1_780_000_001 }), "from=2026-05-28T20%3A26%3A40Z&to=2026-05-28T20%3A27%3A40Z");
});

test("the axis tells the day where it begins, seconds only where they differ", () => {
  assert.equal(tick(new Date(2026, 4, 28, 14, 5, 0), 300), "14:05");
  assert.equal(tick(new Date(2026, 4, 28, 14, 5, 10), 10), "14:05:10");
  assert.equal(tick(new Date(2026, 4, 28, 0, 0, 0), 3600), "28 May");
  assert.equal(tick(new Date(2026, 4, 28, 0, 0, 0), 86_400), "28 May");
});
