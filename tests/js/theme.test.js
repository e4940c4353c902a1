import assert from "node:assert/strict";
import { test } from "node:test";
import { after, chosen } from "../../static/js/theme-switch.js";

test("the themes go round", () => {
  assert.deepEqual([after("system"), after("light"), after("dark")], ["light", "dark", "system"]);
});

test("a page that is told nothing follows the system", () => {
  const root = (/** @type {string | undefined} */ theme) => /** @type {HTMLElement} */ (/** @type {unknown} */ ({ dataset: { theme } }));
  assert.deepEqual([chosen(root(undefined)), chosen(root("dark")), chosen(root("pink"))], ["system", "dark", "system"]);
});
