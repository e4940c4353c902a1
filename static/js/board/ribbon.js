/** A day of both planes as two ribbons: where two states share a step, the worse is drawn; what nobody watched is hatched. Pure. */

import { SEVERITY, WORDS, stateOf } from "../states.js";

/** @typedef {import("../file/sheet.js").Sheet} Sheet */
/** @typedef {import("./told.js").Told} Told */
/** @typedef {import("./told.js").Turn} Turn */
/** @typedef {{ from: number, to: number, state: string }} Step shares of the ribbon; "" while nobody watched */

/** Steps of a ribbon: a quarter of an hour of a day. */
const STEPS = 96;

/** A sick state is worse than none, none is worse than a well one. @param {string} state */
function weight(state) {
  return state === "" ? SEVERITY.cordoned + 0.5 : SEVERITY[stateOf(state)];
}

/**
 * The steps, neighbours of one state joined. What was before the first turn, nobody watched. @param {Turn[]} turns oldest first
 * @param {number} from @param {number} now epoch seconds @returns {Step[]}
 */
export function stepsOf(turns, from, now) {
  const step = (now - from) / STEPS;
  /** @type {Step[]} */
  const out = [];
  let at = 0;
  for (let one = 0; one < STEPS; one++) {
    const [began, ended] = [from + one * step, from + (one + 1) * step];
    while (at + 1 < turns.length && (turns[at + 1]?.[0] ?? 0) <= began) at++;
    let state = (turns[at]?.[0] ?? Infinity) <= began ? (turns[at]?.[1] ?? "") : "";
    let worse = state === "" && (turns[at]?.[0] ?? Infinity) > began ? -1 : weight(state);
    for (let next = at; next < turns.length && (turns[next]?.[0] ?? 0) < ended; next++) {
      const found = turns[next]?.[1] ?? "";
      if ((turns[next]?.[0] ?? 0) > began && weight(found) > worse) [state, worse] = [found, weight(found)];
    }
    const last = out[out.length - 1];
    if (last && last.state === state) last.to = (one + 1) / STEPS;
    else out.push({ from: one / STEPS, to: (one + 1) / STEPS, state });
  }
  return out;
}

/** Both, `box.h` being the height of one. @param {Sheet} sheet @param {Told} card
 *  @param {{ x: number, y: number, w: number, h: number }} box @param {{ from: number, now: number }} day */
export function drawRibbon(sheet, card, { x, y, w, h }, day) {
  const { colours } = sheet;
  for (const [row, turns] of (card.ribbons ?? []).entries()) {
    const top = y + row * h * 1.25;
    for (const { from, to, state } of stepsOf(turns, day.from, day.now)) {
      const known = stateOf(state);
      const look = state === "" ? { fill: "url(#hatch-fine)", opacity: 0.6 } : { fill: colours.state(known), opacity: known === "healthy" ? 0.55 : 1 };
      sheet.rect(x + from * w, top, (to - from) * w, h, { ...look, data: { ribbon: state === "" ? "not watched" : WORDS[known] } });
    }
  }
}
