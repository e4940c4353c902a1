import assert from "node:assert/strict";
import { test } from "node:test";

import { clauses, sentences } from "../../static/js/words.js";

test("a text falls into its sentences, and a version or a number is no end of one", () => {
  for (const told of [
    ["Its 15.5 s lease has not been renewed for 34 s.", "New and evicted pods stay Pending.", "Also: 2 restarts."],
    ["It runs v1.36.2, newer than v1.35.", "Ready is False: “a.b is down”."],
    ["lease renewed 2 s ago · 0 failovers"],
    [],
  ]) assert.deepEqual(sentences(told.join(" ")), told);
});

test("a sentence falls into clauses, which joined are the sentence again", () => {
  for (const text of ["It has failed for 9 s.", "Its check has been failing for 9 h: a, b; c at 10:42:01 and 1,284 more.", ""]) {
    assert.equal(clauses(text).join(" "), text);
  }
  assert.deepEqual(clauses("a b: c, d at 10:42:01; e."), ["a b:", "c,", "d at 10:42:01;", "e."]);
});
