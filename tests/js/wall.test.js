import assert from "node:assert/strict";
import { test } from "node:test";
import { words } from "../../static/js/wall/acknowledging.js";
import { Face } from "../../static/js/wall/face.js";
import { merged, standing } from "../../static/js/wall/feed.js";
import { LastPicture } from "../../static/js/wall/kept.js";
import { cluster, wall } from "./walls.js";

const LIVE = { now: 1000, told: 999.5, asked: null, open: true, retry: null, pulses: [999, 998] };

test("a wall is the present while its server speaks, and old from 5 s without a word on", () => {
  assert.deepEqual(standing(LIVE), { frozen: false, old: "", why: "" });
  assert.equal(standing({ ...LIVE, told: 995 }).old, "");
  const { frozen, old, why } = standing({ ...LIVE, told: 994, open: false, retry: 1003.2 });
  assert.deepEqual([frozen, old, why], [true, "6 s old", "Planewatch does not answer. Trying again in 4 s."]);
});

test("without clusters the server speaks seldom, and is waited for longer", () => {
  assert.equal(standing({ ...LIVE, told: 981, pulses: [] }).old, "");
  assert.equal(standing({ ...LIVE, told: 979, pulses: [] }).old, "21 s old");
});

test("a scene that does not come makes the wall old though pulses come", () => {
  assert.equal(standing({ ...LIVE, asked: 993 }).old, "");
  assert.deepEqual(standing({ ...LIVE, asked: 991 }), { frozen: true, old: "9 s old", why: "What has changed since then cannot be fetched." });
});

test("collectors that all fall silent are said of the wall as a whole, and one alone on its card", () => {
  assert.equal(standing({ ...LIVE, pulses: [900, 999] }).old, "");
  assert.deepEqual(standing({ ...LIVE, pulses: [null, 900] }), { frozen: false, old: "1 min 40 s old", why: "No cluster's collector reports." });
  assert.deepEqual(standing({ ...LIVE, pulses: [null] }), { frozen: false, old: "Not live", why: "No cluster's collector reports." });
  assert.equal(standing({ ...LIVE, pulses: [900], trouble: "Valkey is away." }).why, "Valkey is away.");
});

test("the last picture is kept once a minute and when nothing comes any more, without what was announced, and nothing that is too large or cannot be read", () => {
  /** @type {Map<string, string>} */
  const held = new Map();
  let writes = 0;
  const storage = {
    getItem: (/** @type {string} */ key) => held.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => { writes += 1; held.set(key, text); },
    removeItem: (/** @type {string} */ key) => void held.delete(key),
  };
  const kept = new LastPicture("lobby", storage);
  assert.equal(kept.read(), null);
  const scene = wall(3, ["healthy"]);
  for (const now of [0, 1000, 59_999, 60_000]) kept.keep({ scene: { ...scene, changes: [] }, css: "x" }, now);
  assert.equal(writes, 2);
  kept.keep({ scene, css: "x" }, 60_001, true);
  assert.equal(writes, 3);
  assert.deepEqual(kept.read(), { scene, css: "x" });
  kept.keep({ scene, css: "x".repeat(2_000_000) }, 130_000);
  assert.equal(kept.read(), null);
  for (const text of ["{", "null", '{"css":"x"}', '{"css":1,"scene":{"clusters":[]}}']) {
    held.set("planewatch-wall:lobby", text);
    assert.equal(kept.read(), null);
  }
  const full = new LastPicture("lobby", { ...storage, setItem: () => { throw new Error("full"); } });
  full.keep({ scene, css: "x" }, 0);
});

test("the clock of a wall is that of its display's place, with its name and its offset", () => {
  const now = Date.parse("2026-11-23T15:42:10Z") / 1000;
  assert.deepEqual(new Face("Europe/Berlin").at(now), { time: "16:42:10", zone: "CET", offset: 3600 });
  assert.equal(new Face("Asia/Kolkata").at(now).offset, 19_800);
  assert.equal(new Face("America/Bogota").at(now).offset, -18_000);
  assert.equal(new Face("Pacific/Kiritimati").at(now).offset - 14 * 3600 + 86_400, 0);
  assert.equal(new Face("Europe/Berlin").at(Date.parse("2026-11-22T23:00:05Z") / 1000).time, "00:00:05");
});

test("the button names what it acknowledges", () => {
  assert.deepEqual([["a"], ["a", "b", "c"], ["a", "b", "c", "d", "e"]].map(words), ["Acknowledge a", "Acknowledge a, b, c", "Acknowledge a, b, c and 2 more"]);
});

test("of what comes the pulse that was here before stays, if it is newer, and when it came", () => {
  const known = { ...cluster(1), pulse: 120, heard: 119, came: 120.5 };
  const { pulse, heard, came } = merged({ ...cluster(1), pulse: 118, heard: 118 }, known);
  assert.deepEqual([pulse, heard, came], [120, 119, 120.5]);
  assert.deepEqual(merged({ ...cluster(1), pulse: 130, heard: 129 }, known).pulse, 130);
  assert.equal(merged(cluster(1), undefined).came, null);
});
