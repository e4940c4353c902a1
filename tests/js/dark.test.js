import assert from "node:assert/strict";
import { test } from "node:test";
import { wentDark } from "../../static/js/dark.js";

/** @param {Record<string, string>} hows */
const displays = (hows) => Object.entries(hows).map(([slug, how]) => ({ slug, name: slug.toUpperCase(), how }));

test("only what has gone dark since the last look is told, each once", () => {
  const first = displays({ lobby: "drawing", noc: "dark", edge: "degraded" });
  assert.deepEqual(wentDark(first, first), []);
  const second = displays({ lobby: "dark", noc: "dark", edge: "drawing" });
  assert.deepEqual(wentDark(first, second).map(({ name }) => name), ["LOBBY"]);
  assert.deepEqual(wentDark(second, second), []);
});

test("one that came back and is dark again is told again, and so is one that comes dark", () => {
  const back = displays({ lobby: "drawing" });
  assert.deepEqual(wentDark(back, displays({ lobby: "dark", hall: "dark", old: "ended", fresh: "waiting" })).map(({ slug }) => slug), ["lobby", "hall"]);
});
