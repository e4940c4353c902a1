/** Which walls have gone dark since the list of displays was last looked at, and saying so to somebody who looks elsewhere. */

/** @typedef {{ slug: string, name: string, how: string }} Display */

/** Those that are dark now and were not; one that is new to the list and dark is among them. @param {Iterable<Display>} before
 *  @param {Iterable<Display>} now @returns {Display[]} */
export function wentDark(before, now) {
  const dark = new Set([...before].filter((one) => one.how === "dark").map((one) => one.slug));
  return [...now].filter((one) => one.how === "dark" && !dark.has(one.slug));
}

/** @param {ParentNode} root @returns {Display[]} */
export function listed(root) {
  return [...root.querySelectorAll("[data-display]")].map((one) => ({
    slug: one.getAttribute("data-display") ?? "",
    name: one.getAttribute("data-name") ?? "",
    how: one.getAttribute("data-how") ?? "",
  }));
}

const CHOICE = "planewatch-notify-dark";

/** The button with which somebody asks to be notified by this browser, where it can: it asks for the right when it is pressed, and
 *  remembers the choice. */
export class Notifying {
  /** @param {HTMLButtonElement | null} button */
  constructor(button) {
    this.button = button;
    // Without HTTPS browsers notify nobody.
    if (!button || !("Notification" in window) || !isSecureContext) return;
    button.hidden = false;
    button.addEventListener("click", () => void this.#turn());
    this.#draw();
  }

  get on() {
    return !!this.button && !this.button.hidden && Notification.permission === "granted" && kept() === "on";
  }

  /** @param {Display[]} dark those that have just gone dark */
  tell(dark) {
    if (!this.on) return;
    for (const { slug, name } of dark) {
      const said = new Notification(`${name} is dark`, { body: "Nothing was heard of this wall for 90 s.", tag: `planewatch-dark-${slug}` });
      said.onclick = () => window.focus();
    }
  }

  async #turn() {
    const wanted = this.on ? "off" : "on";
    if (wanted === "on" && Notification.permission !== "granted") await Notification.requestPermission();
    keep(wanted);
    this.#draw();
  }

  #draw() {
    if (!this.button) return;
    const refused = Notification.permission === "denied";
    this.button.disabled = refused;
    this.button.setAttribute("aria-pressed", String(this.on));
    this.button.textContent = refused ? "Notifications are refused by this browser" : this.on ? "Notifies you of dark walls" : "Notify me of dark walls";
  }
}

/** What browsers forbid is no choice. */
function kept() {
  try {
    return localStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}

/** @param {string} choice */
function keep(choice) {
  try {
    localStorage.setItem(CHOICE, choice);
  } catch {
    // It holds for this page then, or not at all.
  }
}
