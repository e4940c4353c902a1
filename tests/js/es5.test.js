import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "acorn";

/** What runs in browsers that are never updated: the newest of them that have nothing else are of 2014. */
const OLDEST = ["wall/basic.js", "wall/needs.js", "floor.js", "pair.js"];

/** @param {string} name */
const source = (name) => readFileSync(new URL(`../../static/js/${name}`, import.meta.url), "utf8");

for (const name of OLDEST) {
  test(`${name} is ECMAScript 5`, () => {
    assert.ok(parse(source(name), { ecmaVersion: 5, sourceType: "script" }));
  });
}

test("the parser knows what is younger", () => {
  for (const younger of ["const a = 1", "f(1,)", "(a) => a", "`a`", "({ a })"]) assert.throws(() => parse(younger, { ecmaVersion: 5 }), SyntaxError);
});

/** What a browser of 2014 has, as far as these scripts ask for it. */
const KNOWN = new Set(["document", "window", "Image", "XMLHttpRequest", "WebSocket", "Date", "Math", "Number", "String", "setInterval", "setTimeout", "location", "encodeURIComponent"]);

/** Names that a script asks the browser for. @param {string} text @returns {string[]} */
function asked(text) {
  /** @type {Set<string>} */ const own = new Set();
  /** @type {Set<string>} */ const used = new Set();
  /** @param {unknown} node @param {string} [as] */
  const walk = (node, as = "") => {
    if (Array.isArray(node)) return node.forEach((one) => walk(one, as));
    if (!node || typeof node !== "object" || !("type" in node)) return undefined;
    const one = /** @type {Record<string, unknown> & { type: string, name?: string, computed?: boolean }} */ (node);
    if (one.type === "Identifier") (as === "own" ? own : used).add(one.name ?? "");
    for (const [key, value] of Object.entries(one)) {
      if (one.type === "MemberExpression" && key === "property" && !one.computed) continue;
      if (one.type === "Property" && key === "key") continue;
      walk(value, ["params", "id", "param"].includes(key) ? "own" : "");
    }
    return undefined;
  };
  walk(parse(text, { ecmaVersion: 5, sourceType: "script" }).body);
  return [...used].filter((name) => !own.has(name));
}

test("the basic wall asks a browser for nothing that came after 2014", () => {
  assert.deepEqual(asked(source("wall/basic.js")).filter((name) => !KNOWN.has(name)), []);
  assert.deepEqual(asked("fetch(a); function f(b) { b.promise; new Promise(b); }").sort(), ["Promise", "a", "fetch"]);
  // Of what has methods by itself only old ones are called.
  const called = source("wall/basic.js").match(/\.[a-zA-Z]+(?=\()/g) ?? [];
  const old = [".getElementById", ".getTime", ".getAttribute", ".replace", ".floor", ".open", ".setRequestHeader", ".send", ".reload", ".max", ".round", ".abs", ".random"];
  assert.deepEqual(called.filter((name) => !old.includes(name)), []);
});

test("the script of the basic wall has at most 60 lines", () => {
  assert.ok(source("wall/basic.js").trimEnd().split("\n").length <= 60);
});
