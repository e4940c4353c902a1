/** What a screen on a wall needs: to stay awake, no pointer in the picture, and no pixel that shows the same for months. */

const STILL_MS = 3000;
const WANDER_MS = 60_000;
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

/** Hide the pointer when it has not moved for 3 s. */
export function stillPointer() {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const moved = () => {
    document.body.classList.remove("is-still");
    clearTimeout(timer);
    timer = setTimeout(() => document.body.classList.add("is-still"), STILL_MS);
  };
  addEventListener("pointermove", moved, { passive: true });
  moved();
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
