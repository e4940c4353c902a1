import assert from "node:assert/strict";
import { test } from "node:test";
import { themeAt } from "../../static/js/board/sun.js";

const BERLIN = { latitude: 52.52, longitude: 13.405, offset: 3600 };
/** @param {string} text */
const at = (text) => Date.parse(text) / 1000;

test("a wall by sunrise is light from sunrise to sunset, to a minute", () => {
  // Sunrise and sunset as published: timeanddate.com, Berlin (CET, CEST), Sydney (AEDT), Quito (ECT).
  /** @type {[number, number, string, string][]} */
  const days = [
    [52.52, 13.405, "2026-06-21T04:43+02:00", "2026-06-21T21:33+02:00"],
    [52.52, 13.405, "2026-12-21T08:15+01:00", "2026-12-21T15:54+01:00"],
    [-33.8688, 151.2093, "2026-12-22T05:41+11:00", "2026-12-22T20:05+11:00"],
  ];
  for (const [latitude, longitude, rise, set] of days) {
    const place = { latitude, longitude, offset: 0 };
    const themes = [at(rise) - 120, at(rise) + 120, at(set) - 120, at(set) + 120].map((moment) => themeAt("sun", place, moment));
    assert.deepEqual(themes, ["dark", "light", "light", "dark"], rise);
  }
});

test("where the sun does not set it is light all day, and dark where it does not rise", () => {
  const tromso = { latitude: 69.65, longitude: 18.96, offset: 3600 };
  for (const hour of [0, 6, 12, 18]) {
    assert.equal(themeAt("sun", tromso, at("2026-06-21T00:00Z") + hour * 3600), "light");
    assert.equal(themeAt("sun", tromso, at("2026-12-21T00:00Z") + hour * 3600), "dark");
  }
});

test("where nobody knows the place its clocks tell: light from 7 to 19", () => {
  const place = { ...BERLIN, latitude: null };
  const times = ["06:59:59", "07:00:00", "18:59:59", "19:00:00"].map((clock) => themeAt("sun", place, at(`2026-11-27T${clock}+01:00`)));
  assert.deepEqual(times, ["dark", "light", "light", "dark"]);
  assert.equal(themeAt("sun", null, at("2026-11-27T12:00Z")), "light");
});

test("what was chosen holds whatever the hour", () => {
  assert.deepEqual([themeAt("dark", BERLIN, at("2026-06-21T12:00Z")), themeAt("light", BERLIN, at("2026-06-21T00:00Z"))], ["dark", "light"]);
});
