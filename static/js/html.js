/**
 * lit-html, from where the server puts npm's packages. Templates set no style attributes: the content security policy forbids it.
 * What is shown as text keeps numbers and their units on one line; attributes are as they are given.
 */
import { html as made, nothing, render, svg } from "../npm/lit-html/lit-html.js";
import { glued } from "./words.js";

export { nothing, render, svg };

/** Of each template, whether its values are text. @type {WeakMap<TemplateStringsArray, boolean[]>} */
const places = new WeakMap();

/** @param {TemplateStringsArray} strings */
function textual(strings) {
  let open = false;
  return strings.map((chunk) => {
    const [begins, ends] = [chunk.lastIndexOf("<"), chunk.lastIndexOf(">")];
    if (begins !== ends) open = begins > ends;
    return !open;
  });
}

/** @param {TemplateStringsArray} strings @param {...unknown} values */
export function html(strings, ...values) {
  let text = places.get(strings);
  if (!text) places.set(strings, (text = textual(strings)));
  return made(strings, ...values.map((value, at) => (typeof value === "string" && text[at] ? glued(value) : value)));
}
