/**
 * The colours of css/tokens.css, for who draws without a browser: one source, so that a file cannot drift from the page. Pure: the
 * style sheet comes as an argument.
 *
 * Each token there is `--name: var(--light, #light) var(--dark, #dark)`. A picture that is late is drawn in the same colours with hardly any of them
 * left, as the page's own filter does (css/cluster.css).
 */

/** @typedef {"dark" | "light"} Theme */
/** @typedef {import("../states.js").State} State */

const TOKEN = /--([\w-]+):\s*var\(--light, (#[0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?\) var\(--dark, (#[0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?\)/g;

/** What the page's filter leaves of a late picture: saturate(), and brightness() by theme. */
const SATURATION = 0.12;
const BRIGHTNESS = { dark: 0.85, light: 0.97 };

/** CSS's saturate() and then brightness() on "#rrggbb" (Filter Effects Module Level 1, feColorMatrix type="saturate").
 *  @param {string} colour @param {number} saturation @param {number} brightness */
export function faded(colour, saturation, brightness) {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const grey = 0.213 * red + 0.715 * green + 0.072 * blue;
  const mixed = [red, green, blue].map((channel) => (grey + (channel - grey) * saturation) * brightness);
  return `#${mixed.map((channel) => Math.min(255, Math.max(0, Math.round(channel))).toString(16).padStart(2, "0")).join("")}`;
}

/** Colours by the names of their tokens, "#rrggbb". */
export class Palette {
  /** @type {Map<string, string>} */ #colours = new Map();

  /** @param {string} css of the tokens @param {Theme} theme @param {boolean} late with hardly any colour left? */
  constructor(css, theme, late) {
    for (const [, name = "", light = "", dark = ""] of css.matchAll(TOKEN)) {
      const colour = (theme === "dark" ? dark : light).toLowerCase();
      this.#colours.set(name, late ? faded(colour, SATURATION, BRIGHTNESS[theme]) : colour);
    }
  }

  /** @param {string} token */
  of(token) {
    const colour = this.#colours.get(token);
    if (colour === undefined) throw new Error(`css/tokens.css has no colour --${token}.`);
    return colour;
  }

  /** What a state is drawn in. @param {State} state */
  state(state) {
    return this.of(state.replace("_", "-"));
  }

  /** What a state is read in. @param {State} state */
  word(state) {
    return this.of(`${state.replace("_", "-")}-text`);
  }
}
