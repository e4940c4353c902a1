import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");
/** @type {Record<string, [string, string]>} light, dark */
const tokens = {};
for (const [, name, light, dark] of css.matchAll(/--([\w-]+): var\(--light, (#\w+)\) var\(--dark, (#\w+)\)/g)) {
  tokens[/** @type {string} */ (name)] = [/** @type {string} */ (light), /** @type {string} */ (dark)];
}

/** Relative luminance, WCAG 2.2. @param {string} colour "#rrggbb" */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

/** @param {string} one @param {string} other @param {0 | 1} theme */
function contrast(one, other, theme) {
  const [a, b] = [one, other].map((name) => {
    const pair = tokens[name];
    assert.ok(pair, name);
    return luminance(pair[theme]);
  });
  return (Math.max(a ?? 0, b ?? 0) + 0.05) / (Math.min(a ?? 0, b ?? 0) + 0.05);
}

const STATES = ["healthy", "degraded", "down", "unknown", "not-observable", "cordoned", "leaving", "joining"];
/** Which texts stand on which grounds. @type {[string[], string[]][]} */
const TEXTS = [
  [["text", "muted", "faint", "link", ...STATES.map((state) => `${state}-text`)], ["bg", "panel", "panel-2", "raised"]],
  [["sky-label", "sky-text"], ["sky-1", "sky-2"]],
  [["text", "muted", "degraded-text", "down-text", "unknown-text", "not-observable-text", "healthy-text"], ["sky-card", "bar"]],
  [["sky-chip-text"], ["sky-chip", "bar-chip"]],
  [["text", "muted", "bar-good"], ["bar", "bar-chip"]],
  [["ground-label", "ground-text"], ["ground-1", "ground-2"]],
  [["zone-label", "ground-text", "tile-text", "down-text", "degraded-text", "unknown-text"], ["zone", "tile"]],
];
/** What is drawn, and on what. @type {[string[], string[]][]} */
const DRAWN = [
  [STATES, ["bg", "panel", "panel-2", "sky-card", "tile", "zone"]],
  [["horizon", "focus"], ["bg", "sky-2", "ground-1"]],
];

for (const [theme, name] of /** @type {[0 | 1, string][]} */ ([[0, "light"], [1, "dark"]])) {
  test(`text in the ${name} theme keeps 4.5:1, what is drawn 3:1`, () => {
    for (const [bound, table] of /** @type {[number, [string[], string[]][]][]} */ ([[4.5, TEXTS], [3, DRAWN]])) {
      for (const [fronts, grounds] of table) {
        for (const front of fronts) {
          for (const ground of grounds) {
            const ratio = contrast(front, ground, theme);
            assert.ok(ratio >= bound, `${front} on ${ground}: ${ratio.toFixed(2)}`);
          }
        }
      }
    }
  });
}
