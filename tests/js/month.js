/**
 * `node --expose-gc tests/js/month.js [messages]` prints the heap of a wall after a month (wall-month.js) and garbage collection; elements
 * that keep their text stand in for a browser's.
 */

import { readFileSync } from "node:fs";
import { Month } from "./wall-month.js";

const MESSAGES = Number(process.argv[2] ?? 1_000_000);

/** @returns {unknown} */
function element() {
  return { innerHTML: "", setAttribute() {}, append() {}, querySelector: element };
}

/** Megabytes of the heap after garbage collection. */
function heap() {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

Object.assign(globalThis, {
  location: { protocol: "http:", host: "wall" }, addEventListener() {},
  document: { title: "", addEventListener() {}, visibilityState: "visible", createElementNS: element },
});
const started = performance.now();
const month = new Month(readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8"), /** @type {HTMLElement} */ (element()));
const first = Math.floor(MESSAGES / 10);
month.pass(first);
const begun = heap();
month.pass(MESSAGES - first);
const ended = heap();
console.log(`${MESSAGES.toLocaleString("en")} messages, ${month.days} days: heap ${begun.toFixed(1)} MB after a tenth of them, ${ended.toFixed(1)} MB at the end (${(ended - begun).toFixed(1)} MB more), ${month.shown.written.toLocaleString("en")} parts drawn in ${((performance.now() - started) / 1000).toFixed(0)} s`);
