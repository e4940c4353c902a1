import assert from "node:assert/strict";
import { test } from "node:test";
import { learnFigures, tipOf } from "../../static/js/tips.js";

test("a figure says what it is with the value that is seen, and when that was read", () => {
  learnFigures('{"p99": "99 % of requests within … over up to 5 min; degraded above 1 s", "webhooks": "admission webhooks: …"}');
  /** @param {string} text */
  const plain = (text) => text.replaceAll("\u00a0", " ");
  assert.equal(plain(tipOf("p99", "38 ms", 96, 100)), "99 % of requests within 38 ms over up to 5 min; degraded above 1 s; read 4 s ago");
  assert.equal(plain(tipOf("webhooks", "1 of 6 failing", undefined, 100)), "admission webhooks: 1 of 6 failing");
});

test("nothing is said of what is not told, or not known", () => {
  learnFigures('{"p99": "…"}');
  assert.deepEqual([tipOf("p99", undefined, 96, 100), tipOf("odd", "1", 96, 100)], ["", ""]);
});

test("a page that tells of no figures says nothing of them", () => {
  learnFigures();
  assert.equal(tipOf("p99", "38 ms", 96, 100), "");
});
