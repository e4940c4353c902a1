import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SEVERITY, SHAPES, STATES, WORDS, spriteMarkup, stateOf, worst } from "../../static/js/states.js";

/** @param {string} path */
const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("the page's symbols are the shapes that the canvas draws", () => {
  assert.equal(read("templates/parts/sprite.html"), spriteMarkup());
});

test("states come in the order of the wire", () => {
  const listed = /STATES = \(([^)]*)\)/.exec(read("planes/live/wire.py"))?.[1] ?? "";
  assert.deepEqual([...listed.matchAll(/"(\w+)"/g)].map((match) => match[1]), [...STATES]);
});

test("states compare as the rules compare them", () => {
  const rows = [...read("planes/structs/verdicts.py").matchAll(/State\.(\w+): (\d)/g)];
  assert.deepEqual(Object.fromEntries(rows.map(([, name, rank]) => [name?.toLowerCase(), Number(rank)])), { ...SEVERITY });
});

test("each state has a word, a colour in both themes and a shape of its own", () => {
  const tokens = read("static/css/tokens.css");
  for (const state of STATES) {
    assert.ok(WORDS[state]);
    const property = state.replace("_", "-");
    assert.ok(tokens.includes(`--${property}: var(--light, `), property);
    assert.ok(tokens.includes(`--${property}-text: var(--light, `), property);
  }
  assert.equal(new Set(Object.values(SHAPES).map((shape) => JSON.stringify(shape))).size, STATES.length);
});

test("what is not a state is unknown, and the worst of none is healthy", () => {
  assert.equal(stateOf("exploded"), "unknown");
  assert.equal(stateOf(undefined), "unknown");
  assert.equal(worst([]), "healthy");
  assert.equal(worst(["healthy", "cordoned", "unknown"]), "unknown");
  assert.equal(worst(["degraded", "down", "unknown"]), "down");
});
