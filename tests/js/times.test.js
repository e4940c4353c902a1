import assert from "node:assert/strict";
import { test } from "node:test";
import { after, known } from "../../static/js/times.js";

test("the ways to tell times go round", () => {
  assert.deepEqual([after("mixed"), after("relative"), after("absolute")], ["relative", "absolute", "mixed"]);
});

test("what is remembered and not known is told as from the beginning", () => {
  assert.deepEqual([known("absolute"), known("pink"), known(null)], ["absolute", "mixed", "mixed"]);
});
