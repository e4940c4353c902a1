import assert from "node:assert/strict";
import { test } from "node:test";
import { Apart, apart, freshness, LATE_AFTER, ServerClock } from "../../static/js/freshness.js";

/** @typedef {import("../../static/js/freshness.js").Facts} Facts */

/** All is well at 1000. @param {Partial<Facts>} [changes] */
const facts = (changes = {}) =>
  /** @type {Facts} */ ({
    now: 1000, pulse: 999.5, heard: 999.2, pictured: 990, socket: "open", socketSince: 900, socketRetry: null, fault: "", retry: null, ...changes,
  });

test("live is told with the age of the API server's last answer", () => {
  const told = freshness(facts());
  assert.equal(told.kind, "live");
  assert.ok(Math.abs(told.age - 0.8) < 1e-9);
});

test("no pulse for 5 s: the collector is late, not before", () => {
  assert.equal(freshness(facts({ pulse: 1000 - LATE_AFTER, heard: 996 })).kind, "live");
  const told = freshness(facts({ pulse: 1000 - LATE_AFTER - 0.1, heard: 994.7 }));
  assert.deepEqual([told.kind, told.why, told.since], ["late", "collector", 994.7]);
});

test("pulses go on and the API server does not answer: the cluster is late, and it is said when it is asked again", () => {
  assert.equal(freshness(facts({ heard: 1000 - LATE_AFTER })).kind, "live");
  const told = freshness(facts({ heard: 866, retry: 1004 }));
  assert.deepEqual([told.kind, told.why, told.since, told.age, told.retry], ["late", "cluster", 866, 134, 1004]);
});

test("an API server that never answered has no age", () => {
  const told = freshness(facts({ heard: null }));
  assert.deepEqual([told.kind, told.why, told.since], ["late", "cluster", null]);
});

test("a socket that is closed is late at once, however fresh the last pulse", () => {
  const told = freshness(facts({ socket: "closed", socketSince: 999.9, socketRetry: 1003 }));
  assert.deepEqual([told.kind, told.why, told.retry], ["late", "socket", 1003]);
  assert.equal(freshness(facts({ socket: "offline" })).why, "offline");
});

test("a socket that has just opened waits for its first pulse, for as long as a picture may be late", () => {
  assert.equal(freshness(facts({ pulse: null, socketSince: 996 })).kind, "waiting");
  assert.deepEqual([freshness(facts({ pulse: null, socketSince: 994 })).kind, freshness(facts({ pulse: null, socketSince: 994 })).why], ["late", "collector"]);
});

test("nothing shown yet is waiting, or late when nobody is there", () => {
  assert.equal(freshness(facts({ pictured: null, pulse: null, heard: null })).kind, "waiting");
  assert.equal(freshness(facts({ pictured: null, pulse: null, heard: null, socket: "closed" })).kind, "late");
});

test("signed out and gone are said as such", () => {
  assert.equal(freshness(facts({ socket: "signed out" })).why, "signed out");
  assert.equal(freshness(facts({ socket: "gone" })).why, "gone");
});

test("a viewer's clock that is an hour wrong changes nothing", () => {
  for (const wrong of [-3600, 0, 3600]) {
    const clock = new ServerClock();
    assert.equal(clock.now(wrong), null);
    clock.observe(1000, 1000 + wrong);
    assert.equal(clock.now(1002 + wrong), 1002);
  }
});

test("delay on the way does not make the server's clock jump back", () => {
  const clock = new ServerClock();
  clock.observe(1000, 0);
  clock.observe(1001, 4); // 3 s late
  assert.equal(clock.now(4), 1004);
});

test("after a minute an old guess is forgotten: a clock that was set is followed", () => {
  const clock = new ServerClock();
  clock.observe(1000, 0);
  for (let at = 1; at <= 70; at += 1) clock.observe(900 + at, at);
  assert.equal(clock.now(71), 971);
});

test("a rough guess at the server's clock gives way to what is observed", () => {
  const clock = new ServerClock();
  clock.guess(1000.9, 0);
  assert.equal(clock.now(1), 1001.9);
  clock.observe(1002, 2);
  assert.equal(clock.now(2), 1002);
  clock.guess(1003.9, 3);
  assert.equal(clock.now(3), 1003);
});

test("a pulse ahead of the server's clock is late: no age can be told from it", () => {
  const told = freshness(facts({ pulse: 4600, heard: 4600 }));
  assert.deepEqual([told.kind, told.why, told.since, told.age], ["late", "clocks", null, 3600]);
  assert.equal(freshness(facts({ pulse: 1001.9, heard: 1001.9 })).kind, "live");
});

test("what is live is what is shown: pulses over a picture that misses changes do not make it so", () => {
  const told = freshness(facts({ whole: 994.9 }));
  assert.deepEqual([told.kind, told.why, told.since], ["late", "picture", 994.9]);
  assert.equal(freshness(facts({ whole: 995.1 })).kind, "live");
  assert.ok(freshness(facts({ whole: 996 })).age === 4, "its age is that of what is shown");
});

test("a socket that opens again over an old picture waits in grey", () => {
  assert.equal(freshness(facts({ pulse: null, socketSince: 999, whole: 990 })).why, "picture");
  assert.equal(freshness(facts({ pulse: null, socketSince: 999, whole: 998 })).kind, "waiting");
});

test("a silent collector is late though nothing is drawn yet", () => {
  assert.equal(freshness(facts({ pictured: null, pulse: 900, heard: 900, whole: null })).why, "collector");
});

test("a web server that does not answer is not told as its collector", () => {
  assert.equal(freshness(facts({ pulse: 990, heard: 990, mute: true })).why, "server");
  assert.equal(freshness(facts({ pulse: null, socketSince: 900, mute: true })).why, "server");
  assert.equal(freshness(facts({ mute: true })).kind, "live");
  assert.equal(freshness(facts({ pulse: 990, heard: 990, mute: null })).why, "quiet", "nobody is blamed before it is known who is silent");
});

test("clocks disagree where delay cannot be the reason", () => {
  assert.equal(apart(4600, 1000), 3600);
  assert.equal(apart(1000, 4600), 3600);
  assert.equal(apart(1000, 1030), 0);
  assert.equal(apart(1001.5, 1000), 0);
  assert.equal(apart(4600, null), 0);
  assert.equal(freshness(facts({ apart: 3600 })).why, "clocks");
});

test("pulses that come in their turn and are old each time are of a clock that is behind", () => {
  const clocks = new Apart();
  const seen = [0, 1, 2, 3].map((second) => clocks.observe(1000 + second - 20, 1000 + second, second));
  assert.deepEqual(seen, [0, 0, 20, 20]);
  assert.equal(clocks.observe(1004, 1004, 4), 0, "set right");
});

test("a collector that died is silent since its last pulse came, however wrong its clock was", () => {
  for (const apart of [20, 3600]) {
    /** @param {number} came */
    const told = (came) => freshness(facts({ pulse: came - apart, heard: came - apart, apart, came, socketSince: 900 }));
    assert.equal(told(999.5).why, "clocks");
    assert.deepEqual([told(994.9).why, told(994.9).since, told(960).age], ["collector", 994.9, 40]);
  }
  assert.deepEqual(freshness(facts({ pulse: 1010, heard: 1010, came: 980 })).since, 980, "it was ahead, and nothing came since");
  assert.equal(freshness(facts({ pulse: 1010, heard: 1010, came: 980, mute: true })).why, "server");
});

test("no pulse since the socket opened: nobody is heard, whatever the page was made with", () => {
  const made = { pulse: 980, heard: 980, apart: 20, came: null };
  assert.equal(freshness(facts({ ...made, socketSince: 996 })).why, "clocks");
  assert.deepEqual([freshness(facts({ ...made, socketSince: 994 })).why, freshness(facts({ ...made, socketSince: 994 })).since], ["collector", null]);
  assert.equal(freshness(facts({ came: 990, socketSince: 998 })).kind, "live", "it has only just opened again");
});

test("pulses that come late and all at once are delay, and no other clock", () => {
  const clocks = new Apart();
  for (let pulse = 0; pulse < 20; pulse++) assert.equal(clocks.observe(1000 + pulse, 1030, 30 + pulse / 100), 0);
});

test("what the server said of the clocks holds from the first pulse on", () => {
  assert.equal(new Apart(20).observe(980, 1000, 0), 20);
  assert.equal(new Apart(20).observe(999.5, 1000, 0), 0);
});

test("a collector that stands still is not told as a silent API server", () => {
  assert.equal(freshness(facts({ pulse: 997, heard: 994 })).why, "collector");
  assert.equal(freshness(facts({ pulse: 998, heard: 994 })).why, "cluster");
  assert.equal(freshness(facts({ pulse: 997, heard: 991.9 })).why, "cluster");
  assert.equal(freshness(facts({ pulse: 995.1, heard: 995.1 })).kind, "live");
});

test("what is wrong with Planewatch itself goes along with why a picture is late", () => {
  const said = "Planewatch's database takes no writes (it is read-only).";
  const told = freshness(facts({ pulse: 960, heard: 960, whole: 960, trouble: said }));
  assert.equal(told.why, "collector");
  assert.equal(told.trouble, said);
  assert.equal(freshness(facts({ pulse: 960, heard: 960, whole: 960 })).trouble, undefined);
});
