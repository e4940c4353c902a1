import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { duration, render } from "../../static/js/ages.js";

/** @type {{ durations: [number, string][], texts: { text: string, now: number, shown: string }[] }} */
const table = JSON.parse(readFileSync(new URL("ages.json", import.meta.url), "utf8"));

test("durations read as the server writes them", () => {
  for (const [seconds, shown] of table.durations) assert.equal(duration(seconds), shown, String(seconds));
});

test("tokens in a text are rendered against the given clock", () => {
  for (const { text, now, shown } of table.texts) assert.equal(render(text, now), shown);
});
