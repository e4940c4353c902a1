/** The switch of times: ages of states and clock times of changes, ages alone, clock times alone, and round again. */

import { tellTimes } from "./ages.js";

/** @typedef {import("./ages.js").Times} Times */

const KEY = "planewatch-times";
/** @type {readonly Times[]} */
const ORDER = ["mixed", "relative", "absolute"];
/** @type {Record<Times, string>} */
const WORDS = { mixed: "ages of states, clock times of changes", relative: "ages", absolute: "clock times" };
/** In a box of 20 × 20: a clock turned back, an hourglass, a clock. @type {Record<Times, string>} */
const SHAPES = {
  mixed: "M10 3a7 7 0 1 1-6.7 9h1.8A5.3 5.3 0 1 0 5.6 7H8v1.7H2.8V3.5h1.7v2.1A7 7 0 0 1 10 3ZM9.2 6h1.6v3.7l2.5 1.8-.9 1.3-3.2-2.3Z",
  relative: "M5 2.5h10v3.6L11.6 10 15 13.9v3.6H5v-3.6L8.4 10 5 6.1Zm1.7 1.7v1.3L10 9.2l3.3-3.7V4.2Z",
  absolute: "M10 2.5a7.5 7.5 0 1 1 0 15a7.5 7.5 0 1 1 0-15Zm0 1.7a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6ZM9.2 5.5h1.6v4.2l2.8 2-.9 1.3-3.5-2.5Z",
};

/** What times are told as after these. @param {Times} times @returns {Times} */
export function after(times) {
  return ORDER[(ORDER.indexOf(times) + 1) % ORDER.length] ?? "mixed";
}

/** @param {string | null} text @returns {Times} */
export function known(text) {
  return ORDER.find((times) => times === text) ?? "mixed";
}

/** Every `[data-times-switch]` is one; who draws times hears "times" from the document. A wall tells them as they are meant to be seen
 *  from afar: it has no switch, and no choice is heeded. */
export function timesSwitch() {
  if (document.body.matches(".wall, .is-wall")) return;
  const root = document.documentElement;
  const buttons = [...document.querySelectorAll("[data-times-switch]")].filter((one) => one instanceof HTMLButtonElement);
  /** @type {Times} */
  let times = "mixed";
  /** @param {Times} next */
  const apply = (next) => {
    times = next;
    tellTimes(times);
    // The style sheet leaves out the words that an absolute time has no use for.
    root.dataset["times"] = times;
    for (const button of buttons) {
      button.setAttribute("aria-label", `Times: ${WORDS[times]}`);
      button.title = `Times: ${WORDS[times]}. Change them to ${WORDS[after(times)]} (t).`;
      button.querySelector("path")?.setAttribute("d", SHAPES[times]);
      const word = button.querySelector("span");
      if (word) word.textContent = `times: ${WORDS[times]}`;
      button.hidden = false;
    }
    document.dispatchEvent(new Event("times"));
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      apply(after(times));
      try {
        localStorage.setItem(KEY, times);
      } catch {
        // Storage is forbidden here: the choice holds for this page.
      }
    });
  }
  // Another tab has chosen.
  addEventListener("storage", (event) => event.key === KEY && apply(known(event.newValue)));
  try {
    apply(known(localStorage.getItem(KEY)));
  } catch {
    apply("mixed");
  }
}
