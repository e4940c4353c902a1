/** What every page does: the clock and the themes in the header, menus, and the keys that `data-key` names. */

import { clock, zone } from "./ages.js";
import { keepFitting } from "./fitting.js";
import { tellSignedOut } from "./signed-out.js";
import { closing } from "./menu.js";
import { themeSwitch } from "./theme-switch.js";
import { timesSwitch } from "./times.js";

const face = document.getElementById("clock");
const zones = document.querySelectorAll("[data-zone]");

function tick() {
  const now = Date.now();
  if (face) face.textContent = clock(now / 1000);
  // It changes its name with the season.
  const { short, full } = zone(now / 1000);
  for (const one of zones) {
    if (one.textContent === short) continue;
    one.textContent = short;
    one.setAttribute("title", full);
  }
  setTimeout(tick, 1000 - (now % 1000) + 5);
}
tick();

// Other pages of this browser ask at once whether they are still signed in.
if (document.getElementById("signed-out")) tellSignedOut();

const header = document.querySelector("header.site");
if (header instanceof HTMLElement) keepFitting(header);
const theme = document.getElementById("theme");
if (theme) themeSwitch(theme);
timesSwitch();
for (const menu of document.querySelectorAll("details.menu")) if (menu instanceof HTMLDetailsElement) closing(menu);
// What only some pages have is fetched by those.
const others = document.querySelector("details.switcher");
if (others instanceof HTMLDetailsElement) {
  void import("./switcher.js").then(({ switcher }) => switcher(others, location.pathname.split("/")[2] ?? ""));
}
// On a wall the pointer may rest on a figure for months.
if (document.querySelector("[data-figures], #live") && !document.body.matches(".wall, .is-wall")) void import("./pages/showing-tips.js");
const commands = document.querySelector(".commands, .ways");
if (commands) {
  void import("./copying.js").then(({ copyButtons }) => {
    copyButtons(document);
    document.getElementById("live")?.addEventListener("renewed", () => copyButtons(document));
  });
}
const opens = document.getElementById("help-open");
const help = document.getElementById(opens?.dataset["opens"] ?? "help");
if (help instanceof HTMLDialogElement && opens) {
  opens.hidden = false;
  opens.addEventListener("click", () => help.open || help.showModal());
  help.addEventListener("click", (event) => event.target === help && help.close());
}
const find = document.getElementById("finder-open");
if (find) {
  /** @type {Promise<import("./finder.js").Finder> | undefined} */ let finder;
  // It is there before somebody types: what is typed while it comes would be lost.
  addEventListener("load", () => void import("./finder.js").catch(() => undefined));
  find.addEventListener("click", (event) => {
    if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey)) return; // in a tab of its own
    event.preventDefault();
    finder ??= import("./finder.js").then(({ Finder }) => new Finder(find.dataset["search"] ?? ""));
    finder.then(
      (made) => made.open(),
      () => location.assign(find.getAttribute("href") ?? ""),
    );
  });
}
const full = document.getElementById("full-screen");
if (full) void import("./full-screen.js").then(({ fullScreen }) => fullScreen(full));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable]")) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (target instanceof HTMLElement) {
    event.preventDefault();
    target.click();
  }
});
