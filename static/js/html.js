/** lit-html, from where the server puts npm's packages. Templates set no style attributes: the content security policy forbids it. */
export { html, nothing, render, svg } from "../npm/lit-html/lit-html.js";
