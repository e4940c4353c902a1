/** Asks, once the page stands, for what it wants to know of its cluster now; and again when that is asked for. */

import { within } from "../limits.js";
import { clocks } from "./ticking.js";

/** The server itself waits for 2.5 s. */
const LIMIT_MS = 6000;

/** What was unfolded. @returns {string[]} */
function open() {
  return [...document.querySelectorAll("#lookup details[open]")].map((one) => one.id);
}

/** @param {string} text */
function say(text) {
  const said = document.querySelector("#lookup [data-lookup-said]");
  if (said) said.textContent = text;
}

/** @param {string} html */
function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("lookup");
  const before = document.getElementById("lookup");
  if (!fresh || !before) return;
  const opened = open();
  const held = before.contains(document.activeElement) && document.activeElement?.hasAttribute("data-ask");
  before.replaceChildren(...fresh.childNodes);
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  if (held) /** @type {HTMLElement | null} */ (before.querySelector("[data-ask]"))?.focus({ preventScroll: true });
  clocks(before, Date.now() / 1000);
}

async function ask() {
  const root = document.getElementById("lookup");
  if (!root || root.getAttribute("aria-busy") === "true") return;
  root.setAttribute("aria-busy", "true");
  say("Asking …");
  try {
    const answer = await fetch(root.dataset["lookup"] ?? "", {
      credentials: "same-origin",
      cache: "no-store",
      redirect: "manual",
      signal: within(LIMIT_MS),
    });
    if (answer.ok) show(await answer.text());
    else say(answer.type === "opaqueredirect" || answer.status === 403 ? "You are signed out." : "No answer.");
  } catch {
    say("No answer: Planewatch could not be reached.");
  } finally {
    root.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("#lookup [data-ask]")) return;
  event.preventDefault();
  void ask();
});
if (!new URLSearchParams(location.search).has("asked")) void ask();
