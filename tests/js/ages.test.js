import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { duration, render } from "../../static/js/ages.js";
import { glued } from "../../static/js/words.js";

/** @type {{ durations: [number, string][], texts: { text: string, now: number, shown: string }[], glued: [string, string][] }} */
const table = JSON.parse(readFileSync(new URL("ages.json", import.meta.url), "utf8"));

test("durations read as the server writes them", () => {
  for (const [seconds, shown] of table.durations) assert.equal(duration(seconds), shown, String(seconds));
});

test("a moment is shown as the viewer's clock shows it, and stands still", () => {
  const there = new Date(66_667_000);
  const shown = [there.getHours(), there.getMinutes(), there.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
  assert.equal(render("since ⟨c:66667.0⟩", 70_000), `since ${shown}`);
});

test("tokens in a text are rendered against the given clock", () => {
  for (const { text, now, shown } of table.texts) assert.equal(render(text, now), shown);
});

test("a number and its unit are kept on one line, and nothing else is", () => {
  for (const [text, shown] of table.glued) assert.equal(glued(text).replaceAll("\u00a0", "_"), shown);
});
