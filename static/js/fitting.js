/** Takes from the header what is least wanted until the rest fits into its one line: the cluster's facts, the words of the navigation
 *  (which are icons as well), the product's name, the clock; at last a long name is cut. What is said of the planes stays whole. */

/** So many steps there are: base.css says what goes at each. */
const LAST = 5;

/** @param {HTMLElement} header */
function fit(header) {
  for (let step = 0; step <= LAST; step++) {
    header.dataset["gives"] = String(step);
    if (header.scrollWidth <= header.clientWidth) return;
  }
}

/** Again whenever its width or the width of anything in it changes. @param {HTMLElement} header */
export function keepFitting(header) {
  let due = 0;
  let width = "";
  const later = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      const now = [header.clientWidth, ...[...header.querySelectorAll(".pills, .crumb h1, .crumb b, #facts, .freshness")].map((one) => one.scrollWidth)].join();
      if (now === width) return;
      width = now;
      fit(header);
    });
  };
  new ResizeObserver(later).observe(header);
  new MutationObserver(later).observe(header, { childList: true, subtree: true, characterData: true });
  document.fonts?.ready.then(later, () => undefined);
  later();
}
