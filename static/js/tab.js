/** The tab carries the state: its icon and its title. */

import { SEVERITY, WORDS, stateOf, worst } from "./states.js";

/** @typedef {import("./states.js").State} State */

/** @param {State} state @param {boolean} late nobody vouches for it now @param {string} name of what is shown */
export function tellTab(state, late, name) {
  const word = late ? "not live" : SEVERITY[state] >= SEVERITY.unknown ? WORDS[state] : "";
  const text = [word, name, "Planewatch"].filter(Boolean).join(" · ");
  if (document.title !== text) document.title = text;
  const icon = document.getElementById("favicon");
  const folder = icon?.dataset["icons"];
  if (!icon || !folder) return;
  const shown = late ? "unknown" : state;
  const href = `${folder}${["degraded", "down", "unknown"].includes(shown) ? shown : "healthy"}.svg`;
  if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}

/** What a page of a subject, or of cards, says of itself: the state of its subject, or the worst of its cards. @param {ParentNode} root
 *  @returns {State | null} */
export function stateOfPage(root) {
  const subject = root.querySelector(".subject");
  const told = subject ? [subject] : [...root.querySelectorAll("[data-card]:not([hidden])")];
  if (!told.length) return null;
  return worst(told.map((one) => (one.matches(".is-late") ? "unknown" : stateOf(/state-(\w+)/.exec(one.className)?.[1] ?? ""))));
}
