import assert from "node:assert/strict";
import { test } from "node:test";

import { sentences } from "../../static/js/words.js";

test("a text falls into its sentences, and a version or a number is no end of one", () => {
  for (const told of [
    ["Its 15.5 s lease has not been renewed for 34 s.", "New and evicted pods stay Pending.", "Also: 2 restarts."],
    ["It runs v1.36.2, newer than v1.35.", "Ready is False: “a.b is down”."],
    ["lease renewed 2 s ago · 0 failovers"],
    [],
  ]) assert.deepEqual(sentences(told.join(" ")), told);
});
