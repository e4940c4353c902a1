/**
 * Renewing a page's HTML: each panel (`data-panel`) is replaced only when it differs, and keeps focus, scroll and what was opened.
 *
 * Ages run by themselves, so they do not make a panel different.
 */

/** What a panel says, its running ages left out. @param {Element} panel */
export function gist(panel) {
  const copy = /** @type {Element} */ (panel.cloneNode(true));
  for (const running of copy.querySelectorAll("[data-t], [data-clock]")) {
    running.textContent = "";
    running.removeAttribute("title");
  }
  // What the script itself sets, and moments that mean nothing to be drawn.
  for (const card of copy.querySelectorAll("[data-card]")) {
    for (const name of ["data-pulse", "data-heard", "data-came", "data-epoch", "data-offset"]) card.removeAttribute(name);
    card.classList.remove("is-late", "is-silent");
    card.querySelector("[data-status]")?.remove();
    card.removeAttribute("data-gives");
    for (const entry of card.querySelectorAll(".troubles li")) entry.removeAttribute("hidden");
    card.querySelector(".troubles .more")?.remove();
  }
  // Headings of days say what the lines say, in the viewer's own time.
  for (const added of copy.querySelectorAll(".copy, .log-day")) added.remove();
  for (const details of copy.querySelectorAll("details")) details.removeAttribute("open");
  return `${panel.className} ${copy.innerHTML}`;
}

/**
 * Bring `root` to what `html` says. Returns whether anything was replaced.
 * @param {Element} root @param {string} html
 */
export function renew(root, html) {
  const next = new DOMParser().parseFromString(html, "text/html").body;
  const before = panelsOf(root);
  const after = panelsOf(next);
  carryMoments(root, next);
  if ([...before.keys()].join() !== [...after.keys()].join()) {
    // Panels came or went: all of it, rarely.
    keeping(root, () => root.replaceChildren(...next.childNodes));
    return true;
  }
  let replaced = false;
  for (const [name, panel] of before) {
    const fresh = after.get(name);
    if (!fresh || gist(panel) === gist(fresh)) continue;
    keeping(panel, () => {
      panel.className = fresh.className;
      panel.replaceChildren(...fresh.childNodes);
    });
    replaced = true;
  }
  return replaced;
}

/** @param {Element} root */
function panelsOf(root) {
  const panels = root.querySelectorAll("[data-panel]");
  return new Map([...panels].map((panel) => [panel.getAttribute("data-panel") ?? "", panel]));
}

/** Moments of the whole page or of a card are taken over as they are. @param {Element} root @param {Element} next */
function carryMoments(root, next) {
  const pairs = [...next.querySelectorAll("#moments, [data-card]")].map((fresh) => {
    const slug = fresh.getAttribute("data-card");
    return { fresh, old: root.querySelector(slug === null ? "#moments" : `[data-card="${CSS.escape(slug)}"]`) };
  });
  for (const { fresh, old } of pairs) {
    for (const { name, value } of fresh.attributes) if (name.startsWith("data-")) old?.setAttribute(name, value);
  }
}

/** Do it, and put focus, scroll and opened details back. @param {Element} element @param {() => void} change */
function keeping(element, change) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const mark = focused?.getAttribute("href") ?? focused?.id;
  const open = new Set([...element.querySelectorAll("details[open] h2[id]")].map((title) => title.id));
  const scrolls = [...element.querySelectorAll(".scroller")].map((scroller) => [scroller.scrollLeft, scroller.scrollTop]);
  change();
  for (const id of open) element.querySelector(`#${CSS.escape(id)}`)?.closest("details")?.setAttribute("open", "");
  element.querySelectorAll(".scroller").forEach((scroller, index) => {
    const [left, top] = scrolls[index] ?? [0, 0];
    scroller.scrollTo(left ?? 0, top ?? 0);
  });
  if (!mark) return;
  const again = element.querySelector(`[href="${CSS.escape(mark)}"], #${CSS.escape(mark)}`);
  if (again instanceof HTMLElement || again instanceof SVGElement) again.focus({ preventScroll: true });
}
