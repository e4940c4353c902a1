/** A <details class="menu">: Escape and a click elsewhere close it. Without JavaScript it opens and closes all the same. */

import { seen } from "./theme-switch.js";

/** @param {HTMLDetailsElement} menu */
export function closing(menu) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  // A picture is taken in the theme, the groups and the order that are seen.
  menu.addEventListener("toggle", () => {
    for (const link of menu.querySelectorAll("a[data-picture]")) {
      const address = new URL(link.getAttribute("href") ?? "", location.href);
      address.searchParams.set("theme", seen(document.documentElement));
      const asked = new URLSearchParams(location.search);
      for (const key of ["group", "sort"]) {
        const value = asked.get(key);
        if (value) address.searchParams.set(key, value);
        else address.searchParams.delete(key);
      }
      link.setAttribute("href", address.pathname + address.search);
    }
  });
}
