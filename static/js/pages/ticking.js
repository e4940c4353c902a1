/**
 * Keeps ages running (`data-t="a:MOMENT"` counts up, `u:` down, `r:` down to "a moment") and puts times of day (`data-clock`) in the
 * viewer's own time. What has `data-as` is told as the viewer chose (times.js): an age as a moment, a change as how long ago.
 */

import { aged, duration, happened, inFull, when } from "../ages.js";
import { glued } from "../words.js";

/** @param {ParentNode} root @param {number} now epoch seconds of the server's clock */
export function tick(root, now) {
  for (const element of root.querySelectorAll("[data-t]")) {
    const [kind, moment] = (element.getAttribute("data-t") ?? "").split(":");
    const at = Number(moment);
    const as = element.getAttribute("data-as");
    say(element, glued(kind === "a" && as ? aged(/** @type {import("../ages.js").Aged} */ (as), at, now) : running(kind, now - at)));
    if (kind === "a") title(element, at);
  }
}

/** @param {string | undefined} kind @param {number} age seconds */
function running(kind, age) {
  if (kind === "a") return duration(age);
  if (kind === "r") return age >= 0 ? "a moment" : duration(Math.ceil(-age));
  return duration(-age);
}

/** @param {ParentNode} root @param {number} now */
export function clocks(root, now) {
  for (const element of root.querySelectorAll("[data-clock]")) {
    const at = Number(element.getAttribute("data-clock"));
    // Below the heading of its day (days.js) the time says enough.
    const dated = when(at, Number(element.getAttribute("data-day") ?? now));
    say(element, element.hasAttribute("data-as") ? happened(at, now, () => dated) : dated);
    title(element, at);
  }
}

/** @param {Element} element @param {string} text */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Elements whose title is in the viewer's own time. @type {WeakSet<Element>} */
const titled = new WeakSet();

/** @param {Element} element @param {number} moment */
function title(element, moment) {
  if (titled.has(element)) return;
  titled.add(element);
  element.setAttribute("title", inFull(moment));
}
