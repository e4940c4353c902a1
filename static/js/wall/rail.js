/** The list beside a picture on a wall, where nobody scrolls: an entry that has no room goes whole, and is counted. */

import { andMore } from "../scene/rail.js";

/** @param {HTMLElement} list @param {number} end where the rail ends, in CSS pixels of the window */
function fit(list, end) {
  const entries = [...list.children].filter((one) => !one.matches(".more, .nothing"));
  const told = /** @type {HTMLElement | null} */ (list.querySelector(".more"));
  const rest = restOf(list);
  for (const entry of entries) entry.toggleAttribute("hidden", false);
  told?.toggleAttribute("hidden", false);
  rest.hidden = true;
  let shown = entries.length;
  const low = () => (rest.hidden ? (told ?? entries[shown - 1] ?? list) : rest).getBoundingClientRect().bottom;
  while (shown > 0 && low() > end) {
    shown -= 1;
    entries[shown]?.toggleAttribute("hidden", true);
    told?.toggleAttribute("hidden", true);
    rest.hidden = false;
    rest.textContent = andMore(entries.length - shown + Number(told?.dataset["more"] ?? 0));
  }
}

/** The line below a list that counts what is hidden of it. @param {HTMLElement} list */
function restOf(list) {
  const next = list.nextElementSibling;
  if (next instanceof HTMLElement && next.classList.contains("rest")) return next;
  const made = document.createElement("p");
  made.className = "more rest";
  list.after(made);
  return made;
}

/** Again whenever it is drawn, or has another size. @param {HTMLElement} rail */
export function keepFitting(rail) {
  const lists = [...rail.querySelectorAll("ol")];
  let due = 0;
  const later = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      const end = rail.getBoundingClientRect().bottom - parseFloat(getComputedStyle(rail).paddingBottom);
      for (const list of lists) if (rail.clientHeight) fit(list, end);
    });
  };
  for (const list of lists) new MutationObserver(later).observe(list, { childList: true, subtree: true, characterData: true });
  new ResizeObserver(later).observe(rail);
  document.fonts?.ready.then(later, () => undefined);
  later();
}
