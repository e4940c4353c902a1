import assert from "node:assert/strict";
import { test } from "node:test";
import * as tile from "../../static/js/scene/tile.js";
import { STATES } from "../../static/js/states.js";
import { Picture } from "../../static/js/store.js";
import { node, snapshot } from "./snapshots.js";

/** @param {Record<string, string | number | null>} changes */
const one = (changes) => new Picture(snapshot([node("n", changes)]));

test("the numbers of the states are their codes on the wire", () => {
  const codes = [tile.HEALTHY, tile.DEGRADED, tile.DOWN, tile.UNKNOWN, tile.HIDDEN, tile.CORDONED, tile.LEAVING, tile.JOINING].map((code) => STATES[code]);
  assert.deepEqual(codes, ["healthy", "degraded", "down", "unknown", "not_observable", "cordoned", "leaving", "joining"]);
  assert.deepEqual([0, 99, -1, null].map((state) => tile.codeOf(one({ state }), 0)), [0, tile.UNKNOWN, tile.UNKNOWN, tile.UNKNOWN]);
});

test("all of a tile lies in it, one below the other and three beside each other", () => {
  for (const [w, h] of [[25, 32], [50, 64], [84, 107], [84, 60]]) {
    const { level, agents, mark, horizon } = tile.tileShape(w ?? 0, h ?? 0, 40);
    assert.ok(level.x >= 0 && level.x + level.w <= (w ?? 0));
    assert.ok(level.foot - level.most > 0 && level.foot < agents.y - agents.rise + 3.01);
    assert.ok(agents.y + agents.h <= (h ?? 0));
    assert.ok((agents.lefts[2] ?? 0) + agents.w <= (w ?? 0) - level.x + 0.01);
    assert.ok(mark.y - mark.size / 2 > 0 && mark.y + mark.size / 2 < (h ?? 0));
    assert.ok(horizon.x + horizon.w < (w ?? 0));
  }
});

test("a level stands as high as the pods fill the node, and is never gone", () => {
  const shape = tile.tileShape(50, 64, 40);
  const height = (/** @type {number} */ pods) => tile.heightOf(shape, tile.stepOf(one({ pods, pods_max: 100 }), 0));
  assert.equal(height(0), shape.level.least);
  assert.equal(height(100), shape.level.most);
  assert.equal(height(400), shape.level.most);
  assert.equal(tile.stepOf(one({ pods: 7, pods_max: null }), 0), tile.UNTOLD);
  assert.ok(tile.opacityOf(tile.shadeOf(250)) > tile.opacityOf(tile.shadeOf(0)));
});

test("pods are the last ones known where nobody reports them", () => {
  /** @param {number} state @param {number} kubelet */
  const fill = (state, kubelet) => tile.fillOf(one({ state, kubelet }), 0, state);
  assert.deepEqual([fill(0, 0), fill(2, 0), fill(2, 2), fill(1, 1), fill(3, 0), fill(5, 0), fill(0, 2)], [0, 1, 2, 2, 2, 0, 0]);
});

test("what is not well carries its shape; among cells, strokes and the hatch say it without one", () => {
  /** @param {"card" | "tile" | "cell"} level */
  const marked = (level) => STATES.filter((_, code) => tile.isMarked(code, level));
  assert.deepEqual(marked("tile"), ["degraded", "down", "unknown", "cordoned", "leaving", "joining"]);
  assert.deepEqual(marked("cell"), ["degraded", "down"]);
  assert.deepEqual(marked("card"), []);
  assert.ok(tile.cellMarkSize(4, 10, 1) > tile.cellMarkSize(4, 100, 1) && tile.cellMarkSize(4, 100, 1) > tile.cellMarkSize(4, 1000, 1));
});

test("what was taken out, leaves and joins are told apart by their strokes, which lie within their cell", () => {
  const drawn = [tile.CORDONED, tile.LEAVING, tile.JOINING].map((code) => tile.STROKES.get(code) ?? []);
  assert.equal(new Set(drawn.map((strokes) => JSON.stringify(strokes))).size, 3);
  for (const { x, y, w, h } of drawn.flat()) {
    assert.ok(x >= 0 && y >= 0 && w > 0.1 && h > 0.1 && x + w <= 1 && y + h <= 1);
  }
});
