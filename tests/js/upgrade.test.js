import assert from "node:assert/strict";
import { test } from "node:test";
import { isDue, versionOf } from "../../static/js/upgrade.js";

function memory() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return { getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value) };
}

test("a page knows its version from the address of its modules", () => {
  assert.equal(versionOf("https://pw.example/static/c6ab8bc2fe3f/js/upgrade.js"), "c6ab8bc2fe3f");
  assert.equal(versionOf("file:///home/ada/planewatch/static/js/upgrade.js"), "");
});

test("a page begins again for another version, and not for its own", () => {
  assert.equal(isDue("aaaaaa", "aaaaaa", memory(), 0), false);
  assert.equal(isDue("bbbbbb", "aaaaaa", memory(), 0), true);
  assert.equal(isDue(undefined, "aaaaaa", memory(), 0), false);
  assert.equal(isDue("bbbbbb", "", memory(), 0), false);
});

test("old and new servers side by side do not make a page reload for ever", () => {
  const kept = memory();
  // Whatever page it gets and whatever it hears: each version is tried once.
  const tries = ["b", "a", "b", "a", "b", "a"].filter((heard, at) => isDue(heard.repeat(6), at % 2 ? "bbbbbb" : "aaaaaa", kept, at * 15_000));
  assert.deepEqual(tries, ["b", "a"]);
});

test("going back to an earlier version is followed too, later", () => {
  const kept = memory();
  assert.equal(isDue("bbbbbb", "aaaaaa", kept, 0), true);
  assert.equal(isDue("bbbbbb", "aaaaaa", kept, 599_999), false);
  assert.equal(isDue("bbbbbb", "aaaaaa", kept, 600_000), true);
});

test("where nothing can be remembered, the page stays as it is", () => {
  const forbidden = {
    getItem: () => {
      throw new Error("storage is forbidden");
    },
    setItem: () => undefined,
  };
  assert.equal(isDue("bbbbbb", "aaaaaa", forbidden, 0), false);
});
