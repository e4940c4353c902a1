/** A rectangle with round corners, in browsers whose canvas has none of its own (docs/browsers.md). */

/** Adds it to the path. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} w
 *  @param {number} h @param {number} round radius of its corners */
export function roundedRect(context, x, y, w, h, round) {
  if ("roundRect" in context) {
    context.roundRect(x, y, w, h, round);
    return;
  }
  arcs(context, x, y, w, h, round);
}

/** The same by arcs. @param {Pick<CanvasRenderingContext2D, "moveTo" | "arcTo" | "closePath">} context @param {number} x
 *  @param {number} y @param {number} w @param {number} h @param {number} round */
export function arcs(context, x, y, w, h, round) {
  const r = Math.min(round, w / 2, h / 2);
  context.moveTo(x + r, y);
  context.arcTo(x + w, y, x + w, y + h, r);
  context.arcTo(x + w, y + h, x, y + h, r);
  context.arcTo(x, y + h, x, y, r);
  context.arcTo(x, y, x + w, y, r);
  context.closePath();
}
