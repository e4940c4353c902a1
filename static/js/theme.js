// Runs before the first paint (a classic script in the head): the theme that the address asks for (?theme=dark|light|system), else
// the page's own (walls are dark), else the viewer's choice (theme-switch.js keeps it), else the system's.
"use strict";

document.documentElement.classList.add("js");

(() => {
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search).get("theme");
  if (asked === "light" || asked === "dark") {
    root.dataset["theme"] = asked;
    return;
  }
  if (asked === "system") {
    delete root.dataset["theme"];
    return;
  }
  if (root.dataset["theme"]) return;
  try {
    const theme = localStorage.getItem("planewatch-theme");
    if (theme === "light" || theme === "dark") root.dataset["theme"] = theme;
  } catch {
    // Storage is forbidden here: the system's theme it is.
  }
})();
