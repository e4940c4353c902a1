import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { nextWords, turnAt } from "../../static/js/board/rotation.js";

/** @typedef {{ holds: string, pages: [string | null, number][], sick: string[], now: number, page: string | null, next: string | null | false, left: number }} Case */
const cases = /** @type {Case[]} */ (JSON.parse(readFileSync(new URL("./rotations.json", import.meta.url), "utf8")));

for (const { holds, pages, sick, now, page, next, left } of cases) {
  test(holds, () => {
    const found = turnAt(pages.map(([slug, seconds]) => ({ slug, name: slug ?? "", seconds })), sick.map((slug) => ({ slug, name: slug })), now);
    assert.deepEqual([found.page.slug, found.next ? found.next.slug : false, found.left, found.attention], [page, next, left, sick.length > 0]);
  });
}

test("what comes next is told with its time", () => {
  const pages = [{ slug: null, name: "", seconds: 30 }, { slug: "a", name: "prod", seconds: 10 }];
  assert.equal(nextWords(turnAt(pages, [], 17.5)), "next: prod in 13 s");
  assert.equal(nextWords(turnAt(pages, [], 31)), "next: overview in 9 s");
  assert.equal(nextWords(turnAt(pages.slice(0, 1), [], 0)), "");
});
