import assert from "node:assert/strict";
import { test } from "node:test";
import { groundArrows, quality, skyArrows } from "../../static/js/scene/arrows.js";
import { barOf } from "../../static/js/scene/apibar.js";
import { cardOf, lineOf } from "../../static/js/scene/component.js";
import { captionOf, groundNotice } from "../../static/js/scene/ground.js";
import { freshWords, pillsOf, textsAt } from "../../static/js/scene/header.js";
import { fitting, shortNames } from "../../static/js/scene/instances.js";
import { nodeCardOf, nodeSentence } from "../../static/js/scene/node.js";
import { notice } from "../../static/js/scene/notice.js";
import { noChanges, railOf } from "../../static/js/scene/rail.js";
import { skyOf } from "../../static/js/scene/sky.js";
import { plan } from "../../static/js/layout.js";
import { FIGURES } from "../../static/js/registry.js";
import { Picture } from "../../static/js/store.js";
import { component, node, snapshot } from "./snapshots.js";

/** @typedef {import("../../static/js/freshness.js").Freshness} Freshness */
/** @typedef {import("../../static/js/wire-types.js").InstanceRow} InstanceRow */
/** @typedef {import("../../static/js/wire-types.js").NodeValues} NodeValues */

const NOW = 1000;
const DOWN = 2;

/** @param {string} name @param {Partial<InstanceRow>} [changes] @returns {InstanceRow} */
const instance = (name, changes = {}) => ({ name, host: name, leader: false, state: "healthy", because: "", version: "", restarts: null, own: null, ...changes });
/** @param {number} count @param {Record<number, Partial<InstanceRow>>} [changes] */
const instances = (count, changes = {}) => Array.from({ length: count }, (_, at) => instance(`m${at + 1}`, changes[at + 1] ?? {}));
/** @param {NodeValues[]} nodes @param {ReturnType<typeof component>[]} components @param {object} [changes] */
const picture = (nodes, components, changes = {}) => new Picture(snapshot(nodes, { components, ...changes }));
/** @param {Partial<Freshness>} [changes] @returns {Freshness} */
const fresh = (changes = {}) => ({ kind: "live", age: 0.3, since: NOW, why: "", retry: null, ...changes });
const clock = () => "12:00:00";

/** @param {InstanceRow[]} rows @param {number} room */
function seats(rows, room) {
  const { shown, rest } = fitting(rows, room);
  return [shown.map(({ name }) => name).join(" "), rest.count, rest.state];
}

test("all that fit stand in the order in which they came, whatever their state", () => {
  assert.deepEqual(seats(instances(7, { 7: { state: "down" }, 3: { leader: true } }), 9), ["m1 m2 m3 m4 m5 m6 m7", 0, "healthy"]);
});

test("of more than fit, whoever is not well and the leader come before who is well", () => {
  const rows = instances(12, { 11: { state: "down" }, 10: { state: "degraded" }, 12: { leader: true } });
  assert.deepEqual(seats(rows, 5), ["m11 m10 m12 m1", 8, "healthy"]);
});

test("the leader is shown however many are down, and the rest tells the worst of them", () => {
  const ill = Object.fromEntries([1, 2, 3, 4, 5, 6].map((at) => [at, { state: "down" }]));
  assert.deepEqual(seats(instances(7, { ...ill, 7: { leader: true } }), 4), ["m1 m2 m7", 4, "down"]);
  assert.deepEqual(seats(instances(7, { ...ill, 6: { state: "down", leader: true } }), 4), ["m1 m2 m6", 4, "down"]);
  assert.deepEqual(seats(instances(3), 1), ["", 3, "healthy"]);
});

test("names lose the domain that all of them share, and nothing else", () => {
  /** @param {string[]} names */
  const short = (...names) => [...shortNames(names.map((name) => instance(name))).values()];
  assert.deepEqual(short("ip-1.a.internal", "ip-2.a.internal"), ["ip-1", "ip-2"]);
  assert.deepEqual(short("ip-1.a.internal", "ip-2.b.internal"), ["ip-1.a", "ip-2.b"]);
  assert.deepEqual(short("a", "b"), ["a", "b"]);
});

test("a card says why it is not well, with what was known last", () => {
  assert.equal(lineOf(component("etcd", { line: "stored ⟨a:990⟩ ago", because: "no" }), NOW, false), "stored 10 s ago");
  assert.equal(lineOf(component("etcd", { state: "down", because: "It is away." }), NOW, false), "It is away.");
  assert.equal(lineOf(component("etcd", { state: "unknown", because: "Not heard.", last: "healthy" }), NOW, false), "Not heard. Last known: healthy.");
});

test("a store without visible members says so; what cannot be seen at all does not say it twice", () => {
  const told = picture([], [component("etcd")]);
  assert.equal(cardOf(component("etcd"), told.series, NOW, false).absent, "its members are not visible from here");
  assert.equal(cardOf(component("etcd", { state: "not_observable" }), told.series, NOW, false).absent, "");
});

test("an arrow is as well as the worse of its two ends", () => {
  assert.deepEqual([quality("healthy", "degraded"), quality("down", "unknown"), quality("unknown", "healthy")], ["well", "broken", "hidden"]);
  assert.equal(quality("down", "not_observable"), "hidden");
  const told = picture([], [component("etcd", { state: "down" }), component("kube-scheduler"), component("kube-apiserver")]);
  assert.deepEqual(
    skyArrows(skyOf(told, NOW).cards, told).map(({ from, to, state }) => `${from} > ${to} ${state}`),
    ["kube-apiserver > etcd broken", "kube-scheduler > kube-apiserver well"],
  );
});

test("the kubelets of a group call as long as one of them does", () => {
  /** @param {number[]} kubelets */
  const arrow = (...kubelets) => {
    const told = picture(kubelets.map((kubelet, at) => node(`n${at}`, { kubelet, state: kubelet })), [component("kube-apiserver")]);
    const { zones } = plan([{ key: "a", rows: kubelets.map((_, at) => at) }], { width: 1000, height: 500, unit: 1 });
    return groundArrows(zones, told, "zone").map(({ arrow: { words } }) => words).join();
  };
  assert.equal(arrow(DOWN, DOWN), "a calls kube-apiserver: broken");
  assert.equal(arrow(DOWN, 0), "a calls kube-apiserver: well");
  assert.equal(arrow(DOWN, 3), "a calls kube-apiserver: cannot be known");
});

test("more groups than one can follow have no arrows, and only those along the horizon have one", () => {
  const rows = Array.from({ length: 26 }, (_, at) => node(`n${at}`, { zone: `z${at % 13}` }));
  const told = picture(rows, [component("kube-apiserver")]);
  const { zones } = plan(rows.slice(0, 13).map((_, at) => ({ key: `z${at}`, rows: [at] })), { width: 600, height: 800, unit: 1 });
  const arrows = groundArrows(zones, told, "zone");
  assert.ok(arrows.length > 0 && arrows.length < 13 && arrows.every(({ zone }) => zone.line === 0));
  assert.equal(groundArrows(zones.map((zone) => ({ ...zone, line: 0 })), told, "zone").length, 0);
});

test("parts of one process are one card, apart from those that can be told", () => {
  /** @type {Partial<import("../../static/js/wire-types.js").ComponentRow>} */
  const hidden = { state: "not_observable", because: "inside" };
  const rows = [component("etcd"), component("kube-controller-manager", hidden), component("kube-scheduler", hidden), component("kube-apiserver")];
  const told = picture([], rows);
  told.cluster = { ...told.cluster, distribution: "k3s" };
  const { cards } = skyOf(told, NOW);
  assert.deepEqual(cards.map(({ title, parts }) => [title, parts.length]), [["etcd", 0], ["k3s process", 2]]);
  assert.deepEqual(cards[1]?.lines, ["inside"]);
});

test("the bar tells its checks as good as they are, and why it is not well", () => {
  const row = component("kube-apiserver", { state: "degraded", because: "No.", facts: { livez: "3/3", readyz: "2/3", version: "v1", "requests/s": "7", odd: "1 x" } });
  const bar = barOf(row, picture([], [row]), NOW);
  assert.deepEqual(bar.checks.map(({ words, passes }) => `${words} ${passes}`), ["livez 3/3 true", "readyz 2/3 false"]);
  assert.deepEqual(bar.figures.map(({ name, large, small }) => `${name} ${large} ${small}`), ["requests 7 /s", "odd 1 x"]);
  assert.equal(bar.line, "No.");
  assert.equal(bar.hidden, "its instances are not visible from here");
});

test("a node is told as a card and as a sentence", () => {
  const told = picture([node("n1", { state: DOWN, kubelet: DOWN, because: "silent for ⟨a:990⟩", cp: 1, cordoned: 1 })], []);
  const card = nodeCardOf(told, 0, NOW);
  assert.deepEqual([card.state, card.role, card.because], ["down", "control plane · cordoned", "silent for 10 s"]);
  assert.deepEqual(card.usages.map(({ label, value }) => `${label} ${value}`), ["pods 10 / 110", "cpu 50 %"]);
  assert.equal(nodeSentence(told, 0, NOW), "n1, down, silent for 10 s, kubelet down");
  const well = picture([node("n1")], []);
  well.beats = { n1: NOW - 2 };
  assert.equal(nodeCardOf(well, 0, NOW).agents[0]?.said, "heartbeat 2 s ago");
});

test("the rail counts what it does not list, and says when nothing needs attention", () => {
  const row = { key: "", kind: "Node", name: "n", title: "n", state: "down", because: "", since: 990, count: 1, agents: {}, names: [] };
  const many = railOf(picture([], [], { attention: Array.from({ length: 43 }, () => row) }), NOW, false);
  assert.deepEqual([many.title, many.entries.length, many.more, many.entries[0]?.age], ["Needs attention · 43", 40, 3, "10 s"]);
  assert.equal(railOf(picture([], []), NOW, false).nothing, "Nothing is listed.");
});

test("of the past it tells the first changes after the moment, the nearest last, and of the present none", () => {
  const change = (/** @type {string} */ subject, /** @type {number} */ at, group = "") => ({
    subject_kind: "Node", subject, agent: "", before: "healthy", after: "down", because: "Silent.", at, group, more: 0, more_from: null, about: "", led: null,
  });
  const after = [change("f", 60), change("e", 50, "g"), change("d", 40), change("c", 30), change("b", 20, "g"), change("a", 10)];
  const past = { watched: true, previous: null, following: 10, after };
  const told = railOf(picture([], [], { past }), NOW, false);
  assert.equal(told.past, true);
  assert.deepEqual(told.after.map((one) => [one.who, one.from]), [["c", 30], ["b, e", 20], ["a", 10]]);
  const present = railOf(picture([], []), NOW, false);
  assert.deepEqual([present.past, present.after], [false, []]);
});

test("the header says the word where a reason would not fit, and how fresh the picture is", () => {
  /** @type {import("../../static/js/wire-types.js").PlaneRow} */
  const long = { state: "down", because: `${"x".repeat(60)}.`, since: 0, last: "" };
  const told = picture([], []);
  told.cluster = { ...told.cluster, control: long, data: { ...long, because: "3 of 9 nodes; and more than there is any room for here" } };
  assert.deepEqual(pillsOf(told, NOW, false).map(({ said }) => said), ["down", "3 of 9 nodes"]);
  assert.equal(freshWords(fresh()).words, "live · 0.3 s ago");
  assert.equal(freshWords(fresh(), true).words, "live when taken · 0.3 s old");
  assert.equal(freshWords(fresh({ kind: "late", age: 134, since: 866, why: "collector" }), true).words, "not live · 2 min 14 s old");
  assert.equal(freshWords(fresh({ kind: "waiting", since: null }), true).words, "not live");
  assert.equal(freshWords(fresh({ kind: "waiting", since: null })).words, "connecting …");
  assert.equal(freshWords(fresh({ kind: "waiting", since: null }), false, true).words, "not seen yet");
});

test("what nobody vouches for is unknown, with its last known state, in the pills and in the rail", () => {
  /** @typedef {import("../../static/js/states.js").State} State */
  /** @param {State} state @param {string} [last] */
  const plane = (state, last = "") => ({ state, because: "every component is healthy", since: 0, last });
  const told = picture([], []);
  /** @param {State} control @param {State} data @param {string} [last] */
  const pills = (control, data, last) => {
    told.cluster = { ...told.cluster, control: plane(control), data: plane(data, last) };
    return pillsOf(told, NOW, true).map(({ state, said, last: known, title }) => [state, said, known, title]);
  };
  assert.deepEqual(pills("healthy", "down"), [
    ["unknown", "unknown", "(was healthy)", "unknown (was healthy)"], ["unknown", "unknown", "(was down)", "unknown (was down)"],
  ]);
  assert.deepEqual(pills("not_observable", "unknown", "degraded"), [
    ["unknown", "unknown", "", "unknown"], ["unknown", "unknown", "(was degraded)", "unknown (was degraded)"],
  ]);
  told.cluster = { ...told.cluster, control: plane("healthy"), data: plane("healthy") };
  const { title, nothing, well } = railOf(told, NOW, true);
  assert.deepEqual([title, nothing, well], ["Last known to need attention", "Nothing needed attention.", false]);
  assert.equal(railOf(told, NOW, false).well, true);
});

test("while nobody vouches for a picture every sentence is told as what was true then", () => {
  const entry = { key: "k", kind: "Component", name: "etcd", title: "etcd", state: "down", because: "silent for ⟨a:990⟩", since: 990, count: 1, agents: {}, names: [] };
  const server = component("kube-apiserver", { state: "down", because: "It refuses.", instances: instances(1, { 1: { state: "down", because: "It is away." } }) });
  const parts = [component("etcd", { line: "all well" }), server, component("dns", { plane: "addon", state: "down", because: "No pod." })];
  const agent = component("kubelet", { plane: "data", state: "down", because: "All silent for ⟨a:990⟩." });
  const told = picture([node("n1", { state: DOWN, because: "No heartbeat." })], [...parts, agent], { attention: [entry] });
  const said = () => {
    const { cards, bar, addons } = skyOf(told, NOW);
    const sky = [...cards.flatMap(({ lines }) => lines), bar?.line, ...(bar?.servers ?? []).map((one) => one.said), ...addons.map(({ line }) => line)];
    const rest = [railOf(told, NOW, told.blind).entries[0]?.because, captionOf(told, NOW).agents[0]?.because, nodeCardOf(told, 0, NOW).because];
    return [...sky, ...rest];
  };
  const live = said();
  assert.deepEqual(live, ["all well", "It refuses.", "It is away.", "No pod.", "silent for 10 s", "All silent for 10 s.", "No heartbeat."]);
  assert.match(nodeSentence(told, 0, NOW), /^n1, down, No heartbeat/);
  told.blind = true;
  assert.deepEqual(said(), live.map((one) => `When last seen: ${one}`));
  assert.match(nodeSentence(told, 0, NOW), /^n1, unknown \(was down\), When last seen: No heartbeat/);
  const hidden = component("kubelet", { plane: "data", state: "unknown", because: "Nodes cannot be seen." });
  const empty = picture([], [hidden]);
  empty.blind = true;
  assert.deepEqual(groundNotice(empty, NOW)?.lines, ["When last seen: Nodes cannot be seen."]);
});

test("texts that nobody confirms stand still; those of a cluster that does not answer run", () => {
  assert.equal(textsAt(fresh({ kind: "late", since: 900, why: "collector" }), NOW), 900);
  assert.equal(textsAt(fresh({ kind: "late", since: 900, why: "cluster" }), NOW), NOW);
});

test("what is old says its age, and what cannot be seen says why", () => {
  const told = picture([node("n1")], [component("kube-apiserver", { state: "down" })]);
  assert.equal(notice(told, fresh(), NOW, clock), null);
  const late = notice(told, fresh({ kind: "late", why: "cluster", age: 134, since: 866 }), NOW, clock);
  assert.deepEqual([late?.title, late?.state, late?.lines], ["2 min 14 s old", "down", ["The API server has not answered since 12:00:00.", "This is the last picture."]]);
  assert.equal(notice(told, fresh({ kind: "late", why: "collector", since: null, age: 0 }), NOW, clock)?.title, "Not live");
  const empty = picture([], []);
  assert.equal(notice(empty, fresh(), NOW, clock)?.title, "Waiting for the first list");
  empty.cluster = { ...empty.cluster, fault: { kind: "refused", message: "Refused", remedy: "Look", since: 0 } };
  assert.deepEqual(notice(empty, fresh(), NOW, clock)?.lines, ["Refused.", "Look."]);
  const never = picture([], []);
  never.cluster = { ...never.cluster, heard_at: null };
  for (const why of /** @type {const} */ (["socket", "server", "clocks"])) {
    const said = notice(never, fresh({ kind: "late", why, age: 60, since: why === "clocks" ? null : 940 }), NOW, clock);
    assert.deepEqual([said?.title, said?.lines.at(-1)], ["Not live", "Nothing of this cluster has been seen yet."], why);
  }
  assert.deepEqual(notice(never, fresh({ kind: "late", why: "cluster", since: null }), NOW, clock)?.lines, ["Its API server has not answered yet."]);
  const blank = picture([], []);
  for (const why of /** @type {const} */ (["socket", "server", "collector"])) {
    const said = notice(blank, fresh({ kind: "late", why, age: 60, since: 940 }), NOW, clock);
    assert.deepEqual([said?.title, said?.lines.at(-1)], ["1 min old", "This is the last picture."], "it answered, and there was nothing in it");
  }
  assert.equal(notice(null, fresh({ why: "signed out" }), NOW, clock)?.link, "signin");
});

test("an empty ground says whether nodes are hidden or not there", () => {
  const told = picture([], [component("etcd")]);
  assert.equal(groundNotice(told, NOW)?.title, "No nodes yet");
  const { cluster } = told;
  told.cluster = { ...cluster, heard_at: null };
  assert.equal(groundNotice(told, NOW)?.title, "No node has been seen", "of a cluster that was never reached nothing is there");
  assert.match(groundNotice(told, NOW)?.lines[0] ?? "", /not answered yet/);
  told.cluster = { ...cluster, heard_at: null, fault: { kind: "credentials", message: "Not watched", remedy: "Put a command into the file", since: 0 } };
  assert.deepEqual(groundNotice(told, NOW)?.lines, ["Planewatch has had no credentials for the API server.", "Put a command into the file."], "nothing was asked of it, so no answer is awaited");
  told.cluster = cluster;
  told.cluster = { ...told.cluster, missing: [{ kind: "forbidden", message: "The user may not list nodes", remedy: "Grant it", since: 0 }] };
  assert.equal(groundNotice(told, NOW)?.title, "Nodes may not be read");
  assert.equal(groundNotice(picture([node("n")], [component("etcd")]), NOW), null);
  const waits = component("kubelet", { plane: "data", state: "unknown", because: "Nodes cannot be read: waiting for the first answer." });
  assert.deepEqual(groundNotice(picture([], [waits]), NOW), { title: "No node has been seen", lines: [waits.because] });
  const none = component("kubelet", { plane: "data", state: "not_observable", because: "There are no nodes." });
  assert.equal(groundNotice(picture([], [none]), NOW)?.title, "No nodes yet");
  const unlisted = picture([node("n", { pods: 0 })], []);
  assert.deepEqual(nodeCardOf(unlisted, 0, NOW).usages.map(({ label }) => label), ["cpu"], "its pods are still being listed");
  unlisted.cluster = { ...unlisted.cluster, pods: 9 };
  assert.deepEqual(nodeCardOf(unlisted, 0, NOW).usages.map(({ value }) => value), ["0 / 110", "50 %"]);
  assert.equal(captionOf(picture([node("n")], [component("kubelet", { plane: "data" })]), NOW).size, "1 node", "its pods are still being listed");
});

test("where nothing has changed, it is said since when, and that watching began then only while that would be remembered", () => {
  /** @param {number} age */
  const said = (age) => {
    const told = railOf(picture([], [component("dns", { since: NOW - age }), component("etcd", { since: NOW - age / 2 })]), NOW, false);
    assert.equal(told.unchangedSince, NOW - age);
    return noChanges(told.unchangedSince, NOW, clock);
  };
  assert.equal(said(60), "No changes since watching began at 12:00:00.");
  assert.equal(said(30 * 86_400), "No changes since 12:00:00.");
  assert.equal(noChanges(railOf(picture([], []), NOW, false).unchangedSince ?? NaN, NOW, clock), "No changes have been seen yet.");
});

/** @param {number} at @param {number | null} p99 @returns {import("../../static/js/wire-types.js").SampleRow} */
const scraped = (at, p99) => [at, ...FIGURES.map(({ key }) => (key === "p99" ? p99 : null))];

test("an API server shows its own figures while they are of now, and says in its title why not", () => {
  const own = { facts: { p99: "38 ms", "5xx": "0.4 %", "in flight": "5" }, at: NOW - 100, samples: [scraped(NOW - 400, 0.03), scraped(NOW - 100, 0.038)], untold: "" };
  const untold = { facts: {}, at: null, samples: [], untold: "No scrape has reached it yet." };
  const rows = instances(3, { 1: { own }, 2: { own: { ...own, at: NOW - 311 } }, 3: { own: untold } });
  const { bar } = skyOf(picture([], [component("kube-apiserver", { instances: rows })]), NOW);
  assert.deepEqual(bar?.servers.map((one) => one.own?.facts), [["p99 38 ms", "5xx 0.4 %", "5 in flight"], undefined, undefined]);
  assert.deepEqual(bar?.servers.map(({ title }) => title), [
    "m1 · healthy · p99 38 ms, 5xx 0.4 %, 5 in flight",
    "m2 · healthy · last scraped 5 min ago: p99 38 ms, 5xx 0.4 %, 5 in flight",
    "m3 · healthy · No scrape has reached it yet.",
  ]);
  // Scrapes that a balancer deals come seldom, and each covers what happened since the one before: 300 s apart is no gap here.
  assert.deepEqual(bar?.servers[0]?.own?.series.runs("p99").map((run) => run.length), [2]);
});
