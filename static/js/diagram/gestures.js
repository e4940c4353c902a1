/**
 * Hands on the field: wheel and pinch come nearer, a drag moves, a tap chooses. What they mean is decided by whoever listens.
 *
 * With a whole picture that fits, the wheel zooms; where the page scrolls, or the field shows a part only, it scrolls as everywhere
 * else and zooms with Ctrl (which is what a pinch on a touch pad sends).
 */

/**
 * @typedef {object} Listener
 * @property {() => boolean} scrolls does the wheel belong to the page?
 * @property {() => boolean} zoomed
 * @property {() => boolean} pannable
 * @property {(factor: number, x: number, y: number) => void} zoom by a factor about a point of the field
 * @property {(dx: number, dy: number) => boolean} pan
 * @property {(x: number, y: number) => void} point the mouse is over this
 * @property {() => void} leave
 * @property {(x: number, y: number) => boolean} tap by a finger; true: it only chose, and must not follow a link
 */

/** A hand that moves less is a click. */
const STEADY = 5;
/** The field stays where it is for so long, in milliseconds, unless the page scrolls. */
const MEASURED_MS = 250;
/** Pixels of one line of a wheel that counts lines. */
const LINE = 40;

export class Gestures {
  /** Fingers and the mouse that are down. @type {Map<number, { x: number, y: number }>} */ #down = new Map();
  #moved = 0;
  #dragging = false;
  #swallow = false;
  #box = new DOMRect();
  #measured = -Infinity;

  /** @param {HTMLElement} host @param {Listener} listener */
  constructor(host, listener) {
    this.host = host;
    this.listener = listener;
    host.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    host.addEventListener("pointerdown", (event) => this.#press(event));
    host.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) host.addEventListener(end, (event) => this.#release(event));
    host.addEventListener("pointerleave", () => {
      if (!this.#down.size) listener.leave();
    });
    addEventListener("scroll", () => (this.#measured = -Infinity), { passive: true, capture: true });
    host.addEventListener("dragstart", (event) => event.preventDefault());
    host.addEventListener("click", (event) => this.#click(event), { capture: true });
  }

  /** Where in the field? Its place is measured now and then, not at every event of a wheel. @param {MouseEvent} event */
  #at(event) {
    if (event.timeStamp - this.#measured > MEASURED_MS) {
      this.#box = this.host.getBoundingClientRect();
      this.#measured = event.timeStamp;
    }
    return { x: event.clientX - this.#box.left, y: event.clientY - this.#box.top };
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    const { listener } = this;
    const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    const { x, y } = this.#at(event);
    if (!event.ctrlKey && !event.metaKey) {
      if (event.shiftKey || (listener.scrolls() && !listener.zoomed())) {
        if (event.shiftKey || listener.pannable()) {
          const [dx, dy] = event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
          if (listener.pan(dx * scale, dy * scale)) event.preventDefault();
        }
        return;
      }
      if (event.deltaY > 0 && !listener.zoomed()) return;
    }
    event.preventDefault();
    const step = Math.max(-120, Math.min(120, event.deltaY * scale));
    listener.zoom(Math.exp(-step * (event.ctrlKey && Math.abs(step) < 40 ? 0.01 : 0.0025)), x, y);
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0 || this.#down.size >= 2) return;
    this.#down.set(event.pointerId, this.#at(event));
    if (this.#down.size === 1) {
      this.#moved = 0;
      this.#swallow = false;
    }
    if (this.#down.size === 2) this.#drag();
  }

  #drag() {
    this.#dragging = true;
    this.#swallow = true;
    this.host.classList.add("is-panning");
    for (const id of this.#down.keys()) {
      try {
        this.host.setPointerCapture(id);
      } catch {
        // That finger is gone already.
      }
    }
    this.listener.leave();
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = this.#down.get(event.pointerId);
    const now = this.#at(event);
    if (!before) {
      if (event.pointerType !== "touch") this.listener.point(now.x, now.y);
      return;
    }
    const dx = now.x - before.x;
    const dy = now.y - before.y;
    this.#moved += Math.abs(dx) + Math.abs(dy);
    const { listener } = this;
    if (!this.#dragging) {
      if (this.#moved < STEADY) return;
      if (!listener.zoomed() && !listener.pannable()) return;
      this.#drag();
    }
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const far = Math.hypot(before.x - other.x, before.y - other.y);
      const reach = Math.hypot(now.x - other.x, now.y - other.y);
      if (far > 1) listener.zoom(reach / far, (now.x + other.x) / 2, (now.y + other.y) / 2);
      listener.pan(-dx / 2, -dy / 2);
    } else listener.pan(-dx, -dy);
    this.#down.set(event.pointerId, now);
  }

  /** @param {PointerEvent} event */
  #release(event) {
    if (!this.#down.delete(event.pointerId)) return;
    if (event.type === "pointerup" && !this.#dragging && this.#moved < STEADY * 2 && event.pointerType === "touch") {
      const { x, y } = this.#at(event);
      this.#swallow = this.listener.tap(x, y);
    }
    if (this.#down.size) return;
    this.#dragging = false;
    this.host.classList.remove("is-panning");
  }

  /** A drag that ends on a link is not a click on it. @param {MouseEvent} event */
  #click(event) {
    if (!this.#swallow) return;
    this.#swallow = false;
    event.preventDefault();
    event.stopPropagation();
  }
}
