// The basic wall: one picture that the server paints, swapped when another has come whole; how old it is, in large figures; and it
// starts again by itself. ECMAScript 5 and what browsers had by Chromium 38: a TV's browser is never updated.
"use strict";

(function () {
  var EVERY = 10000, LATE = 45, PATIENCE = 30000, AGAIN = 1800;
  var shown = /** @type {HTMLImageElement} */ (document.getElementById("board")), age = /** @type {HTMLElement} */ (document.getElementById("age"));
  var began = new Date().getTime(), came = began, asked = 0, failed = 0, form = "svg", words = 0;
  /** @type {HTMLImageElement | null} */ var coming = null, sockets = window.location.href.replace(/^http(s?:\/\/[^\/]+).*/, "ws$1");
  function now() { return new Date().getTime(); }
  function size() { return "w=" + window.innerWidth + "&h=" + window.innerHeight; }
  function address() { return (shown.getAttribute("data-address") || "").replace(/svg$/, form) + "?" + size() + "&t=" + now(); }
  /** @param {number} seconds */ function said(seconds) {
    return seconds < 120 ? seconds + " s old" : seconds < 7200 ? Math.floor(seconds / 60) + " min old" : Math.floor(seconds / 3600) + " h old";
  }
  /** @param {HTMLImageElement} image */ function take(image) {
    if (!image.naturalWidth && !image.width) return fail();
    shown.src = image.src; // it is there already, so that nothing is blank meanwhile
    came = now(); coming = null; failed = 0;
  }
  function fail() {
    coming = null;
    // Where SVG does not come through, PNG may; and the other way round.
    if (++failed % 3 === 0) form = form === "svg" ? "png" : "svg";
  }
  function ask() {
    var image = coming = new Image(); asked = now();
    image.onload = function () { if (coming === image) take(image); };
    image.onerror = function () { if (coming === image) { fail(); say(); } }; // which hears why, if it is shown nothing more
    image.src = address();
  }
  function say() {
    var request = new XMLHttpRequest();
    request.open("POST", shown.getAttribute("data-says") || "");
    request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.onload = function () { if (request.status === 403 || request.status === 410) location.reload(); };
    request.send(size() + "&wall=basic&why=" + encodeURIComponent(shown.getAttribute("data-why") || "") +
      "&frame=" + Math.max(0, Math.round((now() - came) / 1000)) + "&clock=" + Math.round(now() / 1000));
  }
  // A socket that tells only of its end: that nothing more is shown here (4401), or something else (4205). Without, the next picture does.
  function hear() {
    if (!("WebSocket" in window)) return;
    new WebSocket(sockets + shown.getAttribute("data-ends")).onclose = function (event) {
      if (event.code === 4401) say(); else if (event.code === 4205 && !coming) ask();
      setTimeout(hear, 5000 + Math.random() * 10000);
    };
  }
  function tick() {
    var old = Math.floor((now() - came) / 1000);
    // A clock that was set back must not make what is old young.
    if (old < 0) came = began = now();
    document.body.className = old > LATE ? "is-old" : ""; age.textContent = old > LATE ? said(old) : "";
    if (coming && now() - asked > PATIENCE) fail();
    if (!coming && Math.abs(now() - asked) > EVERY + Math.random() * 2000) ask();
    if (words++ % 30 === 0) say();
    // Begin again now and then, and only while the server answers: an old browser leaks.
    if (old < LATE && words > AGAIN) location.reload();
  }
  setInterval(tick, 1000); hear();
})();
