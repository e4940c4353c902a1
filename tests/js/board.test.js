import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { announced } from "../../static/js/board/announced.js";
import { boardOf, draw } from "../../static/js/board/board.js";
import { boxesOf, leastType } from "../../static/js/board/boxes.js";
import { nameLines, wrapped } from "../../static/js/board/lines.js";
import { Remembered } from "../../static/js/board/remembered.js";
import { stepsOf } from "../../static/js/board/ribbon.js";
import { tickerOf } from "../../static/js/board/ticker.js";
import { calmOf, calmOfAll, toldOf } from "../../static/js/board/told.js";
import { width as widthOf } from "../../static/js/file/text.js";
import { NAMES, NOW, around, cluster, wall } from "./walls.js";

/** @typedef {import("../../static/js/board/board.js").Options} Options */
/** @typedef {import("../../static/js/board/told.js").Cluster} Cluster */
/** @typedef {import("../../static/js/file/sheet.js").Item} Item */
/** @typedef {{ x: number, y: number, w: number, h: number, text: string, size: number }} Placed */

const css = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");
const COUNTS = [1, 2, 3, 6, 12, 30, 60];
/** @type {readonly [number, number][]} */
const SCREENS = [[1280, 720], [1920, 1080], [3840, 2160], [1080, 1920], [1366, 768]];
/** @type {Record<string, readonly import("./walls.js").Kind[]>} */
const MIXES = {
  calm: ["healthy", "hidden"],
  some: ["down", "healthy", "hidden", "healthy", "late", "degraded", "healthy", "healthy", "healthy", "silent", "healthy", "healthy"],
  all: ["down", "degraded", "silent"],
};

/** @param {number} width @param {number} height @param {Partial<Options>} [changes] @returns {Options} */
function options(width, height, changes = {}) {
  return { css, theme: "dark", place: null, width, height, scale: 1, now: NOW, frozen: false, around: around(), ...changes };
}

/** @param {number} after seconds @param {number} which @returns {import("../../static/js/board/frame.js").Change} */
function change(after, which, to = "down") {
  return {
    at: NOW + 1 + after, slug: `c${which}`, cluster: NAMES[which] ?? "", plane: "data plane", before: "healthy", after: to,
    because: `33 of 1,200 nodes are down: no heartbeat for ⟨a:${NOW - 100}⟩ of a 40 s lease.`,
  };
}

/** Where texts, shapes and cards stand on the screen. @param {Item[]} items */
function placed(items) {
  let [dx, dy] = [0, 0];
  /** @type {Placed[]} */ const texts = [];
  /** @type {Placed[]} */ const shapes = [];
  for (const item of items) {
    if (item.mark === "begin" && item.move) [dx, dy] = item.move;
    if (item.mark === "end") [dx, dy] = [0, 0];
    if (item.mark === "glyph") shapes.push({ x: item.x + dx, y: item.y + dy, w: item.size, h: item.size, text: item.state, size: item.size });
    if (item.mark !== "text") continue;
    const { size, weight = 400, anchor = "start" } = item.type;
    const wide = widthOf(item.text, size, weight) / 1.03;
    const left = item.x + dx - (anchor === "end" ? wide : anchor === "middle" ? wide / 2 : 0);
    texts.push({ x: left, y: item.y + dy - size * 0.74, w: wide, h: size * 0.94, text: item.text, size });
  }
  return { texts, shapes };
}

/** @param {Placed} one @param {Placed} other */
function overlap(one, other) {
  const slack = 0.75;
  return one.x + one.w - slack > other.x && other.x + other.w - slack > one.x && one.y + one.h - slack > other.y && other.y + other.h - slack > one.y;
}

/** All that is wrong with a wall. @param {number} count @param {string} mix @param {[number, number]} screen @param {Partial<Options>} [changes] */
function wrong(count, mix, [width, height], changes = {}) {
  const scene = { ...wall(count, MIXES[mix] ?? []), changes: [change(0, 4)] };
  const { groups, across, down } = boardOf(scene, options(width, height, changes));
  const least = leastType(count, across, down) * 0.999;
  /** @type {string[]} */
  const found = [];
  for (const { key, items } of groups) {
    const { texts, shapes } = placed(items);
    for (const text of texts) {
      if (text.size < least) found.push(`${key}: “${text.text}” is in ${text.size}, less than ${least}`);
      if (text.x < 0 || text.y < 0 || text.x + text.w > across || text.y + text.h > down) found.push(`${key}: “${text.text}” leaves the screen`);
      if (text.text.includes("…") && !NAMES.some((name) => name.endsWith(text.text.replace(/^.*…/, "")) || name.startsWith(text.text.replace(/…$/, "")))) found.push(`${key}: “${text.text}” is cut`);
    }
    const all = [...texts, ...shapes];
    for (const [at, one] of all.entries()) for (const other of all.slice(at + 1)) if (overlap(one, other)) found.push(`${key}: “${one.text}” lies over “${other.text}”`);
  }
  const drawn = groups.filter(({ key }) => key !== "bg" && key !== "life").map(({ key, items }) => ({ key, ...bounds(items) }));
  for (const [at, one] of drawn.entries()) for (const other of drawn.slice(at + 1)) if (overlap(one, other)) found.push(`${one.key} lies over ${other.key}`);
  return found.map((one) => `${count} ${mix} at ${width} × ${height}: ${one}`);
}

/** @param {Item[]} items */
function bounds(items) {
  const { texts, shapes } = placed(items);
  let [dx, dy] = [0, 0];
  const all = [...texts, ...shapes];
  for (const item of items) {
    if (item.mark === "begin" && item.move) [dx, dy] = item.move;
    if (item.mark === "rect") all.push({ x: item.x + dx, y: item.y + dy, w: item.w, h: item.h, text: "", size: 0 });
  }
  const [x, y] = [Math.min(...all.map((one) => one.x)), Math.min(...all.map((one) => one.y))];
  return { x, y, w: Math.max(...all.map((one) => one.x + one.w)) - x, h: Math.max(...all.map((one) => one.y + one.h)) - y, text: "", size: 0 };
}

for (const mix of Object.keys(MIXES)) {
  test(`of ${mix} sick, nothing is cut, small, outside or over something else, whatever the count and the screen`, () => {
    assert.deepEqual(COUNTS.flatMap((count) => SCREENS.flatMap((screen) => wrong(count, mix, screen))), []);
  });
}

test("the same holds with a message, a change that is announced, an age in huge letters, and half as large again", () => {
  const message = "Maintenance of prod-eu-1 until 17:00: call Ana before you touch etcd. ".repeat(2).trim();
  /** @type {Partial<Options>[]} */
  const all = [
    { around: around({ message }) }, { now: NOW + 1.5 }, { scale: 1.5 },
    { frozen: true, around: around({ old: "2 h 14 min old", why: "Planewatch does not answer. Trying again in 4 s." }) },
  ];
  assert.deepEqual(all.flatMap((changes) => [3, 12].flatMap((count) => SCREENS.flatMap((screen) => wrong(count, "some", screen, changes)))), []);
});

test("up to 12 clusters no text is smaller than 2.2 % of the screen's height", () => {
  for (const [width, height] of SCREENS) for (const count of [1, 12]) assert.equal(leastType(count, width, height), height * 0.022);
});

/** Halves that are down or degraded and of which only the state's word is told. @param {number} count @param {string} mix
 *  @param {[number, number]} screen @param {Partial<Options>} [changes] */
function bare(count, mix, [width, height], changes = {}) {
  const { groups, cards } = boardOf(wall(count, MIXES[mix] ?? []), options(width, height, changes));
  return cards.flatMap((card) => {
    const words = placed(groups.find(({ key }) => key === `card:${card.slug}`)?.items ?? []).texts.map(({ text }) => text).join(" ").replace(/- /g, "-");
    return [card.sky, card.ground]
      .filter(({ state, headline, brief }) => (state === "down" || state === "degraded") && ![headline, ...brief].some((one) => words.includes(one)))
      .map(({ state }) => `${count} ${mix} at ${width} × ${height}: ${card.name} says no more than ${state}: ${words}`);
  });
}

test("of what is down or degraded cards tell more than the state's word, whatever the count and the screen", () => {
  assert.deepEqual(["some", "all"].flatMap((mix) => COUNTS.flatMap((count) => SCREENS.flatMap((screen) => bare(count, mix, screen)))), []);
});

for (const kind of /** @type {const} */ (["down", "silent", "late"])) {
  test(`below the picture of one cluster that is ${kind} stands why, large, whole and within the screen, and the picture has the rest`, () => {
    for (const [width, height] of SCREENS) for (const old of ["", "4 min old"]) {
      const scene = { ...wall(60, ["healthy"]), clusters: [cluster(7), cluster(8, kind)] };
      const { groups, across, down, area } = boardOf(scene, options(width, height, { single: "c8", around: around({ old }) }));
      const ticker = groups.find(({ key }) => key === "ticker");
      if (old) {
        assert.equal(ticker, undefined, "the age says so");
        continue;
      }
      const { texts, shapes } = placed(ticker?.items ?? []);
      assert.ok(texts.every(({ size }) => size >= height * 0.022 * 0.999) && shapes.length > 0);
      assert.deepEqual(texts.filter(({ x, y, w, h }) => x < 0 || x + w > across || y < 0 || y + h > down), []);
      assert.deepEqual(texts.filter(({ text }) => text.includes("…")), []);
      const room = bounds(ticker?.items ?? []);
      assert.ok(area && Math.abs(area.y + area.h - room.y) < 1e-6 && area.h > down * 0.55);
      const foot = bounds(groups.find(({ key }) => key === "foot")?.items ?? []);
      assert.ok(room.y + room.h <= foot.y + 1, `${room.y + room.h} ${foot.y}`);
    }
  });
}

test("with nothing to say of it, or of a cluster that is not there, its picture has all the room", () => {
  for (const single of ["c0", "c99"]) {
    const { groups } = boardOf(wall(2, ["healthy"]), options(1920, 1080, { single }));
    assert.equal(groups.find(({ key }) => key === "ticker"), undefined);
  }
});

/** @param {number} count @param {string} because */
function troubled(count, because) {
  const made = cluster(1, "down");
  made.card.trouble = Array.from({ length: count }, (_, at) => ({ title: `node-${at}`, state: "down", because, since: NOW }));
  return toldOf(made, NOW, false);
}

test("what needs attention stands in the largest type in which all has room, by its first sentences if need be, else in turn by the clock, each entry whole", () => {
  const few = tickerOf(troubled(2, "Brief."), 1800, 20, false, NOW);
  assert.deepEqual([few?.rows.map(({ lines }) => lines.join(" ")), few?.note, few?.type], [["node-0: Brief.", "node-1: Brief."], "and 31 more", 28]);
  const told = tickerOf(troubled(3, `No heartbeat for 31 s. ${"And more. ".repeat(20)}`.trim()), 1800, 20, false, NOW);
  assert.deepEqual(told?.rows.map(({ lines }) => lines.join(" ").replace(/\u00a0/g, " ")), [0, 1, 2].map((at) => `node-${at}: No heartbeat for 31 s.`));
  const long = "No heartbeat for 31 s of a 40 s lease, and its condition Ready is unknown, and so on, ".repeat(4).trim();
  const begun = Math.ceil(NOW / 24) * 24;
  const turns = [0, 7.9, 8, 16, 24].map((after) => tickerOf(troubled(3, long), 1800, 20, false, begun + after));
  assert.deepEqual(turns.map((one) => one?.rows[0]?.lines[0]?.slice(0, 6)), ["node-0", "node-0", "node-1", "node-2", "node-0"]);
  assert.deepEqual(turns.map((one) => one?.note.replace(/\u00a0/g, " ")), ["1 of 3", "1 of 3", "2 of 3", "3 of 3", "1 of 3"].map((one) => `${one} · and 31 more`));
  assert.equal(new Set(turns.map((one) => one?.high)).size, 1, "the picture keeps its size");
});

test("the wall of one cluster tells all that is wrong with it, one after the other, while its card tells the worst", () => {
  const scene = wall(2, ["healthy", "down"]);
  const sick = scene.clusters[1];
  assert.ok(sick);
  const names = Array.from({ length: 20 }, (_, at) => `node-${at}`);
  sick.card.trouble = [];
  sick.card.more = 31;
  sick.further = names.map((title) => ({ title, state: "down", because: `No heartbeat for ⟨a:${NOW - 100}⟩ of a 40 s lease.`, since: NOW - 100 }));
  /** @type {Set<string>} */ const seen = new Set();
  /** @type {Set<number>} */ const high = new Set();
  for (let after = 0; after < 240; after += 8) {
    [sick.pulse, sick.heard] = [NOW + after, NOW + after];
    const { groups, area } = boardOf(scene, options(1920, 1080, { single: "c1", now: NOW + after }));
    const told = placed(groups.find(({ key }) => key === "ticker")?.items ?? []).texts.map(({ text }) => text).join(" ");
    for (const name of names) if (told.includes(`${name}:`)) seen.add(name);
    assert.match(told, /and 11 more/);
    high.add(area?.h ?? 0);
  }
  assert.deepEqual([...seen].sort(), [...names].sort());
  assert.equal(high.size, 1, "the picture keeps its size");
  const card = placed(boardOf(scene, options(1920, 1080)).groups.find(({ key }) => key === "card:c1")?.items ?? []).texts;
  assert.deepEqual(card.filter(({ text }) => text.includes("node-")), []);
});

test("an entry that has no room whole is told by its first sentence, else by its title, which may break", () => {
  const lines = (/** @type {number} */ room) => tickerOf(troubled(1, "word ".repeat(60).trim()), room, 20, false, NOW)?.rows[0]?.lines;
  assert.deepEqual([lines(300), lines(100)], [["node-0"], ["node-", "0"]]);
  const first = tickerOf(troubled(1, `Its lease is old. ${"word ".repeat(60)}`.trim()), 300, 20, false, NOW);
  assert.equal(first?.rows[0]?.lines.join(" "), "node-0: Its lease is old.");
});

test("a cluster that somebody has acknowledged says by whom", () => {
  assert.equal(tickerOf({ ...troubled(1, "Brief."), acknowledged: "ada" }, 1800, 20, true, NOW)?.note, "and 31 more · acknowledged by ada");
});

test("the sick come first, and larger than the others where room is short", () => {
  const boxes = boxesOf(30, 3, 1900, 900, 10);
  assert.equal(boxes.length, 30);
  assert.ok(boxes.slice(0, 3).every((box) => box.large) && !boxes.slice(3).some((box) => box.large));
  assert.ok((boxes[0]?.w ?? 0) > 1.9 * (boxes[5]?.w ?? Infinity) && boxes[0]?.y === 0);
  const few = boxesOf(3, 1, 1900, 900, 10);
  assert.ok(few.every((box) => box.w === few[0]?.w));
  const sick = boxesOf(30, 30, 1900, 900, 10);
  assert.ok(sick.every((box) => box.w === sick[0]?.w));
});

test("one cluster has all the room, and on an upright screen a few stand below each other", () => {
  assert.deepEqual(boxesOf(1, 1, 1900, 900, 10), [{ x: 0, y: 0, w: 1900, h: 900, large: false }]);
  assert.deepEqual(boxesOf(3, 0, 1000, 1700, 10).map(({ x, y }) => [x, Math.round(y)]), [[0, 0], [0, 570], [0, 1140]]);
});

test("of more clusters than can be read the sick are shown, and the rest is counted with how it is", () => {
  const { groups, cards } = boardOf(wall(200, MIXES["some"] ?? []), options(1920, 1080));
  assert.equal(cards.length, 200);
  assert.equal(groups.filter(({ key }) => key.startsWith("card:")).length, 59);
  const words = placed(groups.find(({ key }) => key === "more")?.items ?? []).texts.map(({ text }) => text);
  assert.deepEqual(words, ["141 more", "8 unknown"]);
  assert.deepEqual(wrongOf(200), []);
});

/** @param {number} count */
function wrongOf(count) {
  return SCREENS.flatMap((screen) => wrong(count, "calm", screen));
}

test("of none it is said that there is none", () => {
  const words = placed(boardOf(wall(0, ["healthy"]), options(1920, 1080)).groups.flatMap(({ items }) => items)).texts.map(({ text }) => text);
  assert.ok(words.includes("No cluster is watched here.") && words.includes("no clusters"));
});

test("a change is announced for 20 s, and of several each for 5 s in turn, the worst first", () => {
  assert.equal(announced([], NOW), null);
  const one = [change(-1, 0)];
  assert.deepEqual([0, 19.9, 20].map((after) => announced(one, NOW + after)?.slug), ["c0", "c0", undefined]);
  assert.match(announced(one, NOW)?.because ?? "", /for 1\u00a0min\u00a040\u00a0s of/);
  const turns = [change(-1, 0, "degraded"), change(-1, 1, "down")];
  const begun = Math.ceil(NOW / 10) * 10;
  assert.deepEqual([0, 4.9, 5, 9.9].map((after) => announced(turns, begun + after)?.slug), ["c1", "c1", "c0", "c0"]);
});

test("what nobody vouches for is unknown with what was, its ages stand still, and no count is told", () => {
  const late = toldOf({ ...cluster(0, "down"), pulse: NOW - 60 }, NOW, false);
  assert.deepEqual([late.worst, late.ground.headline, late.count, late.status.words, late.troubles], ["unknown", "unknown (was down)", "–", "not seen for 1\u00a0min", []]);
  const frozen = toldOf(cluster(0), NOW, true);
  assert.deepEqual([frozen.sky.headline, frozen.status.words], ["unknown (was healthy)", "not live"]);
  assert.match(toldOf(cluster(0, "down"), NOW, false).ground.headline, /no heartbeat for 1\u00a0min\u00a040\u00a0s of a/);
});

test("days without an incident count from its end, or from when watching began", () => {
  const one = cluster(0);
  assert.equal(calmOf(one, NOW), "12 days without an incident");
  assert.equal(calmOf({ ...one, calm: null, watched: NOW - 86_400 }, NOW), "1 day without an incident");
  assert.equal(calmOf({ ...one, calm: NOW - 7300 }, NOW), "no incident for 2\u00a0h");
  assert.equal(calmOf({ ...one, open: true }, NOW), "an incident goes on");
  // What is wrong and on no record is no calm either.
  const ill = { ...cluster(1, "degraded"), open: false };
  assert.deepEqual([calmOf(ill, NOW), calmOfAll([one, ill], NOW)], ["", ""]);
  assert.equal(calmOf({ ...one, calm: null, watched: null }, NOW), "");
  assert.equal(calmOfAll([one, { ...one, calm: NOW - 2 * 86_400 }], NOW), "2 days since the last incident");
  assert.equal(calmOfAll([one, { ...one, calm: NOW - 7300 }], NOW), "the last incident was 2\u00a0h ago");
  assert.equal(calmOfAll([{ ...one, calm: null }], NOW), "no incident in 30 days on record");
  assert.deepEqual([[one, { ...one, open: true }], [{ ...one, open: true }, { ...one, open: true }], []].map((all) => calmOfAll(all, NOW)),
    ["an incident goes on", "incidents go on in 2 clusters", ""]);
});

test("a ribbon never runs on where nobody watched, and of two states in a step shows the worse", () => {
  assert.deepEqual(stepsOf([], 0, 960), [{ from: 0, to: 1, state: "" }]);
  assert.deepEqual(stepsOf([[480, "healthy"]], 0, 960), [{ from: 0, to: 0.5, state: "" }, { from: 0.5, to: 1, state: "healthy" }]);
  assert.deepEqual(stepsOf([[0, "healthy"], [484, "down"], [485, "healthy"]], 0, 960).map(({ state }) => state), ["healthy", "down", "healthy"]);
  assert.deepEqual(stepsOf([[0, "healthy"], [480, ""], [490, "healthy"]], 0, 960).map(({ state }) => state), ["healthy", "", "healthy"]);
});

test("a ribbon goes on to now: into the state of now, or into nothing since the last pulse of what is late", () => {
  const one = { ...cluster(0), sky: [[NOW - 900, "healthy"]] };
  const late = toldOf(/** @type {Cluster} */ ({ ...one, pulse: NOW - 60 }), NOW, false).ribbons?.[0];
  assert.deepEqual(late, [[NOW - 900, "healthy"], [NOW - 60, ""]]);
  const turned = { ...one, card: { ...one.card, control: { ...one.card.control, state: "down", since: NOW - 5 } } };
  assert.deepEqual(toldOf(/** @type {Cluster} */ (turned), NOW, false).ribbons?.[0], [[NOW - 900, "healthy"], [NOW - 5, "down"]]);
  assert.equal(toldOf(/** @type {Cluster} */ ({ ...one, sky: null }), NOW, false).ribbons, null);
});

test("lines are whole or none; a name breaks where it is divided, and is cut only in its middle", () => {
  assert.equal(wrapped("one sentence that is too long", 20, 100, 2), null);
  assert.deepEqual(wrapped("two words", 20, 70, 2), ["two", "words"]);
  assert.deepEqual(nameLines("kube-production", 20, 120, 2, false), ["kube-", "production"]);
  const cut = nameLines("arn:aws:eks:eu-central-1:123456789012:cluster/payments", 20, 120, 2, true);
  assert.ok(cut?.length === 2 && /^…/.test(cut[1] ?? "") && /payments$/.test(cut[1] ?? ""));
});

test("the document is the marks, and names the sick for who does not see it", () => {
  const svg = draw(JSON.stringify(wall(3, ["down", "healthy"])), JSON.stringify(options(1280, 720)));
  assert.match(svg, /^<svg [^>]*width="1280" height="720" viewBox="0 0 1280 720"/);
  assert.match(svg, /<desc>3 clusters\. prod-eu-1, live: control plane kube-scheduler is degraded/);
  assert.equal(svg.match(/data-card=/g)?.length, 3);
});

test("what was worked out is kept for those who ask again, and bounded", () => {
  /** @type {Remembered<number>} */
  const kept = new Remembered(2);
  let made = 0;
  const make = () => ++made;
  assert.deepEqual(["a", "b", "a", "c", "a", "b"].map((key) => kept.get(key, make)), [1, 2, 1, 3, 1, 4]);
  assert.equal(kept.size, 2);
});

test("a card with no room for how old it is shows its shapes, and nothing lies over them", () => {
  const frozen = options(1080, 1920, { frozen: true, now: NOW + 250, around: around({ next: "", old: "4 min old", why: "Planewatch does not answer. Trying again in 9 s." }) });
  for (const { key, items } of boardOf(wall(12, ["down", "healthy"]), frozen).groups) {
    if (!key.startsWith("card:")) continue;
    const { texts, shapes } = placed(items);
    const all = [...texts, ...shapes];
    for (const [at, one] of all.entries()) {
      for (const other of all.slice(at + 1)) assert.ok(!overlap(one, other), `${key}: “${one.text}” lies over “${other.text}”`);
    }
    assert.equal(shapes.length, 2, key);
  }
});

test("small cards beside large ones are as wide as a short name, or all are of one size", () => {
  const wide = boxesOf(12, 4, 1040, 1350, 12);
  assert.ok(wide.some(({ large }) => large));
  assert.deepEqual(boxesOf(12, 4, 1040, 1350, 12, 8 * 42).filter(({ large }) => large), []);
});

test("the line of life grows with the seconds of each minute, over the whole width, and is grey while nothing comes", () => {
  /** @param {number} now @param {Partial<Options>} [changes] */
  const life = (now, changes = {}) => boardOf(wall(2, ["healthy"]), options(1920, 1080, { now, ...changes })).groups.find(({ key }) => key === "life")?.items[0];
  const begun = Math.ceil(NOW / 60) * 60;
  const lines = Array.from({ length: 60 }, (_, second) => life(begun + second));
  const wide = lines.map((one) => (one?.mark === "rect" ? one.w : NaN));
  assert.ok(wide.every((one, at) => at === 0 || one > (wide[at - 1] ?? NaN)), String(wide));
  assert.deepEqual([wide[0], wide[59]], [0, 1920]);
  const colours = [life(begun), life(begun, { frozen: true }), life(begun, { around: around({ old: "4 min old" }) })].map((one) => (one?.mark === "rect" ? one.look.fill : ""));
  assert.equal(colours[1], colours[2]);
  assert.notEqual(colours[0], colours[1]);
});

test("on a strip, too, nothing of the head lies over anything else, nor beyond the screen", () => {
  for (const [width, height] of /** @type {const} */ ([[100, 2000], [60, 800], [240, 1920]])) {
    for (const count of [1, 12, 100]) {
      const head = boardOf(wall(count, MIXES["some"] ?? []), options(width, height)).groups.find(({ key }) => key === "head");
      const { texts } = placed(head?.items ?? []);
      assert.ok(texts.length > 1);
      for (const [at, one] of texts.entries()) {
        assert.ok(one.x >= 0 && one.x + one.w <= width, `${width} × ${height}, ${count}: “${one.text}” is cut`);
        for (const other of texts.slice(at + 1)) assert.ok(!overlap(one, other), `${width} × ${height}, ${count}: “${one.text}” lies over “${other.text}”`);
      }
    }
  }
});
