/**
 * The states: their words, how they compare, and their shapes.
 *
 * Shape, word and colour say the same thing. A shape is a list of strokes and fills in a box of 20 × 20, so that the same one is
 * drawn as SVG in the page (templates/parts/sprite.html holds the symbols) and on a canvas. Colours are custom properties of
 * css/tokens.css: `--healthy` for what is drawn, `--healthy-text` for what is read.
 */

/** @typedef {"healthy" | "degraded" | "down" | "unknown" | "not_observable" | "cordoned" | "leaving" | "joining"} State */

/** States by their code on the wire (planes/live/wire.py). @type {readonly State[]} */
export const STATES = ["healthy", "degraded", "down", "unknown", "not_observable", "cordoned", "leaving", "joining"];

/** @type {Record<State, string>} */
export const WORDS = {
  healthy: "healthy",
  degraded: "degraded",
  down: "down",
  unknown: "unknown",
  not_observable: "not observable",
  cordoned: "cordoned",
  leaving: "leaving",
  joining: "joining",
};

/** Worst highest, as planes/structs/verdicts.py has it. @type {Record<State, number>} */
export const SEVERITY = {
  not_observable: 0, healthy: 1, cordoned: 2, joining: 3, leaving: 4, unknown: 5, degraded: 6, down: 7,
};

/**
 * One stroke or fill of a shape. `ink` parts are drawn in the dark of the background, on top of the state's colour.
 * @typedef {{ d: string, fill?: boolean, stroke?: number, dash?: number[], ink?: boolean }} Part
 */

const RING = "M10 2.8a7.2 7.2 0 1 1 0 14.4a7.2 7.2 0 1 1 0-14.4Z";

/** @type {Record<State, readonly Part[]>} */
export const SHAPES = {
  healthy: [{ d: "M10 3a7 7 0 1 1 0 14a7 7 0 1 1 0-14Z", fill: true }],
  degraded: [
    { d: "M9.1 1.6a1.05 1.05 0 0 1 1.8 0l8 14.2a1.05 1.05 0 0 1-.9 1.6H2a1.05 1.05 0 0 1-.9-1.6Z", fill: true },
    { d: "M9 6.6h2v5.4H9Zm0 6.8h2v2H9Z", fill: true, ink: true },
  ],
  down: [
    { d: "M8.9.9a1.5 1.5 0 0 1 2.2 0l8 8a1.5 1.5 0 0 1 0 2.2l-8 8a1.5 1.5 0 0 1-2.2 0l-8-8a1.5 1.5 0 0 1 0-2.2Z", fill: true },
    { d: "M6.9 6.9l6.2 6.2M13.1 6.9l-6.2 6.2", stroke: 2, ink: true },
  ],
  unknown: [
    { d: RING, stroke: 2.2 },
    { d: "M7.7 8.3a2.4 2.4 0 1 1 3.6 2c-.9.5-1.3.9-1.3 1.8", stroke: 1.9 },
    { d: "M8.9 13.3h2.2v2.1H8.9Z", fill: true },
  ],
  not_observable: [{ d: RING, stroke: 2, dash: [3.4, 2.25] }],
  cordoned: [
    { d: RING, stroke: 2.2 },
    { d: "M7.9 6.8v6.4M12.1 6.8v6.4", stroke: 2.2 },
  ],
  leaving: [
    { d: RING, stroke: 2.2 },
    { d: "M6.2 10h7.2M10.6 7.1l3 2.9l-3 2.9", stroke: 2 },
  ],
  joining: [
    { d: RING, stroke: 2.2 },
    { d: "M10 6.5v7M6.5 10h7", stroke: 2.2 },
  ],
};

/** Is this text one of the states? @param {string} text @returns {text is State} */
export function isState(text) {
  return Object.hasOwn(WORDS, text);
}

/** A state from what came over the wire; what we do not know is "unknown". @param {string | undefined} text @returns {State} */
export function stateOf(text) {
  return text !== undefined && isState(text) ? text : "unknown";
}

/**
 * What may be said of a state now, as planes/store/freshness.py has it: while nobody vouches for it (`blind`) it is unknown, with the
 * last known one, if that says anything.
 * @param {string | undefined} text @param {string | undefined} last the last known one of what is unknown @param {boolean} blind
 * @returns {{ state: State, last: State | null }}
 */
export function seenOf(text, last, blind) {
  const state = stateOf(text);
  const known = state === "unknown" ? last : state;
  const told = known && isState(known) && known !== "unknown" && known !== "not_observable" ? known : null;
  return { state: blind ? "unknown" : state, last: blind || state === "unknown" ? told : null };
}

/** The worst of some states; "healthy" of none. @param {Iterable<State>} states @returns {State} */
export function worst(states) {
  /** @type {State} */
  let result = "healthy";
  for (const state of states) if (SEVERITY[state] > SEVERITY[result]) result = state;
  return result;
}

/** One part as SVG: attributes only, so that a strict content security policy lets it be. @param {Part} part */
function partMarkup(part) {
  const ink = part.ink ? ' class="ink"' : "";
  const paint = part.fill
    ? 'fill="currentColor"'
    : `fill="none" stroke="currentColor" stroke-width="${part.stroke}"${part.dash ? ` stroke-dasharray="${part.dash.join(" ")}"` : ""}`;
  return `<path${ink} d="${part.d}" ${paint}/>`;
}

/** The symbols of all shapes, as templates/parts/sprite.html must hold them. @returns {string} */
export function spriteMarkup() {
  const symbols = STATES.map(
    (state) => `  <symbol id="glyph-${state}" viewBox="0 0 20 20">${SHAPES[state].map(partMarkup).join("")}</symbol>`,
  );
  return `<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">\n${symbols.join("\n")}\n</svg>\n`;
}
