import assert from "node:assert/strict";
import { test } from "node:test";
import { choicesOf, meant } from "../../static/js/choices.js";

/** @param {string} name @param {string} control @param {string} data */
const card = (name, control, data) => ({ slug: name, name, control: { state: control }, data: { state: data } });

test("the worst cluster comes first, and of equals the names decide as people count", () => {
  const choices = choicesOf([card("c-10", "healthy", "healthy"), card("c-9", "healthy", "healthy"), card("b", "degraded", "healthy"), card("a", "healthy", "unknown"), card("z", "healthy", "down")]);
  assert.deepEqual(choices.map(({ name, state }) => `${name} ${state}`), ["z down", "b degraded", "a unknown", "c-9 healthy", "c-10 healthy"]);
});

test("a state that is not known here is unknown, never healthy", () => {
  assert.equal(choicesOf([card("a", "excellent", "healthy")])[0]?.state, "unknown");
});

test("every word that is typed must be part of a name", () => {
  const choices = choicesOf(["prod-eu-1", "prod-us-1", "staging"].map((name) => card(name, "healthy", "healthy")));
  assert.deepEqual(meant(choices, " PROD us").map(({ name }) => name), ["prod-us-1"]);
  assert.equal(meant(choices, "").length, 3);
  assert.equal(meant(choices, "nowhere").length, 0);
});
