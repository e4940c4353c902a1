// What is wrong with the layout of the page that is seen, a line each: text that is cut, text over other text, a page that scrolls
// sideways. Text that only a screen reader reads is not looked at, nor what a scroller holds out of sight; what is laid over the page
// on purpose, is. That the whole page is seen through (test_layout.py) hides none of it.
() => {
  const TOLERATED = 1.5; // px: of rounding
  const LEADING = 3; // px: by which a line's box may be higher than its letters
  /** The layers that lie over others on purpose. */
  const LAYERS = ".overlay, .rail-foot, header.site, .skip, .late-notice";
  const wrong = [];

  const name = (element) => {
    const words = [];
    for (let one = element; one && one !== document.body && words.length < 3; one = one.parentElement) {
      words.unshift(one.localName + (one.id ? `#${one.id}` : "") + [...one.classList].slice(0, 2).map((word) => `.${word}`).join(""));
    }
    return words.join(" > ");
  };

  const page = document.scrollingElement;
  const sideways = page.scrollWidth - page.clientWidth;
  if (sideways > 1) wrong.push(`the page scrolls sideways by ${sideways} px`);

  /** What an element does to what is in it: asked once, for a hundred texts. */
  const known = new Map();
  const around = (element) => {
    let found = known.get(element);
    if (!found) {
      const style = getComputedStyle(element);
      const [across, down] = [style.overflowX, style.overflowY];
      found = {
        frame: element.getBoundingClientRect(),
        across: across !== "visible",
        down: down !== "visible",
        scrolls: /auto|scroll/.test(across + down),
        gone: style.clipPath === "inset(50%)" || style.opacity === "0",
        fixed: style.position === "fixed",
      };
      known.set(element, found);
    }
    return found;
  };

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const words = node.textContent.trim().replace(/\s+/g, " ");
    const element = node.parentElement;
    if (!words || !element || element.closest("script, style, noscript, template")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    range.selectNodeContents(node);
    let boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
    let cut = "";
    let within = true; // of what is fixed, nothing around it cuts
    for (let one = element; one && one !== document.documentElement && boxes.length; one = one.parentElement) {
      const { frame, across, down, scrolls, gone, fixed } = around(one);
      if (gone) boxes = [];
      if (!within) continue;
      if (scrolls) {
        boxes = boxes.filter((box) => box.bottom <= frame.bottom && box.top >= frame.top && box.right <= frame.right + 1);
      } else if (across || down) {
        for (const box of boxes) {
          const beside = Math.max(box.right - frame.right, frame.left - box.left);
          const beyond = Math.max(box.bottom - frame.bottom, frame.top - box.top);
          if (across && beside > TOLERATED) cut = `is cut sideways by ${Math.round(beside)} px in ${name(one)}`;
          if (down && beyond > LEADING) cut = `is cut by ${Math.round(beyond)} px in height in ${name(one)}`;
        }
      }
      within = !fixed;
    }
    if (!boxes.length) continue;
    if (cut) wrong.push(`“${words.slice(0, 60)}” (${name(element)}) ${cut}`);
    texts.push({ element, words, boxes, layer: element.closest(LAYERS) });
  }

  const lines = texts.flatMap((text) => text.boxes.map((box) => ({ text, box }))).sort((one, other) => one.box.top - other.box.top);
  const told = new Set();
  lines.forEach(({ text, box }, index) => {
    for (let next = index + 1; next < lines.length && lines[next].box.top < box.bottom - LEADING; next++) {
      const other = lines[next];
      if (other.text === text || other.text.layer !== text.layer) continue;
      const width = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const height = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
      if (width <= 2 || height <= LEADING + 1) continue;
      const line = `“${text.words.slice(0, 40)}” (${name(text.element)}) lies over “${other.text.words.slice(0, 40)}” (${name(other.text.element)})`;
      if (!told.has(line)) wrong.push(line);
      told.add(line);
    }
  });
  return wrong;
}
