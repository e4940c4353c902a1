// Runs before the first paint (a classic script in the head): the viewer's own choice of theme, if there is one.
"use strict";

document.documentElement.classList.add("js");

(() => {
  try {
    const theme = localStorage.getItem("planewatch-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;
  } catch {
    // Storage is forbidden here: the system's theme it is.
  }
})();
