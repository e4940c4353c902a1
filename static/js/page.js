/** What every page does: the clock in the header, and the keys that `data-key` names. */

import { clock } from "./ages.js";

const face = document.getElementById("clock");

function tick() {
  const now = Date.now();
  if (face) face.textContent = clock(now / 1000);
  setTimeout(tick, 1000 - (now % 1000) + 5);
}
tick();

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable]")) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (target instanceof HTMLElement) {
    event.preventDefault();
    target.click();
  }
});
