/** A list by day (`ol[data-days]`, each line with `data-at`): its headings, of UTC as they come, name the viewer's own days. */

import { day, zone } from "../ages.js";

/** Lists whose headings are the viewer's. @type {WeakSet<Element>} */
const told = new WeakSet();

/** @param {ParentNode} root @param {number} now epoch seconds of the server's clock */
export function days(root, now) {
  for (const list of root.querySelectorAll("ol[data-days]")) {
    if (told.has(list)) continue;
    told.add(list);
    if (zone(now).full !== "UTC") place(list, now);
  }
}

/** @param {Element} list @param {number} now */
function place(list, now) {
  const headings = [...list.querySelectorAll(":scope > .log-day")];
  const spare = headings[0]?.cloneNode(true);
  // What ties the lines across a heading is of the heading's place.
  for (const heading of headings) heading.remove();
  let last = "";
  for (const line of [...list.children]) {
    const name = day(Number(line.getAttribute("data-at")), now);
    if (name === last) continue;
    const heading = spare?.cloneNode(true);
    if (!(heading instanceof Element)) return;
    for (const tie of heading.querySelectorAll(".tie")) tie.remove();
    const title = heading.querySelector("h2");
    if (title) title.textContent = name;
    const side = heading.querySelector("span");
    if (side && last) side.remove();
    else if (side) side.textContent = `${zone(now).short} · newest first`;
    if (last) heading.append(...through(line));
    heading.classList.toggle("is-alone", !heading.querySelector(".tie"));
    line.before(heading);
    last = name;
  }
}

/** The brackets that pass from what stands above a line to it. @param {Element} line */
function through(line) {
  return [...line.querySelectorAll(":scope > .tie:not(.is-first)")].filter((tie) => begun(line, tie)).map((tie) => {
    const by = document.createElement("i");
    by.className = `tie is-by ${[...tie.classList].find((name) => name.startsWith("lane-")) ?? ""}`;
    return by;
  });
}

/** Whether the line above has the same bracket. @param {Element} line @param {Element} tie */
function begun(line, tie) {
  const lane = [...tie.classList].find((name) => name.startsWith("lane-"));
  return Boolean(line.previousElementSibling?.querySelector(`:scope > .tie.${lane}:not(.is-last)`));
}
