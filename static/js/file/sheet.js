/**
 * The display list of a file: what stands where, in the order in which it is painted. Pure. svg.js writes it down.
 */

/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("../states.js").State} State */
/** @typedef {Record<string, string | number>} Data what is told besides: it stands in data-… */
/** @typedef {{ fill?: string, stroke?: string, line?: number, r?: number, dash?: string, opacity?: number, data?: Data }} Look */
/** @typedef {{ text: string, size: number, fill: string, weight?: number, gap?: number }} Tail the second part of a line, `gap` after
 *    the first: it follows whatever font the first is shown in */
/** @typedef {{ size: number, fill: string, weight?: number, anchor?: "start" | "middle" | "end", spacing?: number, tail?: Tail }} Type */
/**
 * @typedef {{ mark: "rect", x: number, y: number, w: number, h: number, look: Look }
 *   | { mark: "path", d: string, look: Look }
 *   | { mark: "circle", x: number, y: number, r: number, look: Look }
 *   | { mark: "text", x: number, y: number, text: string, type: Type }
 *   | { mark: "glyph", state: State, x: number, y: number, size: number, colour: string }
 *   | { mark: "begin", title: string, data: Data, move: [number, number] | null }
 *   | { mark: "end" }} Item
 */

export class Sheet {
  /** @type {Item[]} */ items = [];

  /** @param {Palette} colours */
  constructor(colours) {
    this.colours = colours;
  }

  /** Open a group; `title` is what a browser shows where the pointer rests and a screen reader reads. @param {string} title
   *  @param {Data} [data] @param {[number, number] | null} [move] where the origin of what is in it lies */
  begin(title, data = {}, move = null) {
    this.items.push({ mark: "begin", title, data, move });
  }

  end() {
    this.items.push({ mark: "end" });
  }

  /** A rectangle; its stroke lies inside its bounds. @param {number} x @param {number} y @param {number} w @param {number} h @param {Look} look */
  rect(x, y, w, h, look) {
    const inset = look.stroke ? (look.line ?? 1) / 2 : 0;
    this.items.push({ mark: "rect", x: x + inset, y: y + inset, w: Math.max(0, w - 2 * inset), h: Math.max(0, h - 2 * inset), look });
  }

  /** @param {string} d @param {Look} look */
  path(d, look) {
    this.items.push({ mark: "path", d, look });
  }

  /** @param {number} x @param {number} y @param {number} r @param {Look} look */
  circle(x, y, r, look) {
    this.items.push({ mark: "circle", x, y, r, look });
  }

  /** One line, `y` its baseline. An empty text is none. @param {number} x @param {number} y @param {string} text @param {Type} type */
  text(x, y, text, type) {
    if (text) this.items.push({ mark: "text", x, y, text, type });
  }

  /** A state's shape, (x, y) its upper left corner. @param {State} state @param {number} x @param {number} y @param {number} size
   *  @param {Palette} [colours] */
  glyph(state, x, y, size, colours = this.colours) {
    this.items.push({ mark: "glyph", state, x, y, size, colour: colours.state(state) });
  }
}
