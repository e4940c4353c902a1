/**
 * A screen that waits to be paired: asks every few seconds whether somebody confirmed its code, counts down, and says so in the same
 * place when it is cut off. For browsers from Chromium 38 on, so ES5, without modules and WebSockets.
 */
(function () {
  "use strict";

  var EVERY = 3000;
  var PATIENCE = 10000;
  var FIRST = 1000;
  var LAST = 15000;

  var body = /** @type {HTMLElement} */ (document.getElementById("pair"));
  var address = body.getAttribute("data-state") || "";
  /** Of the clock of this machine, which may be wrong by hours: only differences of it are used. */
  var began = Date.now();
  var leftAt = began;
  var left = Number(body.getAttribute("data-left"));
  /** Milliseconds by which the server's clock is ahead of this one. */
  var ahead = Number(body.getAttribute("data-now")) * 1000 - began;
  var failures = 0;
  /** Has this browser been seen to keep its cookie? */
  var held = false;
  /** When it is asked again; 0: an answer is waited for. */
  var due = began + 500;
  var last = began;

  /** @param {string} id @param {string} text */
  function say(id, text) {
    var element = document.getElementById(id);
    if (element && element.textContent !== text) element.textContent = text;
  }

  /** @param {number} value */
  function two(value) {
    return (value < 10 ? "0" : "") + value;
  }

  /** @param {number} seconds */
  function lasting(seconds) {
    var whole = Math.max(0, Math.ceil(seconds));
    return whole < 60 ? whole + " s" : Math.floor(whole / 60) + " min " + (whole % 60) + " s";
  }

  function ask() {
    var asked = Date.now();
    var request = new XMLHttpRequest();
    due = 0;
    var scale = window.devicePixelRatio || 1;
    var size = "?w=" + Math.round(screen.width * scale) + "&h=" + Math.round(screen.height * scale);
    request.open("GET", address + size);
    request.timeout = PATIENCE;
    request.onload = function () {
      var answer = null;
      try {
        answer = request.status === 200 ? JSON.parse(request.responseText) : null;
      } catch (error) {
        answer = null;
      }
      if (answer) heard(answer, asked);
      else lost();
    };
    request.onerror = request.ontimeout = request.onabort = lost;
    request.send();
  }

  /** @param {{state: string, now: number, left?: number, to?: string, cookie?: boolean}} answer @param {number} asked */
  function heard(answer, asked) {
    var now = Date.now();
    failures = 0;
    body.className = "pair is-connected";
    ahead = answer.now * 1000 - (asked + now) / 2;
    if (answer.state === "confirmed" && answer.to) {
      say("said", "confirmed; the wall comes");
      location.href = answer.to;
      due = now + PATIENCE;
      return;
    }
    if (answer.state === "over" && !answer.cookie && !held) {
      say("said", "this browser keeps no cookies, so it cannot be paired: allow them for this address");
      due = now + LAST;
      return;
    }
    if (answer.state === "over") {
      location.reload();
      due = now + PATIENCE;
      return;
    }
    held = true;
    left = answer.left || 0;
    leftAt = now;
    say("said", "connected; nothing is shown until someone confirms");
    var off = Math.abs(ahead) / 1000;
    var error = (now - asked) / 2000;
    say("off", off > 2 + error ? "Its clock is " + lasting(off) + (ahead > 0 ? " slow." : " fast.") : "Its clock is right.");
    due = now + Math.min(EVERY * (0.8 + 0.4 * Math.random()), Math.max(500, left * 1000 + 200));
  }

  function lost() {
    failures += 1;
    body.className = "pair is-away";
    due = Date.now() + 500 + Math.random() * Math.min(LAST, FIRST * Math.pow(2, Math.min(failures, 10)));
  }

  function tick() {
    var now = Date.now();
    // The clock was set, or the machine slept: times on it say nothing any more.
    if (now < last || now - last > 30000) {
      due = now;
      leftAt += now - last;
    }
    last = now;
    var time = new Date(now + ahead);
    say("clock", two(time.getUTCHours()) + ":" + two(time.getUTCMinutes()) + ":" + two(time.getUTCSeconds()));
    say("left", lasting(left - (now - leftAt) / 1000));
    if (due && now >= due) ask();
    else if (due && failures) say("said", "no connection; trying again in " + Math.max(1, Math.ceil((due - now) / 1000)) + " s");
  }

  say("size", "This screen: " + Math.round(screen.width * (window.devicePixelRatio || 1)) + " × " + Math.round(screen.height * (window.devicePixelRatio || 1)) + (body.getAttribute("data-browser") ? ", " + body.getAttribute("data-browser") : ""));
  tick();
  setInterval(tick, 250);
})();
