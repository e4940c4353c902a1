/** The last 24 hours at the foot of the picture: fetched once the page stands, renewed now and then; a click goes to that moment. */

import { clock } from "./ages.js";
import { within } from "./limits.js";
import { iso } from "./past.js";

const AGAIN_MS = 60_000;
const LIMIT_MS = 10_000;

/** The moment that a share of the day lies at; of a time before all that is remembered none. @param {number} share 0 to 1
 *  @param {{ began: number, ended: number, oldest: number | null }} day epoch seconds */
export function momentAt(share, { began, ended, oldest }) {
  const at = began + Math.min(1, Math.max(0, share)) * (ended - began);
  return oldest === null || at < oldest ? null : at;
}

/** @param {HTMLElement} place */
export function showDay(place) {
  const path = place.dataset["hours"] ?? "";
  const load = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(path, { credentials: "same-origin", redirect: "manual", signal: within(LIMIT_MS) });
      if (!answer.ok) return;
      const made = document.createRange().createContextualFragment(await answer.text());
      // Another page, such as that to sign in, is no part of this one. Who stands in it keeps the place until the next time.
      if (!made.querySelector("#day-tracks") || place.contains(document.activeElement)) return;
      for (const time of made.querySelectorAll("time[data-clock]")) {
        time.textContent = clock(Number(time.getAttribute("data-clock"))).slice(0, 5);
      }
      place.replaceChildren(made);
    } catch {
      // The page says by itself that the server does not answer; what stands here ends at the time that it names.
    }
  };
  place.addEventListener("click", (event) => {
    const tracks = document.getElementById("day-tracks");
    const ribbon = tracks?.querySelector(".ribbon")?.getBoundingClientRect();
    if (!tracks || !ribbon || !(event.target instanceof Element) || !event.target.closest("#day-tracks")) return;
    const { began, ended, oldest } = tracks.dataset;
    const at = momentAt((event.clientX - ribbon.left) / ribbon.width, { began: Number(began), ended: Number(ended), oldest: oldest ? Number(oldest) : null });
    if (at === null) return;
    const address = new URL(location.href);
    address.searchParams.set("at", iso(at));
    address.searchParams.set("lens", "24h");
    location.assign(address);
  });
  void load();
  setInterval(() => void load(), AGAIN_MS);
  document.addEventListener("visibilitychange", () => void load());
}
