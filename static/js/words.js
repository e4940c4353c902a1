/** Numbers and names as people write and order them. Pure, and without Intl: the server's engine has none. */

/** "5,000": a whole number. @param {number} value */
export function thousands(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 node", "5,000 nodes". @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${thousands(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Names compare by this as people count: node-2 before node-10. @param {string} name */
export function naturalKey(name) {
  return name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, "0"));
}

/** Names in the order in which people count. @param {string} one @param {string} other */
export function byName(one, other) {
  const [a, b] = [naturalKey(one), naturalKey(other)];
  if (a !== b) return a < b ? -1 : 1;
  return one < other ? -1 : Number(one > other);
}

/** A unit after its number, the second half of a duration or of a count after its first. */
const UNITS = /(\d) (?=(?:ms|min|[smhd]|[KMGTP]iB|B|cores?)(?!\w)|of \d|%)/g;
const HALVES = /(\d\u00a0(?:of|min|[hd])) (?=\d)/g;

/** A number and its unit stay on one line: "2 min 7 s", "5 of 6". Where text is shown; dashboard/presenters/words.py has the same.
 *  @param {string} text */
export function glued(text) {
  return text.replace(UNITS, "$1\u00a0").replace(HALVES, "$1\u00a0");
}

/** A sentence ends with a full stop. @param {string} text */
export function sentence(text) {
  return text && !/[.!?…]$/.test(text) ? `${text}.` : text;
}

/** The clauses of a sentence; joined by spaces they are the sentence again. @param {string} text @returns {string[]} */
export function clauses(text) {
  return text.match(/\S.*?[,;:](?=\s)|\S.*$/g) ?? [];
}

/** The sentences of a text; joined by spaces they are the text again. @param {string} text @returns {string[]} */
export function sentences(text) {
  return text.match(/\S.*?[.](?=\s+[A-Z])|\S.*$/g) ?? [];
}
