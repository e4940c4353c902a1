// Below the browsers for which the pages are made (docs/browsers.md) they would promise a connection for ever: this says in one sentence
// what is needed, and leaves the page as it is without scripts. A classic script in the oldest JavaScript there is.
"use strict";

(function () {
  var root = document.documentElement;
  // Two functions that came with the very versions: Chromium 93, Safari 15.4, Firefox 92.
  if (typeof Object.hasOwn === "function" && typeof Array.prototype.at === "function") return;
  root.className = root.className.replace(/(^|\s)js(\s|$)/, " ");
  var said = document.createElement("p");
  said.className = "noscript below-floor";
  said.setAttribute("role", "alert");
  said.appendChild(
    document.createTextNode(
      "This browser is too old to renew this page by itself: that takes Chromium 94, Safari 15.4, Firefox 115 or newer. What stands here was true when the page was loaded. It is loaded again every 30 s."
    )
  );
  document.body.insertBefore(said, document.body.firstChild);
  var fresh = document.getElementById("freshness");
  if (fresh && fresh.parentNode) fresh.parentNode.removeChild(fresh);
  setTimeout(function () {
    location.reload();
  }, 30000);
})();
