/** All that a file is drawn from: the picture, the moment for which it is drawn, and how fresh it was then. Pure. */

import { freshness, isBlind } from "../freshness.js";
import { textsAt } from "../scene/header.js";
import { notice } from "../scene/notice.js";
import { Picture } from "../store.js";
import { Palette } from "./palette.js";
import { utcClock } from "./time.js";

/** @typedef {import("../arrange.js").Grouping} Grouping */
/** @typedef {import("../arrange.js").Sorting} Sorting */
/** @typedef {import("../freshness.js").Freshness} Freshness */
/** @typedef {import("../scene/notice.js").Notice} Notice */
/** @typedef {import("../wire-types.js").Snapshot} Snapshot */
/**
 * @typedef {object} Options
 * @property {string} css of css/tokens.css
 * @property {import("./palette.js").Theme} theme
 * @property {number} width in pixels
 * @property {number} height
 * @property {Grouping} group
 * @property {Sorting} sort
 * @property {number} now epoch seconds
 * @property {number | null} pulse when the collector was last heard
 * @property {number | null} heard when the API server last answered it
 * @property {number} [apart] by so many seconds the clocks of server and collector disagree
 * @property {Record<string, number>} beats when each node's lease was last seen to be renewed, where that is told
 */
/**
 * @typedef {object} Scene
 * @property {Picture} picture
 * @property {number} now
 * @property {number} at the moment for which texts are told: that of a picture that nobody confirms
 * @property {Freshness} fresh
 * @property {Notice | null} notice
 * @property {Grouping} group
 * @property {Sorting} sort
 * @property {Palette} colours of what is shown; hardly any colour while late
 * @property {Palette} around of header and rail: a cluster that does not answer is judged by its collector, whose word stands
 * @property {Palette} plain of what is said about it
 */

/** @param {Snapshot} snapshot @param {Options} options @returns {Scene} */
export function sceneOf(snapshot, { css, theme, group, sort, now, pulse, heard, apart = 0, beats }) {
  const picture = new Picture(snapshot);
  picture.beats = beats;
  // Whoever asks for the file has the server's own word: no socket lies between, and none can be late. It says no "trying again in
  // 4 s", for that is over when it is read.
  /** @type {Freshness} */
  const fresh = snapshot.past ? { kind: "past", age: 0, since: now, why: "", retry: null } : freshness({
    now, pulse, heard, apart, pictured: picture.at || null, socket: "open", socketSince: null, socketRetry: null, fault: "", retry: null,
  });
  picture.blind = isBlind(fresh);
  const late = fresh.kind !== "live" && fresh.kind !== "past";
  const colours = new Palette(css, theme, late);
  const plain = new Palette(css, theme, false);
  return {
    picture, now, fresh, group, sort, at: textsAt(fresh, now), notice: notice(picture, fresh, now, utcClock),
    colours, plain, around: isBlind(fresh) ? colours : plain,
  };
}
