/**
 * One cluster's card on a wall, in a box of any size. Nothing on it is cut: of several forms, the richest is drawn that fits in type
 * which is large enough. Pure.
 */

import { width } from "../file/text.js";
import { Sheet } from "../file/sheet.js";
import { drawRibbon } from "./ribbon.js";
import { nameLines, wrapped } from "./lines.js";

/** @typedef {import("../file/palette.js").Palette} Palette */
/** @typedef {import("../file/sheet.js").Item} Item */
/** @typedef {import("./told.js").Told} Told */
/** @typedef {import("./told.js").Half} Half */
/** @typedef {{ w: number, h: number }} Size */
/** @typedef {{ from: number, now: number }} Day the window of the ribbons, epoch seconds */
/**
 * @typedef {object} Form what a card tells
 * @property {boolean} [troubles] @property {boolean} [because] @property {boolean} [foot] @property {boolean} [ribbon]
 * @property {boolean} [caption] @property {boolean} [count] @property {boolean} [mute] the shape alone, if need be
 * @property {boolean} [brief] instead of each headline what is wrong in a few words @property {boolean} [short] its state's word
 * @property {boolean} [dense] with less room around @property {boolean} [either] a plane whose few words have no room tells its
 *   state's word
 * @property {boolean} [terse] how fresh it is in one line or not at all: where all are old, the wall's head tells that
 * @property {number} [anyhow] a name may break, or be cut, anywhere, in so many lines
 * @property {number} tall the headline's type at most, as a share of the card's height @property {number} wide of its width
 */

/** From the richest to the poorest. @type {readonly Form[]} */
const FORMS = [
  { troubles: true, because: true, foot: true, ribbon: true, caption: true, count: true, tall: 0.062, wide: 0.05 },
  { because: true, foot: true, ribbon: true, caption: true, count: true, tall: 0.075, wide: 0.058 },
  { foot: true, ribbon: true, caption: true, count: true, tall: 0.085, wide: 0.058 },
  { ribbon: true, caption: true, count: true, tall: 0.1, wide: 0.065 },
  { ribbon: true, count: true, tall: 0.13, wide: 0.08 },
  { ribbon: true, tall: 0.13, wide: 0.09 },
  { ribbon: true, brief: true, short: true, tall: 0.13, wide: 0.09 },
  { brief: true, short: true, tall: 0.16, wide: 0.11 },
  { brief: true, short: true, anyhow: 2, tall: 0.16, wide: 0.11 },
  { brief: true, short: true, anyhow: 1, tall: 0.16, wide: 0.11 },
  { brief: true, short: true, dense: true, anyhow: 2, tall: 0.16, wide: 0.11 },
  { brief: true, short: true, dense: true, anyhow: 1, tall: 0.16, wide: 0.11 },
  { brief: true, short: true, dense: true, either: true, anyhow: 2, tall: 0.16, wide: 0.11 },
  { ribbon: true, short: true, tall: 0.16, wide: 0.11 },
  { short: true, tall: 0.19, wide: 0.13 },
  { short: true, mute: true, anyhow: 2, tall: 0.24, wide: 0.16 },
  { short: true, mute: true, anyhow: 1, tall: 0.24, wide: 0.16 },
  { short: true, mute: true, dense: true, anyhow: 1, tall: 0.24, wide: 0.16 },
  { short: true, mute: true, terse: true, anyhow: 2, tall: 0.24, wide: 0.16 },
  { short: true, mute: true, terse: true, anyhow: 1, tall: 0.24, wide: 0.16 },
];
/** Forms that tell more than why each plane is as it is are preferred while the headline is larger than the smallest type by this. */
const COMFORT = 1.12;
const RICH = 4;
const STEP = 0.9;
/** Lines of a headline at most. */
const LINES = 4;
/** How high one of them is, in its type. */
const LINE = 1.18;

/** @typedef {{ form: number, type: number }} Fit which form, and how large its headline */

/** The richest form that fits, and its largest type. @param {Told} card @param {Size} size @param {number} least type
 *  @param {Palette} colours @param {Day} day @returns {Fit} */
export function fitOf(card, size, least, colours, day) {
  for (const [form, { tall, wide }] of FORMS.entries()) {
    const most = Math.min(size.h * tall, size.w * wide);
    const comfort = form < RICH ? least * COMFORT : least;
    for (let type = Math.max(most, comfort); type >= comfort * 0.999; type = type * STEP < comfort && type > comfort ? comfort : type * STEP) {
      if (compose(card, form, type, size, least, colours, day)) return { form, type };
    }
  }
  return { form: FORMS.length - 1, type: least };
}

/** The card's marks, its upper left corner at 0, 0: in this type, or in what fits. @param {Told} card @param {Size} size
 *  @param {number} type @param {number} least @param {Palette} colours @param {Day} day @returns {Item[]} */
export function cardItems(card, size, type, least, colours, day) {
  for (const form of FORMS.keys()) {
    const sheet = compose(card, form, type, size, least, colours, day);
    if (sheet) return sheet.items;
  }
  return (compose(card, FORMS.length - 1, least, size, least, colours, day, true) ?? new Sheet(colours)).items;
}

/** Lay one form out; null if something has no room. @param {Told} card @param {number} at @param {number} type
 *  @param {Size} size @param {number} least @param {Palette} colours @param {Day} day @param {boolean} [force] whatever it looks like */
function compose(card, at, type, { w, h }, least, colours, day, force = false) {
  const form = /** @type {Form} */ (FORMS[at]);
  if (form.brief && !card.sky.brief.length && !card.ground.brief.length) return null;
  const sheet = new Sheet(colours);
  // Nobody's word: grey, whoever it is that does not answer.
  const late = card.status.kind === "late" || (card.status.kind === "silent" && card.sky.state === "unknown" && card.ground.state === "unknown");
  const small = Math.max(least, type * 0.68);
  const pad = Math.max(type * (form.dense ? 0.4 : 0.75), 5);
  const sick = ["down", "degraded", "unknown"].includes(card.worst);
  const edge = late || sick ? colours.state(late ? "unknown" : card.worst) : colours.of("edge");
  const line = late || sick ? Math.max(2, Math.min(w, h) * 0.009) : 1;
  const round = Math.min(type * 0.55, h * 0.05);
  sheet.rect(0, 0, w, h, { fill: colours.of("panel-2"), r: round });

  // The name, and beside or below it how fresh it is.
  const named = Math.max(least, type * 1.12);
  const names = nameLines(card.name, named, w - 2 * pad, form.anyhow ?? (form.short ? 2 : 1), Boolean(form.anyhow));
  if (!names) return null;
  const live = card.status.kind === "live";
  const status = form.short && live ? "" : card.status.words;
  const beside = names.length === 1 && width(names[0] ?? "", named, 600) + pad + width(status, small, 600) <= w - 2 * pad;
  let y = pad * 0.75;
  for (const one of names) {
    sheet.text(pad, y + named * 0.86, one, { size: named, weight: 600, fill: late ? colours.word("unknown") : colours.of("text") });
    y += named * 1.12;
  }
  const statusFill = live ? colours.word("healthy") : colours.word("degraded");
  if (status && beside) {
    sheet.text(w - pad, y - named * 1.12 + named * 0.86, status, { size: small, weight: 600, fill: statusFill, anchor: "end" });
  } else if (status && !(live && at > 2)) {
    const lines = wrapped(status, small, w - 2 * pad, form.terse ? 1 : 2, 600);
    if (!lines) {
      if (!form.mute) return null;
    } else {
      for (const one of lines) {
        sheet.text(pad, y + small * 0.9, one, { size: small, weight: 600, fill: statusFill });
        y += small * 1.15;
      }
    }
  }
  const top = y + pad * 0.45;

  // From below: the ribbons of a day, what it is, what is wrong with it.
  let bottom = h - Math.max(line * 1.5, round * 0.7, pad * 0.35);
  if (form.ribbon) {
    const high = Math.max(type * 0.3, 4);
    bottom -= high * 2.25 + pad * 0.25;
    drawRibbon(sheet, card, { x: pad, y: bottom, w: w - 2 * pad, h: high }, day);
    bottom -= pad * 0.4;
  }
  if (form.foot) {
    for (const text of [[card.acknowledged && `acknowledged by ${card.acknowledged}`, card.foot, card.calm].filter(Boolean).join(" · ")]) {
      const lines = wrapped(text, small, w - 2 * pad, 3);
      if (!lines) return null;
      bottom -= lines.length * small * 1.2;
      for (const [row, one] of lines.entries()) {
        sheet.text(pad, bottom + row * small * 1.2 + small * 0.86, one, { size: small, fill: colours.of("muted") });
      }
    }
    bottom -= pad * 0.45;
  }
  if (form.troubles) {
    if (!card.troubles.length) return null;
    /** @type {{ state: import("../states.js").State | null, lines: string[] }[]} */
    const rows = [];
    for (const { state, text } of card.troubles) {
      const lines = wrapped(text, small, w - 2 * pad - small * 1.5, 3);
      if (!lines) return null;
      rows.push({ state, lines });
    }
    if (card.more) rows.push({ state: null, lines: [`and ${card.more} more`] });
    const high = rows.reduce((sum, one) => sum + one.lines.length * small * 1.2 + small * 0.3, 0);
    bottom -= high;
    let from = bottom;
    for (const { state, lines } of rows) {
      if (state) sheet.glyph(state, pad, from + small * 0.1, small * 0.95);
      for (const one of lines) {
        sheet.text(pad + small * 1.5, from + small * 0.9, one, { size: small, fill: colours.of("text") });
        from += small * 1.2;
      }
      from += small * 0.3;
    }
    bottom -= pad * 0.3;
  }

  const tall = (bottom - top) / 2;
  const options = { form, type, small, pad, late, force };
  if (!drawHalf(sheet, card, "sky", { x: 0, y: top, w, h: tall }, options)) return null;
  if (!drawHalf(sheet, card, "ground", { x: 0, y: top + tall, w, h: tall }, options)) return null;
  const horizon = Math.max(1.5, type * 0.09);
  sheet.rect(0, top + tall - horizon / 2, w, horizon, { fill: late ? colours.of("unknown") : colours.of("horizon") });
  sheet.rect(0, 0, w, h, { stroke: edge, line, r: round });
  return sheet;
}

/** The first of several forms that has room, in lines; null: none. A component's name may break where it is divided. @param {string[]} forms
 *  @param {number} type @param {number} room @param {number} high */
function briefly(forms, type, room, high) {
  for (const one of forms) {
    const lines = nameLines(one, type, room, LINES, false);
    if (lines && lines.length * type * LINE <= high) return lines;
  }
  return null;
}

/**
 * One plane; false if it has no room. @param {Sheet} sheet @param {Told} card @param {"sky" | "ground"} side
 * @param {{ x: number, y: number, w: number, h: number }} box
 * @param {{ form: Form, type: number, small: number, pad: number, late: boolean, force: boolean }} options
 */
function drawHalf(sheet, card, side, { x, y, w, h }, { form, type, small, pad, late, force }) {
  const { colours } = sheet;
  const told = card[side];
  sheet.rect(x, y, w, h, { fill: late ? colours.of(side === "sky" ? "panel" : "panel-2") : `url(#${side})` });
  const glyph = Math.min(type * (form.mute ? (form.dense ? 1.1 : 1.5) : form.dense ? 1 : form.short ? 1.6 : 2.3), h * 0.8);
  const left = x + pad + glyph + type * (form.dense ? 0.4 : 0.6);
  const figure = type * 1.35;
  const count = side === "ground" && form.count ? card.count : "";
  const counted = count ? Math.max(width(count, figure, 600), form.caption ? width("nodes healthy", small) : 0) + pad : 0;
  const room = x + w - pad - left - counted;
  const headline = form.short ? told.short : told.headline;
  const brief = form.brief && told.brief.length ? briefly(told.brief, type, room, h - type * 0.4) : null;
  if (form.brief && told.brief.length && !brief && !form.either) return false;
  const lines = brief ?? (form.mute && width(headline, type, 600) > room ? [] : wrapped(headline, type, room, LINES, 600));
  const title = side === "sky" ? "control plane" : "data plane";
  const because = form.because && told.because ? wrapped(told.because, small, room, 3) : [];
  if (!lines || !because || (form.caption && width(title, small) > room)) return false;
  const captioned = form.caption ? small * 1.25 : 0;
  const high = captioned + lines.length * type * LINE + because.length * small * 1.2;
  const figured = count ? figure * 1.05 + (form.caption ? small * 1.2 : 0) : 0;
  if (!force && Math.max(high, glyph, figured) + type * 0.4 > h) return false;
  const middle = y + h / 2;
  sheet.glyph(told.state, x + pad, middle - glyph / 2, glyph);
  let from = middle - high / 2;
  const quiet = late ? colours.of("muted") : colours.of(`${side}-text`);
  if (form.caption) sheet.text(left, from + small * 0.88, title, { size: small, fill: quiet });
  from += captioned;
  for (const one of lines) {
    sheet.text(left, from + type * 0.92, one, { size: type, weight: 600, fill: late ? colours.word("unknown") : colours.of("text") });
    from += type * LINE;
  }
  for (const one of because) {
    sheet.text(left, from + small * 0.92, one, { size: small, fill: quiet });
    from += small * 1.2;
  }
  if (!count) return true;
  const base = middle - figured / 2 + figure * 0.88;
  sheet.text(x + w - pad, base, count, { size: figure, weight: 600, fill: count === "–" ? colours.word("unknown") : colours.of("text"), anchor: "end" });
  if (form.caption) sheet.text(x + w - pad, base + small * 1.2, "nodes healthy", { size: small, fill: quiet, anchor: "end" });
  return true;
}
