/** A few functions on elements that the parts of the field share. */

/** @param {string} tag @param {string} name of its class */
export function element(tag, name) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  return made;
}

/** @param {HTMLElement} box @param {number} x @param {number} y @param {number} w @param {number} h */
export function put(box, x, y, w, h) {
  box.style.transform = `translate(${x}px, ${y}px)`;
  box.style.width = `${w}px`;
  box.style.height = `${h}px`;
}

/** @param {Element | null} place @param {string} text */
export function say(place, text) {
  if (place && place.textContent !== text) place.textContent = text;
}
