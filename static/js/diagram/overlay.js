/** What is laid over the page's picture when it is old, cannot be had, or has nothing in it yet. Its words: scene/notice.js. */

import { html, nothing, render } from "../html.js";
import { withShape } from "../scene/notice.js";
import { glyph } from "./marks.js";

/** @typedef {import("../scene/notice.js").Notice} Notice */

/** Where a notice leads. @param {"clusters" | "signin"} to @returns {[string, string]} */
function target(to) {
  if (to === "clusters") return ["/", "All clusters"];
  return [`/signin/?next=${encodeURIComponent(location.pathname)}`, "Sign in"];
}

/** @param {HTMLElement} place @param {Notice | null} said */
export function drawOverlay(place, said) {
  place.hidden = !said;
  if (!said) return;
  const link = said.link && target(said.link);
  place.className = `overlay is-${said.kind} state-${said.state}`;
  render(
    html`<div class="box">
      <h2>${withShape(said) ? glyph(said.state, "glyph-l") : nothing}${said.title}</h2>
      ${said.lines.map((line) => html`<p>${line}</p>`)}
      ${link ? html`<p><a class="button" href=${link[0]}>${link[1]}</a></p>` : nothing}
    </div>`,
    place,
  );
}
