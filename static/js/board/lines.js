/** Lines of a text within a room, and never a part of it: what does not fit is none. Pure. */

import { cut, width } from "../file/text.js";
import { glued } from "../words.js";

/** The text in at most so many lines, broken between words; null if it has no room. @param {string} text @param {number} size
 *  @param {number} room @param {number} most @param {number} [weight] @returns {string[] | null} */
export function wrapped(text, size, room, most, weight = 400) {
  /** @type {string[]} */
  const lines = [];
  let line = "";
  for (const word of glued(text).split(" ").filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (width(longer, size, weight) <= room) {
      line = longer;
      continue;
    }
    if (!line || width(word, size, weight) > room) return null;
    lines.push(line);
    line = word;
  }
  if (line) lines.push(line);
  return lines.length > most ? null : lines;
}

/**
 * A name in at most so many lines: it may break after a sign that divides it. `anyhow`: anywhere, and what has no room even so is cut
 * in its middle, for names differ at both ends. @param {string} name @param {number} size @param {number} room @param {number} most
 * @param {boolean} anyhow @returns {string[] | null}
 */
export function nameLines(name, size, room, most, anyhow) {
  if (width(name, size, 600) <= room) return [name];
  const parts = name.match(/[^-._/:@ ]*[-._/:@ ]*/g)?.filter(Boolean) ?? [name];
  const lines = filled(parts, size, room);
  if (lines.length <= most && lines.every((line) => width(line, size, 600) <= room)) return lines;
  if (!anyhow) return null;
  const letters = filled([...name], size, room);
  if (letters.length <= most) return letters;
  const head = cut(name, size, room, 600);
  const taken = head.length - 1;
  let rest = name.slice(taken);
  while (rest.length > 1 && width(`…${rest}`, size, 600) > room) rest = rest.slice(1);
  return most > 1 ? [name.slice(0, taken), `…${rest}`] : [head];
}

/** @param {string[]} parts @param {number} size @param {number} room */
function filled(parts, size, room) {
  /** @type {string[]} */
  const lines = [];
  let line = "";
  for (const part of parts) {
    if (line && width(line + part.trimEnd(), size, 600) > room) {
      lines.push(line.trimEnd());
      line = part;
    } else line += part;
  }
  return [...lines, line.trimEnd()].filter(Boolean);
}
