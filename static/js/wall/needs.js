// Before all else on the wall of a display, in the oldest JavaScript there is: a browser that cannot run the full wall is led to the
// basic one, which says why; a script that does not come is asked for again, then the basic wall stands in for it.
"use strict";

(function () {
  var root = document.documentElement;
  var basic = root.getAttribute("data-basic") || "";
  var KEY = "planewatch-wall-tries";
  /** @param {string} why */
  function fall(why) {
    location.replace(basic + "?why=" + encodeURIComponent(why) + "&w=" + innerWidth + "&h=" + innerHeight);
  }
  // Two functions that came with the very versions for which the pages are made (docs/browsers.md): Chromium 93, Safari 15.4, Firefox 92.
  if (typeof Object.hasOwn !== "function" || typeof Array.prototype.at !== "function") {
    fall("The browser is older than Chromium 94, Safari 15.4 and Firefox 115.");
    return;
  }
  if (typeof WebSocket !== "function" || typeof fetch !== "function") {
    fall("The browser has no WebSocket.");
    return;
  }
  setTimeout(function () {
    if (root.getAttribute("data-attended") !== null) return;
    var tries = 0;
    try {
      tries = Number(sessionStorage.getItem(KEY)) || 0;
      sessionStorage.setItem(KEY, String(tries + 1));
    } catch (error) {
      tries = 3;
    }
    if (tries >= 3) fall("The wall's script does not come, or fails.");
    else location.reload();
  }, 15000 + Math.random() * 10000);
})();
