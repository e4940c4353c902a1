/** Saying how old a page is: in the header always, across the page when it is not the present. */

import { clock, duration } from "../ages.js";
import { NOBODY, saysOf } from "../blame.js";
import { isBlind } from "../freshness.js";

/** @typedef {import("../freshness.js").Freshness} Freshness */
/** What else is known. `fault`: its kind; `seen`: whether there ever was anything to picture.
 *  @typedef {{ now: number, many: boolean, fault?: string, seen?: boolean }} About */

/**
 * Why, in a sentence. Pure.
 * @param {Freshness} fresh @param {About} about
 */
export function why(fresh, about) {
  const since = fresh.since === null ? "" : ` since ${clock(fresh.since)}`;
  const last = about.seen === false ? " Nothing of it has been seen yet." : fresh.since === null ? "" : " This is the last picture.";
  const left = fresh.retry === null ? 0 : fresh.retry - about.now;
  const again = left > 0 ? ` Next attempt in ${duration(Math.ceil(left))}.` : "";
  switch (fresh.why) {
    case "offline":
      return `This device is offline${since}.${last}`;
    case "socket":
      return `Planewatch has not been reached${since}.${last}${again}`;
    case "picture":
      return `Changes${since} could not be fetched.${last}`;
    case "quiet":
      return `Nothing has been received${since}.${last}`;
    case "server":
      return `Planewatch's web server does not answer${since}.${last}`;
    case "clocks":
      return `The clocks of this server and the collector differ by ${duration(fresh.age)}, so the age of this picture is unknown.`;
    case "collector":
      if (about.fault === NOBODY) return `${saysOf(about.fault)}${since}.${last}`;
      if (fresh.trouble) return `${fresh.trouble}${last}`;
      return about.many
        ? `No cluster's collector has reported${since}.${last}`
        : `The collector of this cluster has not reported${since}.${last}`;
    case "cluster":
      return `${saysOf(about.fault)}${since}.${last}${again}`;
    case "signed out":
      return "You are signed out, so this page no longer updates. Reload it to sign in.";
    case "gone":
      return "This is no longer watched or no longer exists, so this page no longer updates.";
    default:
      return "";
  }
}

/** The header's words. Pure. @param {Freshness} fresh */
export function brief(fresh) {
  if (fresh.kind === "waiting") return "connecting …";
  const age = `${duration(fresh.age)} ${fresh.kind === "live" ? "ago" : "old"}`;
  if (fresh.kind === "live") return `live · ${age}`;
  return fresh.since === null ? "not live" : `not live · ${age}`;
}

/**
 * Show it. The body has the class `not-live` while what it shows is not the present, and `is-blind` while nobody vouches for it.
 * @param {Freshness} fresh @param {About} about
 */
export function show(fresh, about) {
  const late = fresh.kind === "late";
  document.body.classList.toggle("not-live", late);
  // The word of a collector that lives is the present, whether its cluster answers it or not.
  document.body.classList.toggle("is-blind", isBlind(fresh));
  const header = document.getElementById("freshness");
  if (header) {
    header.classList.toggle("is-live", fresh.kind === "live");
    header.classList.toggle("is-late", late);
    const state = fresh.kind === "live" ? "healthy" : late ? "degraded" : "unknown";
    header.querySelector("svg")?.setAttribute("class", `glyph glyph-s state-${state}`);
    header.querySelector("use")?.setAttribute("href", `#glyph-${state}`);
    say(header.querySelector("span"), brief(fresh));
  }
  const notice = document.getElementById("late");
  if (!notice) return;
  notice.hidden = !late;
  if (!late) return;
  say(notice.querySelector("[data-late-age]"), fresh.since === null || about.seen === false ? "Not live" : `${duration(fresh.age)} old`);
  say(notice.querySelector("[data-late-why]"), why(fresh, about));
}

/** What tells how fresh the page is has failed: then nothing of it passes for the present any more. */
export function showFailed() {
  document.body.classList.add("not-live", "is-blind");
  const header = document.getElementById("freshness");
  header?.classList.remove("is-live");
  header?.classList.add("is-late");
  say(header?.querySelector("span") ?? null, "not live: this page's script has failed; reload the page");
}

/** @param {Element | null} element @param {string} text */
function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}
