import assert from "node:assert/strict";
import { test } from "node:test";
import { blank, Camera, nearest, zoomInto } from "../../static/js/camera.js";
import { boxOf, hit, neighbour, plan } from "../../static/js/layout.js";
import { spread } from "./spread.js";

const WINDOW = /** @type {const} */ ({ width: 1432, height: 500, unit: 1 });

/** @param {number} count @param {number} groups */
function stand(count, groups) {
  const base = plan(spread(count, groups), WINDOW);
  const camera = new Camera();
  camera.lay(base, WINDOW.width, WINDOW.height, 1);
  return { base, camera };
}

test("at zoom 1 everything lies as it was laid out", () => {
  for (const [count, groups] of /** @type {[number, number][]} */ ([[3, 3], [30, 4], [120, 3], [1000, 7], [5000, 3], [5000, 40]])) {
    const base = plan(spread(count, groups), WINDOW);
    const view = blank();
    zoomInto(view, base, 1, 1);
    assert.ok(Math.abs(view.width - base.width) < 1e-6 && Math.abs(view.height - base.height) < 1e-6);
    assert.deepEqual({ ...view, width: base.width, height: base.height }, base);
  }
});

test("cells become tiles and tiles cards as the viewer comes nearer", () => {
  const { base, camera } = stand(5000, 3);
  /** @type {string[]} */
  const seen = [];
  for (let z = 1; z <= camera.furthestIn; z *= 1.05) {
    camera.zoom(z, 700, 250);
    if (seen.at(-1) !== camera.view.level) seen.push(camera.view.level);
  }
  assert.deepEqual(seen, ["cell", "tile", "card"]);
  assert.ok(nearest(base, 1) * base.w >= 250);
});

test("nodes lie apart, each inside its group, at every zoom", () => {
  for (const [count, groups] of /** @type {[number, number][]} */ ([[12, 3], [120, 3], [280, 40], [5000, 7]])) {
    const { camera } = stand(count, groups);
    for (const z of [1.3, 4, 11]) {
      camera.zoom(z, 100, 100);
      const { view } = camera;
      for (const [at, zone] of view.zones.entries()) {
        const first = boxOf(view, zone, 0);
        const last = boxOf(view, zone, zone.rows.length - 1);
        assert.ok(first.x >= zone.x && first.y >= zone.y);
        assert.ok(last.x + last.w <= zone.x + zone.w + 0.01 && last.y + last.h <= zone.y + zone.h + 0.01);
        assert.ok(zone.x + zone.w <= view.width + 0.01 && zone.y + zone.h <= view.height + 0.01);
        for (const other of view.zones.slice(at + 1)) {
          assert.ok(zone.x + zone.w <= other.x || other.x + other.w <= zone.x || zone.y + zone.h <= other.y || other.y + other.h <= zone.y);
        }
      }
    }
  }
});

test("the node under the pointer stays under it while the viewer comes nearer and goes away", () => {
  const { camera } = stand(5000, 3);
  const [px, py] = [900, 330];
  const under = () => hit(camera.view, camera.x + px, camera.y + py);
  const start = under();
  assert.ok(start);
  for (const z of [1.4, 2, 3.3, 6, 12, 20, 12, 5, 2]) {
    camera.zoom(z, px, py);
    const found = under();
    if (found) assert.deepEqual([found.zone.key, found.index], [start.zone.key, start.index], String(z));
  }
  camera.zoom(1, px, py);
  assert.deepEqual([camera.x, camera.y, camera.whole], [0, 0, true]);
});

test("the window never leaves the picture", () => {
  const { camera } = stand(5000, 3);
  camera.zoom(5, 0, 0);
  assert.equal(camera.pan(-50, -50), false);
  assert.ok(camera.pan(1e9, 1e9));
  assert.deepEqual([camera.x + camera.width, camera.y + camera.height].map(Math.round), [camera.view.width, camera.view.height].map(Math.round));
});

test("a look is the same after the window has another size", () => {
  const { base, camera } = stand(5000, 3);
  camera.at({ z: 6, u: 0.7, v: 0.4 });
  camera.lay(base, 900, 400, 1);
  const { z, u, v } = camera.look();
  assert.deepEqual([z, u, v].map((value) => Math.round(value * 1000) / 1000), [6, 0.7, 0.4]);
});

test("the next node is brought into view", () => {
  const { camera } = stand(5000, 3);
  camera.zoom(20, 0, 0);
  let spot = { zone: /** @type {import("../../static/js/layout.js").Zone} */ (camera.view.zones[0]), index: 0 };
  for (let step = 0; step < 12; step += 1) {
    spot = neighbour(camera.view, spot, step % 2 ? "down" : "right");
    const box = boxOf(camera.view, spot.zone, spot.index);
    camera.reveal(box);
    assert.ok(box.x >= camera.x && box.x + box.w <= camera.x + camera.width);
    assert.ok(box.y >= camera.y && box.y + box.h <= camera.y + camera.height);
  }
});

test("what does not fit can be moved through without coming nearer", () => {
  const base = plan(spread(5000, 3), { width: 400, height: 200, unit: 1 });
  const camera = new Camera();
  camera.lay(base, 400, 200, 1);
  assert.ok(camera.overflows && camera.whole);
  assert.deepEqual([camera.x, camera.y], [0, 0]);
  assert.ok(camera.pan(0, 100));
  camera.lay(base, 400, 200, 1);
  assert.equal(camera.y, 100);
});
