import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { aged, ago, clock, day, duration, happened, lasting, render, tellTimes, when } from "../../static/js/ages.js";
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

const NOW = 1_780_000_000;
const AT = NOW - 190;

/** @param {import("../../static/js/ages.js").Times} times */
function told(times) {
  tellTimes(times);
  try {
    return [
      render(`No heartbeat for ⟨a:${AT}⟩; the lease allows 40 s.`, NOW),
      render(`renewed ⟨a:${AT}⟩ ago`, NOW),
      render(`Not ready for up to ⟨a:${AT}⟩, next attempt in ⟨u:${NOW + 5}⟩`, NOW),
      lasting(AT, NOW),
      ago(AT, NOW),
      aged("alone", AT, NOW),
      aged("created", AT, NOW),
      happened(AT, NOW, clock),
    ];
  } finally {
    tellTimes("mixed");
  }
}

test("times are told as the viewer chose, with the words that go with them; a bound and a time left stay what they are", () => {
  const then = clock(AT);
  const ages = [
    "No heartbeat for 3 min 10 s; the lease allows 40 s.", "renewed 3 min 10 s ago", "Not ready for up to 3 min 10 s, next attempt in 5 s",
    "for 3 min 10 s", "3 min 10 s ago", "3 min 10 s", "3 min 10 s",
  ];
  assert.deepEqual(told("mixed"), [...ages, then]);
  assert.deepEqual(told("relative"), [...ages, "3 min ago"]);
  assert.deepEqual(told("absolute"), [
    `No heartbeat since ${then}; the lease allows 40 s.`, `renewed at ${then}`, "Not ready for up to 3 min 10 s, next attempt in 5 s",
    `since ${then}`, `at ${then}`, then, `created ${then}`, then,
  ]);
});

test("the day is told of a moment that is not today", () => {
  tellTimes("absolute");
  const told = lasting(NOW - 3 * 86_400, NOW);
  tellTimes("mixed");
  assert.equal(told, `since ${when(NOW - 3 * 86_400, NOW)}`);
  assert.match(told, /^since \d+ \w+ \d\d:\d\d$/);
});

test("how long ago a change was, is told by its largest unit", () => {
  tellTimes("relative");
  const shown = [0.4, 12, 60, 599, 3700, 90_000].map((age) => happened(NOW - age, NOW, clock));
  tellTimes("mixed");
  assert.deepEqual(shown, ["0.4 s ago", "12 s ago", "1 min ago", "9 min ago", "1 h ago", "1 d ago"]);
});

test("a day is named by its weekday, and by its year where that is another", () => {
  const noon = (/** @type {number} */ year) => new Date(year, 10, 24, 12).getTime() / 1000;
  assert.equal(day(noon(2026), noon(2026) + 86_400), "Tuesday 24 November");
  assert.equal(day(noon(2025), noon(2026)), "Monday 24 November 2025");
});
