/** Tells the server every 30 s that the wall lives, and when it last drew something that had come. */

import { within } from "../limits.js";

const EVERY_MS = 30_000;

/**
 * @param {string} address @param {() => { frame: number, version: string }} state `frame`: milliseconds since the page began
 * @param {(answer: { edited: number, v: string }) => void} heard @param {{ socket: { state: string } }} feed
 */
export function says(address, state, heard, feed) {
  let was = "";
  const say = async () => {
    const { frame, version } = state();
    const ratio = devicePixelRatio || 1;
    const told = new URLSearchParams({
      w: String(Math.round(innerWidth * ratio)), h: String(Math.round(innerHeight * ratio)),
      clock: String(Math.round(Date.now() / 1000)), wall: "full", v: version,
    });
    if (frame) told.set("frame", ((performance.now() - frame) / 1000).toFixed(1));
    const answer = await fetch(address, { method: "POST", body: told, credentials: "same-origin", signal: within(10_000) });
    if (answer.ok) heard(/** @type {{ edited: number, v: string }} */ (await answer.json()));
  };
  /** A word that is lost is followed by another. */
  const try_ = () => void say().catch(() => undefined);
  setTimeout(try_, 2000);
  setInterval(try_, EVERY_MS);
  // A connection that begins again may do so because the display was changed.
  setInterval(() => {
    if (was !== "open" && was !== "" && feed.socket.state === "open") try_();
    was = feed.socket.state;
  }, 1000);
}
