import assert from "node:assert/strict";
import { test } from "node:test";
import { wander } from "../../static/js/wall/screen.js";

test("the picture moves by a pixel a minute, and within ten minutes every edge has moved both ways", (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const element = { style: { translate: "0px 0px" } };
  wander(/** @type {HTMLElement} */ (/** @type {unknown} */ (element)));
  /** @type {[number, number][]} */ const seen = [];
  for (let minute = 0; minute < 10; minute += 1) {
    context.mock.timers.tick(60_000);
    const [x = NaN, y = NaN] = element.style.translate.split(" ").map((one) => parseFloat(one));
    const [before, above] = seen[seen.length - 1] ?? [0, 0];
    assert.ok(Math.abs(x - before) <= 1 && Math.abs(y - above) <= 1 && (x !== before || y !== above), `${before} ${above} to ${x} ${y}`);
    seen.push([x, y]);
  }
  for (const at of /** @type {const} */ ([0, 1])) assert.deepEqual([...new Set(seen.map((one) => one[at]))].sort((a, b) => a - b), [-1, 0, 1]);
});
