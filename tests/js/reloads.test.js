import assert from "node:assert/strict";
import { test } from "node:test";
import { Face } from "../../static/js/wall/face.js";
import { Reloads } from "../../static/js/wall/reloads.js";

/** Milliseconds that the timers of a test wait for. */
const HOUR = 3_600_000;

/**
 * The browser around a wall: how often it was begun again, and what the server answers to whether it is there.
 * @param {import("node:test").TestContext} context @param {(number | null)[]} answers statuses; null: nothing comes
 */
function browser({ mock }, answers) {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const seen = { reloads: 0, asked: 0 };
  /** @type {Map<string, string>} */
  const held = new Map();
  Object.assign(globalThis, {
    location: { href: "http://wall/wall/lobby/", reload: () => (seen.reloads += 1) },
    sessionStorage: { getItem: (/** @type {string} */ key) => held.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ text) => void held.set(key, text) },
    fetch: async () => {
      const status = answers[Math.min(seen.asked, answers.length - 1)];
      seen.asked += 1;
      if (status === null) throw new TypeError("failed to fetch");
      return { status };
    },
  });
  const passes = async (/** @type {number} */ ms) => {
    for (let gone = 0; gone < ms; gone += 1000) {
      mock.timers.tick(1000);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  };
  return { seen, passes };
}

test("another version begins the wall again within half a minute, once in ten minutes, and its own never", async (context) => {
  const { seen, passes } = browser(context, [200]);
  const reloads = new Reloads("aaaa", "", new Face("UTC"));
  for (const app of ["aaaa", "", undefined]) reloads.version(app);
  await passes(60_000);
  assert.equal(seen.reloads, 0);
  reloads.version("bbbb");
  await passes(31_000);
  assert.equal(seen.reloads, 1);
  const after = new Reloads("aaaa", "", new Face("UTC"));
  after.version("bbbb");
  await passes(60_000);
  assert.equal(seen.reloads, 1);
});

test("while the server is away no wall begins again: it would never come back", async (context) => {
  const { seen, passes } = browser(context, [null, 502, 503, 410]);
  new Reloads("aaaa", "", new Face("UTC")).soon("ended");
  await passes(60_000);
  assert.deepEqual(seen, { reloads: 1, asked: 4 });
});

test("once a night it begins again at its time, by the clock of its place, and not by day", async (context) => {
  const { seen, passes } = browser(context, [200]);
  const reloads = new Reloads("aaaa", "03:30", new Face("Europe/Berlin"));
  reloads.after = 0;
  context.mock.method(performance, "now", () => HOUR);
  for (const clock of ["02:30:00Z", "03:30:00Z", "01:29:59Z"]) reloads.look(Date.parse(`2026-07-01T${clock}`) / 1000);
  await passes(60_000);
  assert.equal(seen.reloads, 0);
  reloads.look(Date.parse("2026-07-01T01:30:10Z") / 1000);
  reloads.look(Date.parse("2026-07-01T01:30:11Z") / 1000);
  await passes(60_000);
  assert.equal(seen.reloads, 1);
});
