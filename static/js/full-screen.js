/** The whole screen for the page, by a button and the key f. Where the browser does not offer it, there is no button. */

/** @param {HTMLElement} button */
export function fullScreen(button) {
  if (!document.fullscreenEnabled) return;
  button.hidden = false;
  const tell = () => {
    const words = document.fullscreenElement ? "Leave the full screen (f)" : "Full screen (f)";
    button.title = words;
    button.setAttribute("aria-label", words);
    button.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement)));
  };
  button.addEventListener("click", () => {
    const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    done.catch(() => undefined); // the viewer's own setting forbids it
  });
  document.addEventListener("fullscreenchange", tell);
  tell();
}
