/** What a screen on a wall needs: to stay awake, no pointer in the picture, and no pixel that shows the same for months. */

const STILL_MS = 3000;
const WANDER_MS = 60_000;
const LEFT_MS = 60_000;
/** Offsets in pixels, one after the other: nobody sees them move. */
const STEPS = [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1]];

/** Ask for the screen to stay on; again whenever the page is seen again, because the lock ends with being hidden. */
export function keepAwake() {
  const ask = () => {
    if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    // Refused on battery or without permission: the screen's own settings decide then.
    navigator.wakeLock.request("screen").catch(() => undefined);
  };
  ask();
  document.addEventListener("visibilitychange", ask);
}

/** Hide the pointer when it has not moved for 3 s, and with it the button that explains states and keys (.is-pointed): nobody who only
 *  looks sees that. */
export function stillPointer() {
  const { classList } = document.body;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      classList.remove("is-pointed");
      classList.add("is-still");
    }, STILL_MS);
  };
  const moved = () => {
    classList.remove("is-still");
    classList.add("is-pointed");
    wait();
  };
  addEventListener("pointermove", moved, { passive: true });
  addEventListener("pointerdown", moved, { passive: true });
  wait();
}

/** Close a dialog a minute after the last that was done there, and leave what has the focus: nothing may cover a wall for long.
 *  @param {Element | null} dialog */
export function closeLeft(dialog) {
  if (!(dialog instanceof HTMLDialogElement)) return;
  let done = 0;
  for (const kind of ["pointermove", "pointerdown", "keydown"]) addEventListener(kind, () => (done = performance.now()), { passive: true });
  setInterval(() => {
    if (performance.now() - done < LEFT_MS) return;
    if (dialog.open) dialog.close();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }, STILL_MS);
}

/** Move the whole picture by a pixel, once a minute. @param {HTMLElement} element */
export function wander(element) {
  let step = 0;
  setInterval(() => {
    step = (step + 1) % STEPS.length;
    const [x, y] = STEPS[step] ?? [0, 0];
    element.style.translate = `${x}px ${y}px`;
  }, WANDER_MS);
}
