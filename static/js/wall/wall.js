/** The wall of all clusters: lays the cards out, keeps the screen awake, hides the pointer, and shifts a little against burn-in. */

import { clock } from "../ages.js";
import { fitCards } from "./fit.js";
import { grid, roomOf } from "./grid.js";
import { closeLeft, keepAwake, stillPointer, wander } from "./screen.js";

const root = /** @type {HTMLElement} */ (document.getElementById("live"));
const face = document.getElementById("wall-clock");

function lay() {
  const element = document.getElementById("wall-grid");
  if (!element) return;
  const { columns, rows } = grid(Number(element.dataset["count"]), element.clientWidth, element.clientHeight);
  element.style.setProperty("--columns", String(columns));
  element.style.setProperty("--rows", String(rows));
  const style = getComputedStyle(element);
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const width = (element.clientWidth - (columns - 1) * parseFloat(style.columnGap)) / columns;
  const height = (element.clientHeight - (rows - 1) * parseFloat(style.rowGap)) / rows;
  element.style.setProperty("--card-width", `${width}px`);
  element.style.setProperty("--card-height", `${height}px`);
  element.dataset["room"] = matchMedia("(max-width: 40rem)").matches ? "much" : roomOf(width / rem, height / rem);
  fitCards(element);
}

function tell() {
  if (face) face.textContent = clock(Date.now() / 1000);
}

lay();
tell();
setInterval(tell, 1000);
// Ages grow longer.
setInterval(lay, 5000);
addEventListener("resize", lay);
root.addEventListener("renewed", lay);
document.fonts?.ready.then(lay, () => undefined);
keepAwake();
stillPointer();
closeLeft(document.getElementById("help"));
wander(root);
