/** Cards of the wall: nothing on them is cut. What has no room goes whole, the least wanted first. */

/** @param {HTMLElement} card */
function fits(card) {
  return card.scrollHeight <= card.clientHeight + 1 && card.scrollWidth <= card.clientWidth + 1;
}

/** The reasons below the headlines go first, then what needs attention from its end, which is counted, then the facts. A card that is
 *  still too small says its states alone. @param {HTMLElement} card */
function fit(card) {
  const list = /** @type {HTMLElement | null} */ (card.querySelector(".troubles"));
  const entries = [...card.querySelectorAll(".troubles li:not(.more)")];
  /** @param {number} shown */
  const show = (shown) => {
    entries.forEach((entry, index) => entry.toggleAttribute("hidden", index >= shown));
    const rest = Number(list?.dataset["more"] ?? 0) + entries.length - shown;
    const more = list?.querySelector(".more");
    more?.toggleAttribute("hidden", rest === 0);
    const count = more?.querySelector("span");
    if (count && count.textContent !== String(rest)) count.textContent = String(rest);
  };
  const steps = [
    { gives: "", shown: entries.length },
    { gives: "because", shown: entries.length },
    ...entries.map((_, index) => ({ gives: "because", shown: entries.length - 1 - index })).filter(({ shown }) => shown > 0),
    { gives: "because foot", shown: Math.min(1, entries.length) },
    { gives: "because foot troubles", shown: 0 },
    // What is not well is to be seen from as far as what is: its type gives way last, and in steps.
    ...["caption", "caption smaller", "caption smallest"].map((more) => ({ gives: `because foot troubles ${more}`, shown: 0 })),
  ];
  for (const step of steps) {
    card.dataset["gives"] = step.gives;
    show(step.shown);
    if (fits(card)) return;
  }
}

/** @param {ParentNode} grid */
export function fitCards(grid) {
  for (const card of grid.querySelectorAll(".plane-card")) if (card instanceof HTMLElement) fit(card);
}
