/** The picture as tables, kept live while they are open. The server renders them first (templates/parts/tables.html). */

import { asSeen } from "./ages.js";
import { nodeState, notHealthy } from "./groups.js";
import { html, nothing, render } from "./html.js";
import { titleOf } from "./kinds.js";
import { AGENTS } from "./registry.js";
import { glyph } from "./diagram/marks.js";
import { WORDS, seenOf, stateOf } from "./states.js";
import { counted } from "./words.js";

/** Nodes that the table lists, the worst first. */
const LISTED = 500;

/** @param {string} state */
const cell = (state) => html`<span class="state state-${stateOf(state)}">${glyph(state, "glyph-s")} ${WORDS[stateOf(state)]}</span>`;

/**
 * @param {HTMLElement} place holds both tables
 * @param {import("./store.js").Picture} picture @param {string} pages @param {number} now @param {boolean} blind nobody vouches for it
 */
export function drawTables(place, picture, pages, now, blind) {
  /** @param {string} state @param {string} [last] */
  const told = (state, last) => {
    const seen = seenOf(state, last, blind);
    return html`${cell(seen.state)}${blind && seen.last ? html` <span class="muted">(was ${WORDS[seen.last]})</span>` : nothing}`;
  };
  const components = place.querySelector("[data-table=components]");
  const nodes = place.querySelector("[data-table=nodes]");
  if (components instanceof HTMLElement) {
    fresh(components);
    render(
      [...picture.plane("control"), ...picture.plane("data"), ...picture.plane("addon")].map(
        (row) => html`<tr>
          <th scope="row"><a href="${pages}${row.kind}/">${titleOf(row.kind)}</a></th>
          <td>${told(row.state, row.last)}</td>
          <td>${asSeen(row.because, now, blind)}</td>
          <td>${row.instances.map((one) => `${one.name}${one.leader ? " (leader)" : ""} ${WORDS[seenOf(one.state, "", blind).state]}`).join(", ")}</td>
        </tr>`,
      ),
      components,
    );
  }
  if (nodes instanceof HTMLElement) {
    fresh(nodes);
    const worst = notHealthy(picture);
    const seen = new Set(worst);
    const rows = [...worst, ...picture.column("name").map((_, row) => row).filter((row) => !seen.has(row))];
    render(
      rows.slice(0, LISTED).map((row) => {
        const name = picture.text("name", row);
        return html`<tr>
          <th scope="row"><a href="${pages}nodes/${encodeURIComponent(name)}/">${name}</a></th>
          <td>${told(nodeState(picture, row))}</td>
          ${AGENTS.map(({ column }) => html`<td>${told(nodeState(picture, row, column))}</td>`)}
          <td>${asSeen(picture.text("because", row), now, blind)}</td>
          <td>${picture.text("zone", row)}</td>
          <td class="number">${picture.number("pods", row) || (picture.cluster.pods ? 0 : "")}</td>
          <td>${picture.text("version", row)}</td>
        </tr>`;
      }),
      nodes,
    );
    const caption = place.querySelector("[data-caption=nodes]");
    const text = rows.length > LISTED ? `${counted(rows.length, "node")}, of which the ${LISTED} worst are listed` : counted(rows.length, "node");
    if (caption && caption.textContent !== text) caption.textContent = text;
  }
}

/** The rows that the server rendered make room, once. @param {HTMLElement} body */
function fresh(body) {
  if (body.dataset["live"]) return;
  body.dataset["live"] = "1";
  body.replaceChildren();
}
