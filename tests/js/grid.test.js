import assert from "node:assert/strict";
import { test } from "node:test";
import { roomOf } from "../../static/js/wall/grid.js";

test("a card has room for what is wrong from 30 by 24 rem on, and for shape and word alone up to 16 by 10", () => {
  /** @type {[number, number, string][]} */
  const sizes = [[30, 24, "much"], [29.9, 24, "some"], [30, 23.9, "some"], [22.1, 14.1, "some"], [22, 24, "little"], [30, 14, "little"], [16, 24, "least"], [30, 10, "least"]];
  assert.deepEqual(sizes.map(([width, height]) => roomOf(width, height)), sizes.map(([, , room]) => room));
});
