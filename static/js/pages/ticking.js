/** Keeps ages running (`data-t="a:MOMENT"` counts up, `u:` down) and puts times of day (`data-clock`) in the viewer's own time. */

import { duration, when } from "../ages.js";

/** @param {ParentNode} root @param {number} now epoch seconds of the server's clock */
export function tick(root, now) {
  for (const element of root.querySelectorAll("[data-t]")) {
    const [kind, moment] = (element.getAttribute("data-t") ?? "").split(":");
    const text = duration(kind === "u" ? Number(moment) - now : now - Number(moment));
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
