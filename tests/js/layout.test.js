import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf, hit, neighbour, plan } from "../../static/js/layout.js";
import { spread } from "./spread.js";

/** @typedef {import("../../static/js/layout.js").Plan} Plan */

/** @param {Plan} made */
function boxes(made) {
  return made.zones.flatMap((zone) => zone.rows.map((row, index) => ({ row, zone, ...boxOf(made, zone, index) })));
}

const AREAS = /** @type {const} */ ([
  { width: 1432, height: 520, unit: 1 },
  { width: 2980, height: 1170, unit: 1.75 },
  { width: 1024, height: 880, unit: 1 },
  { width: 958, height: 250, unit: 1 },
  { width: 358, height: null, unit: 1 },
]);

for (const area of AREAS) {
  for (const [count, groups] of /** @type {[number, number][]} */ ([[1, 1], [3, 3], [12, 3], [30, 3], [31, 1], [120, 3], [280, 40], [1000, 3], [5000, 3], [5000, 1], [100, 1]])) {
    test(`${count} nodes in ${groups} groups lie apart, each inside its zone, at ${area.width} × ${area.height ?? "any"}`, () => {
      const made = plan(spread(count, groups), area);
      const placed = boxes(made);
      assert.equal(placed.length, count);
      for (const { zone, x, y, w, h } of placed) {
        assert.ok(w > 0 && h > 0);
        assert.ok(x >= zone.x - 0.01 && x + w <= zone.x + zone.w + 0.01, "across");
        assert.ok(y >= zone.y - 0.01 && y + h <= zone.y + zone.h + 0.01, "down");
      }
      for (const zone of made.zones) {
        assert.ok(zone.x >= -0.01 && zone.x + zone.w <= area.width + 0.01);
        const own = placed.filter((box) => box.zone === zone);
        for (const [at, box] of own.entries()) {
          const next = own[at + 1];
          if (next) assert.ok(next.x >= box.x + box.w || next.y >= box.y + box.h, "overlap");
        }
      }
      for (const [at, one] of made.zones.entries()) {
        for (const other of made.zones.slice(at + 1)) {
          const apart = one.x + one.w <= other.x + 0.01 || other.x + other.w <= one.x + 0.01 || one.y + one.h <= other.y + 0.01 || other.y + other.h <= one.y + 0.01;
          assert.ok(apart, "zones overlap");
        }
      }
    });
  }
}

const SCREEN = /** @type {const} */ ({ width: 1432, height: 520, unit: 1 });

test("5,000 nodes fit one 1080p screen without scrolling, and so do 3, 30, 120 and 1,000", () => {
  for (const count of [3, 30, 120, 1000, 5000]) assert.ok(plan(spread(count, 3), SCREEN).height <= SCREEN.height + 0.01, String(count));
});

test("the level of detail follows from count and space", () => {
  /** @param {number} count */
  const level = (count) => plan(spread(count, 3), SCREEN).level;
  assert.deepEqual([1, 3, 30, 31, 120, 300, 321, 5000].map(level), ["card", "card", "card", "tile", "tile", "tile", "cell", "cell"]);
});

test("what cannot fit scrolls instead of becoming unreadable", () => {
  const made = plan(spread(5000, 3), { width: 400, height: 200, unit: 1 });
  assert.ok(made.height > 200);
  assert.ok(made.w >= 4);
});

test("no nodes is an empty plan", () => {
  assert.deepEqual(plan([], SCREEN).zones, []);
});

test("a point finds the node that lies there, and nothing beside it", () => {
  for (const count of [12, 120, 5000]) {
    const made = plan(spread(count, 3), SCREEN);
    for (const { row, zone, x, y, w, h } of boxes(made)) {
      const found = hit(made, x + w / 2, y + h / 2);
      assert.equal(found?.zone.rows[found.index], row);
      assert.equal(found?.zone, zone);
    }
    assert.equal(hit(made, -5, -5), null);
    const { x, y, w, h } = /** @type {import("../../static/js/layout.js").Box} */ (boxes(made)[0]);
    const beside = hit(made, x + w + made.gap / 2 - 0.1, y + h / 2);
    assert.equal(beside === null, made.level === "card", "half of the gap is a tile's own; a card ends where it is seen to");
    assert.equal(hit(made, (made.zones[0]?.x ?? 0) + 5, (made.zones[0]?.y ?? 0) + 5), null, "the heading");
  }
});

test("arrow keys go to the neighbour, across zones, and stay at the edge", () => {
  const made = plan(spread(120, 3), SCREEN);
  const [first, second] = made.zones;
  assert.ok(first && second);
  const last = { zone: first, index: first.columns - 1 };
  assert.deepEqual(neighbour(made, last, "right"), { zone: second, index: 0 });
  assert.deepEqual(neighbour(made, { zone: second, index: 0 }, "left"), last);
  assert.deepEqual(neighbour(made, { zone: first, index: 0 }, "down"), { zone: first, index: first.columns });
  assert.deepEqual(neighbour(made, { zone: first, index: 0 }, "left"), { zone: first, index: 0 });
  assert.deepEqual(neighbour(made, { zone: first, index: 0 }, "up"), { zone: first, index: 0 });
});

test("the same nodes in the same area lie at the same places", () => {
  assert.deepEqual(plan(spread(120, 3), SCREEN), plan(spread(120, 3), SCREEN));
});
