/** Where a click on the last 24 hours leads. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { momentAt } from "../../static/js/day.js";

const DAY = { began: 1_000, ended: 87_400, oldest: 44_200 };

test("a share of the day is the moment that lies there, and none before all that is remembered", () => {
  assert.equal(momentAt(1, DAY), 87_400);
  assert.equal(momentAt(0.5, DAY), 44_200);
  assert.equal(momentAt(0.499, DAY), null);
  assert.equal(momentAt(7, DAY), 87_400);
  assert.equal(momentAt(-1, { ...DAY, oldest: 0 }), 1_000);
});

test("where nothing is remembered at all there is no moment to go to", () => {
  assert.equal(momentAt(0.9, { ...DAY, oldest: null }), null);
});
