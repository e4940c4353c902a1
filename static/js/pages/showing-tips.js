/** Words about a figure (`data-tip`), shown while a pointer is on it, while it has the focus, and when it is touched. One at a time. */

import { ago } from "../ages.js";

const tip = document.createElement("div");
tip.id = "tip";
tip.setAttribute("role", "tooltip");
tip.hidden = true;
document.body.append(tip);

/** @type {Element | null} */
let shown = null;

/** @param {Element} about */
function words(about) {
  const at = Number(about.getAttribute("data-tip-at"));
  return (about.getAttribute("data-tip") ?? "") + (at ? `; read ${ago(at, Date.now() / 1000)}` : "");
}

/** @param {Element | null} about */
function show(about) {
  if (shown && shown !== about) shown.querySelector("[tabindex]")?.removeAttribute("aria-describedby");
  shown = about;
  const text = about?.isConnected ? words(about) : "";
  tip.hidden = !text;
  if (!about || !text) return;
  if (tip.textContent !== text) tip.textContent = text;
  about.querySelector("[tabindex]")?.setAttribute("aria-describedby", "tip");
  const box = about.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = tip;
  const left = Math.max(8, Math.min(box.left, document.documentElement.clientWidth - width - 8));
  const above = box.top - height - 6;
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(above >= 8 ? above : box.bottom + 6)}px)`;
}

/** @param {Event} event */
function of({ target }) {
  return target instanceof Element ? target.closest("[data-tip]") : null;
}

for (const name of ["pointerover", "focusin"]) document.addEventListener(name, (event) => show(of(event)));
// A touch is over before anybody has read it: what it has shown stays until another.
document.addEventListener("pointerout", (event) => event instanceof PointerEvent && event.pointerType === "mouse" && show(null));
document.addEventListener("focusout", () => show(null));
document.addEventListener("keydown", (event) => event.key === "Escape" && show(null));
document.addEventListener("scroll", () => show(null), true);
// What is shown is of now, while the page renews itself.
setInterval(() => shown && show(shown), 1000);
