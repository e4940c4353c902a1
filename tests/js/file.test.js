import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { draw, drawn } from "../../static/js/file/file.js";
import { faded, Palette } from "../../static/js/file/palette.js";
import { Sheet } from "../../static/js/file/sheet.js";
import { documentOf, escape, number } from "../../static/js/file/svg.js";
import { cut, cutFront, width, wrap } from "../../static/js/file/text.js";
import { stamp, utcWhen } from "../../static/js/file/time.js";
import { component, node, snapshot } from "./snapshots.js";

const css = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");
const OPTIONS = /** @type {const} */ ({ css, theme: "dark", width: 1920, height: 1080, group: "zone", sort: "name", now: 100.3, pulse: 100, heard: 100, beats: {} });

test("a coordinate is written to a tenth, and nothing is minus nothing", () => {
  assert.deepEqual([12, 12.54, 12.96, -0.04, -3.25].map(number), ["12", "12.5", "13", "0", "-3.2"]);
});

test("no text of a cluster's breaks out, breaks XML or turns the picture around", () => {
  assert.equal(escape('<a href="x">&\u0000\u202e\ud800b'), "&lt;a href=&quot;x&quot;&gt;&amp;\ufffd\ufffdb");
  assert.equal(escape("𝄞 – ok"), "𝄞 – ok");
});

test("a text that does not fit is cut at its end, or in front where names differ there", () => {
  assert.equal(cut("node-12", 13, 500), "node-12");
  assert.match(cut("a-rather-long-name-of-a-node", 13, 80), /^a-rat.*…$/);
  assert.match(cutFront("a-rather-long-name-of-a-node-7", 13, 80), /^….*node-7$/);
  assert.equal(cut("anything", 13, 1), "");
  assert.ok(width("WWW", 10) > width("iii", 10) && width("漢字", 10) > 19);
});

test("lines break between words, a number keeps its unit, and the last line is cut", () => {
  const lines = wrap("No heartbeat for 31 s; the lease allows 40 s and so on and so on", 13, 110, 3);
  assert.equal(lines.length, 3);
  assert.ok(lines.every((line) => width(line, 13) <= 110 && !/\d$/.test(line)));
  assert.match(lines[2] ?? "", /…$/);
  assert.ok(wrap("x".repeat(80), 13, 100, 9).length > 3);
});

test("moments are told in UTC", () => {
  assert.equal(stamp(1_795_448_530.3), "23 Nov 2026 15:42:10 UTC");
  assert.deepEqual([utcWhen(1_795_448_530, 1_795_448_600), utcWhen(1_795_000_000, 1_795_448_600)], ["15:42:10", "18 Nov"]);
});

test("colours are those of the page, and hardly any when late", () => {
  assert.equal(new Palette(css, "dark", false).state("healthy"), "#35c48f");
  assert.equal(new Palette(css, "light", false).word("not_observable"), "#4b576c");
  assert.equal(faded("#ff0000", 0, 1), "#363636");
  assert.throws(() => new Palette(css, "dark", false).of("nowhere"), /no colour --nowhere/);
});

test("a stroke lies inside its rectangle, and a list of marks is a document", () => {
  const sheet = new Sheet(new Palette(css, "dark", false));
  sheet.begin("a <title>", { part: "x" }, [1, 2]);
  sheet.rect(0, 0, 10, 10, { stroke: "#fff", line: 2 });
  sheet.text(1, 2, "", { size: 3, fill: "#fff" });
  sheet.end();
  const svg = documentOf(sheet.items, sheet.colours, { width: 1, height: 2, across: 1, down: 2, title: "t", words: "w" });
  assert.match(svg, /<g data-part="x" transform="translate\(1 2\)"><title>a &lt;title&gt;<\/title>\n<rect x="1" y="1" width="8" height="8" fill="none" stroke="#fff" stroke-width="2"\/>\n<\/g>/);
});

test("the same wire gives the same document, as text and as rows", () => {
  const told = snapshot([node("n1"), node("n2", { state: 2, because: "down" })], { components: [component("etcd"), component("kube-apiserver")] });
  const svg = drawn(told, { ...OPTIONS, beats: {} });
  assert.equal(svg, draw(JSON.stringify(told), JSON.stringify(OPTIONS)));
  assert.match(svg, /<desc>c, taken .* live when taken · 0\.3 s old\. 2 nodes: 1 down, 1 healthy\./);
  assert.match(svg, /data-part="node" data-state="down"><title>n2, down, down<\/title>/);
});

test("so many groups that their headings alone would fill the ground stand in one", () => {
  const nodes = Array.from({ length: 400 }, (_, at) => node(`n${at}`, { zone: `z${at}` }));
  const svg = drawn(snapshot(nodes, { components: [component("etcd")] }), { ...OPTIONS, width: 640, height: 480, beats: {} });
  assert.match(svg, /data-part="group" data-title="400 groups" data-nodes="400"/);
});

test("a server's own figures stand in its chip whole, as many as fit, and are never cut", () => {
  const facts = { p99: "999 ms", "5xx": "100.0 %", "in flight": "1,234" };
  const own = { facts, at: 95, samples: [], untold: "" };
  const server = (/** @type {string} */ name) => ({ name, host: name, leader: false, state: /** @type {const} */ ("healthy"), because: "", version: "v1.36.2", restarts: 0, own });
  const told = snapshot([node("n1")], { components: [component("kube-apiserver", { instances: ["cp-1", "cp-2", "cp-3"].map(server) })] });
  for (const width of [1280, 1440, 1920, 3840]) {
    const svg = drawn(told, { ...OPTIONS, width, beats: {} });
    const chips = [...svg.matchAll(/<g data-part="server"[\s\S]*?\n<\/g>/g)].map(([chip]) => chip.replace(/<title>.*<\/title>/, ""));
    assert.equal(chips.length, 3);
    for (const chip of chips) {
      assert.match(chip, /p99 999 ms/);
      assert.doesNotMatch(chip, /…/);
    }
  }
});

test("narrower than 640 pixels a file is one column as tall as it has to be, and no taller than it can be drawn", () => {
  /** @param {number} count @param {number} zones @param {number} width */
  const size = (count, zones, width) => {
    const nodes = Array.from({ length: count }, (_, at) => node(`n${at}`, { zone: `z${at % zones}` }));
    const svg = drawn(snapshot(nodes, { components: [component("etcd"), component("kube-apiserver")] }), { ...OPTIONS, width, beats: {} });
    assert.ok(svg.indexOf('data-part="card"') < svg.indexOf('data-part="bar"'));
    const [, across, down] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    return [Number(across), Number(down)];
  };
  const [few, many, scattered, thousands] = [size(3, 1, 390), size(120, 3, 390), size(320, 320, 639), size(5000, 3, 390)];
  assert.deepEqual([few, many, scattered, thousands].map(([across]) => across), [390, 390, 639, 390]);
  assert.ok((few?.[1] ?? 0) < (many?.[1] ?? 0));
  assert.ok((scattered?.[1] ?? 0) < 6500);
  assert.ok((thousands?.[1] ?? 0) < 2500);
  assert.deepEqual(size(3, 1, 640), [640, 1080]);
});

test("in one column that a picture is old is said before all else, whole, and covers nothing", () => {
  const told = snapshot([node("n1")], { components: [component("etcd")] });
  const svg = drawn(told, { ...OPTIONS, width: 390, now: 190.3, beats: {} });
  const said = /data-part="notice" data-kind="late">.*?<\/g>/s.exec(svg)?.[0] ?? "";
  assert.match(said, /1\u00a0min 30\u00a0s old|1 min 30 s old/);
  assert.doesNotMatch(said, /…/);
  assert.ok(svg.indexOf('data-part="notice"') < svg.indexOf('data-part="card"'));
});
