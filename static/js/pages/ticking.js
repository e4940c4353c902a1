/** Keeps ages running (`data-t="a:MOMENT"` counts up, `u:` down, `r:` down to "a moment") and puts times of day (`data-clock`) in the viewer's own time. */

import { duration, when } from "../ages.js";
import { glued } from "../words.js";

/** @param {ParentNode} root @param {number} now epoch seconds of the server's clock */
export function tick(root, now) {
  for (const element of root.querySelectorAll("[data-t]")) {
    const [kind, moment] = (element.getAttribute("data-t") ?? "").split(":");
    const age = now - Number(moment);
    const left = kind === "r" ? Math.ceil(-age) : -age;
    const text = glued(kind === "a" ? duration(age) : kind === "r" && age >= 0 ? "a moment" : duration(left));
    if (element.textContent !== text) element.textContent = text;
  }
}

/** @param {ParentNode} root @param {number} now */
export function clocks(root, now) {
  for (const element of root.querySelectorAll("[data-clock]")) {
    const text = when(Number(element.getAttribute("data-clock")), now);
    if (element.textContent !== text) element.textContent = text;
  }
}
