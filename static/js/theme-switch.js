/** The switch of themes in the header: as the system has it, light, dark, and round again. theme.js applies the choice before paint. */

/** @typedef {"system" | "light" | "dark"} Theme */

const KEY = "planewatch-theme";
/** @type {readonly Theme[]} */
const ORDER = ["system", "light", "dark"];
/** In a box of 20 × 20: a half-filled disc, a sun, a moon. @type {Record<Theme, string>} */
const SHAPES = {
  system: "M10 3a7 7 0 1 1 0 14a7 7 0 1 1 0-14Zm0 1.8v10.4a5.2 5.2 0 0 0 0-10.4Z",
  light: "M10 6a4 4 0 1 1 0 8a4 4 0 1 1 0-8ZM9.2 1h1.6v3H9.2Zm0 15h1.6v3H9.2ZM1 9.2h3v1.6H1Zm15 0h3v1.6h-3ZM3.1 4.2l1.1-1.1 2.1 2.1-1.1 1.1Zm10.6 10.6l1.1-1.1 2.1 2.1-1.1 1.1Zm2.1-11.7l1.1 1.1-2.1 2.1-1.1-1.1ZM5.2 13.7l1.1 1.1-2.1 2.1-1.1-1.1Z",
  dark: "M8.2 2.6a7.6 7.6 0 1 0 9.2 9.2a6.4 6.4 0 0 1-9.2-9.2Z",
};

/** The theme after this one. @param {Theme} theme @returns {Theme} */
export function after(theme) {
  return ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length] ?? "system";
}

/** What the page is told to show. @param {HTMLElement} root @returns {Theme} */
export function chosen(root) {
  const theme = root.dataset["theme"];
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** The theme that is seen. @param {HTMLElement} root @returns {"light" | "dark"} */
export function seen(root) {
  const theme = chosen(root);
  if (theme !== "system") return theme;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** @param {HTMLElement} root @param {Theme} theme */
function apply(root, theme) {
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
}

/** @param {HTMLElement} button */
export function themeSwitch(button) {
  const root = document.documentElement;
  const tell = () => {
    const theme = chosen(root);
    button.setAttribute("aria-label", `Theme: ${theme}`);
    button.title = `Theme: ${theme}. Change it to ${after(theme) === "system" ? "the system's" : after(theme)}.`;
    button.querySelector("path")?.setAttribute("d", SHAPES[theme]);
  };
  button.addEventListener("click", () => {
    const theme = after(chosen(root));
    apply(root, theme);
    tell();
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Storage is forbidden here: the choice holds for this page.
    }
  });
  // Another tab has chosen.
  addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    apply(root, ORDER.find((theme) => theme === event.newValue) ?? "system");
    tell();
  });
  tell();
  button.hidden = false;
}
