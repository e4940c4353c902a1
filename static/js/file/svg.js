/**
 * A display list as an SVG document. Every text and every attribute of a cluster's passes through one escape. Nothing outside the
 * document is referred to: what is written is shown by a browser, a chat and a rasteriser alike. Pure.
 */

import { SHAPES, STATES } from "../states.js";

/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("./sheet.js").Data} Data */
/** @typedef {import("./sheet.js").Item} Item */
/** @typedef {import("./sheet.js").Look} Look */
/** @typedef {import("./sheet.js").Type} Type */

const FONTS = "Inter, 'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
/** What XML 1.0 does not allow, even escaped; and half a pair of surrogates. */
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** Marks that turn the direction of what follows: a name must not rearrange the picture around it. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
/** Any of those, or what XML itself reads: most texts have none, and are told so at one look. */
const SPECIAL = /[&<>"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]/;
/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as it may stand between tags and in attributes. @param {string} text */
export function escape(text) {
  if (!SPECIAL.test(text)) return text;
  return text.replace(FORBIDDEN, "\ufffd").replace(TURNING, "").replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? "");
}

/** A coordinate, to a tenth: "12", "12.5". @param {number} value */
export function number(value) {
  const tenths = Math.round(value * 10);
  return tenths === 0 ? "0" : String(tenths / 10);
}

/** @param {Data} data */
function told(data) {
  let words = "";
  for (const key in data) words += ` data-${key}="${escape(String(data[key]))}"`;
  return words;
}

/** @param {Look} look @param {"opacity" | "fill-opacity"} [opacityOf] */
function painted({ fill = "none", stroke, line = 1, dash, opacity = 1, data }, opacityOf = "opacity") {
  const edge = stroke ? ` stroke="${stroke}"${line === 1 ? "" : ` stroke-width="${number(line)}"`}${dash ? ` stroke-dasharray="${dash}"` : ""}` : "";
  return ` fill="${fill}"${edge}${opacity === 1 ? "" : ` ${opacityOf}="${Math.round(opacity * 100) / 100}"`}${data ? told(data) : ""}`;
}

/** @param {Type} type */
function typed({ size, fill, weight = 400, anchor = "start", spacing = 0 }) {
  const more = `${weight === 400 ? "" : ` font-weight="${weight}"`}${anchor === "start" ? "" : ` text-anchor="${anchor}"`}`;
  return ` font-size="${number(size)}" fill="${fill}"${more}${spacing ? ` letter-spacing="${number(spacing)}"` : ""}`;
}

/** @param {Item} item @returns {string} */
function written(item) {
  switch (item.mark) {
    case "rect": {
      const round = item.look.r ? ` rx="${number(item.look.r)}"` : "";
      return `<rect x="${number(item.x)}" y="${number(item.y)}" width="${number(item.w)}" height="${number(item.h)}"${round}${painted(item.look)}/>`;
    }
    case "path":
      return `<path d="${item.d}"${painted(item.look, "fill-opacity")}/>`;
    case "circle":
      return `<circle cx="${number(item.x)}" cy="${number(item.y)}" r="${number(item.r)}"${painted(item.look)}/>`;
    case "glyph": {
      // The older name of an address: browsers before Chromium 50 know no other, and all know it still.
      const side = number(item.size);
      return `<use xlink:href="#${item.state}" x="${number(item.x)}" y="${number(item.y)}" width="${side}" height="${side}" color="${item.colour}"/>`;
    }
    case "text": {
      const { tail } = item.type;
      // What it would inherit of its line is said anew.
      const plain = `${item.type.weight && !tail?.weight ? ` font-weight="400"` : ""}${item.type.spacing ? ` letter-spacing="0"` : ""}`;
      const rest = tail?.text ? `<tspan dx="${number(tail.gap ?? 4)}"${typed(tail)}${plain}>${escape(tail.text)}</tspan>` : "";
      return `<text x="${number(item.x)}" y="${number(item.y)}"${typed(item.type)}>${escape(item.text)}${rest}</text>`;
    }
    case "begin":
      return `<g${told(item.data)}${item.move ? ` transform="translate(${item.move.map(number).join(" ")})"` : ""}>${item.title ? `<title>${escape(item.title)}</title>` : ""}`;
    case "end":
      return "</g>";
  }
}

/** The shapes, the hatch and the two grounds. `ink` parts are drawn in the dark of the background. @param {Palette} colours */
function definitions(colours) {
  const ink = colours.of("ink");
  const shapes = STATES.map((state) => {
    const parts = SHAPES[state].map((part) => {
      const paint = part.ink ? ink : "currentColor";
      if (part.fill) return `<path d="${part.d}" fill="${paint}"/>`;
      return `<path d="${part.d}" fill="none" stroke="${paint}" stroke-width="${part.stroke}"${part.dash ? ` stroke-dasharray="${part.dash.join(" ")}"` : ""}/>`;
    });
    return `<symbol id="${state}" viewBox="0 0 20 20">${parts.join("")}</symbol>`;
  });
  const hatches = [["hatch", 5, 2.2], ["hatch-fine", 3.4, 1.6]].map(
    ([name, step, thick]) => `<pattern id="${name}" width="${step}" height="${step}" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="${step}" height="${thick}" fill="${colours.of("unknown")}"/></pattern>`,
  );
  const grounds = ["sky", "ground"].map(
    (name) => `<linearGradient id="${name}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${colours.of(`${name}-1`)}"/><stop offset="1" stop-color="${colours.of(`${name}-2`)}"/></linearGradient>`,
  );
  return `<defs>${[...shapes, ...hatches, ...grounds].join("")}</defs>`;
}

/** Some of a list, as it is written. @param {Item[]} items @returns {string} */
export function marks(items) {
  return items.map(written).join("\n");
}

/**
 * @param {Item[]} items @param {Palette} colours
 * @param {{ width: number, height: number, across: number, down: number, title: string, words: string }} sheet pixels, and the same
 *   in units of the list
 * @returns {string} joined once: the server's engine hands over no string that grew by parts
 */
export function documentOf(items, colours, { width, height, across, down, title, words }) {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${number(across)} ${number(down)}" font-family="${FONTS}" role="img">`;
  const lines = [head, `<title>${escape(title)}</title><desc>${escape(words)}</desc>`, definitions(colours)];
  for (const item of items) lines.push(written(item));
  lines.push("</svg>\n");
  return lines.join("\n");
}
