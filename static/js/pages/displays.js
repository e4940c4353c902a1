/** Keeps the list of displays live: asks for it every few seconds, runs its ages, and greys it when nobody answers. The tab says how
 *  many walls are dark, and whoever wishes is notified of one that goes dark. */

import { Notifying, listed, wentDark } from "../dark.js";
import { ServerClock } from "../freshness.js";
import { duration } from "../ages.js";
import { renew } from "./panels.js";
import { Renewing } from "./renewing.js";
import { clocks, tick } from "./ticking.js";

const EVERY_MS = 10_000;
/** So old is the list when it is said: two answers are missing. */
const OLD_MS = 30_000;

const root = /** @type {HTMLElement} */ (document.getElementById("display-list"));
const late = /** @type {HTMLElement} */ (document.getElementById("list-late"));
const server = new ServerClock();
server.observe(Number(root.dataset["now"]), Date.now() / 1000);
let whole = Date.now();
/** @type {"" | "signed out" | "gone" | "kept"} */
let ended = "";
const TITLE = document.title;
const notifying = new Notifying(/** @type {HTMLButtonElement | null} */ (document.getElementById("notify-dark")));
let displays = listed(root);

const renewing = new Renewing("?fragment=1", EVERY_MS / 2, take, (end) => {
  ended = end;
  draw();
});

/** @param {string} html @param {number} asked milliseconds of the local clock */
function take(html, asked) {
  ended = "";
  whole = asked;
  renew(root, html);
  const now = listed(root);
  notifying.tell(wentDark(displays, now));
  displays = now;
  draw();
}

function draw() {
  const old = Date.now() - whole;
  const out = ended === "signed out";
  late.hidden = !out && old < OLD_MS;
  document.body.classList.toggle("is-old", !late.hidden);
  const said = `This list is ${duration(old / 1000)} old: ${out ? "you are signed out" : "the server does not answer"}.`;
  if (!late.hidden && late.textContent !== said) late.textContent = said;
  const dark = displays.filter(({ how }) => how === "dark").length;
  const title = !late.hidden ? `not live · ${TITLE}` : dark ? `${dark} dark · ${TITLE}` : TITLE;
  if (document.title !== title) document.title = title;
  const now = server.now(Date.now() / 1000);
  if (now === null) return;
  tick(root, late.hidden ? now : now - old / 1000);
  clocks(root, now);
}

draw();
setInterval(draw, 1000);
setInterval(() => ended !== "signed out" && renewing.ask(), EVERY_MS);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && renewing.ask());
