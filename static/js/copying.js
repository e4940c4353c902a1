/** A button beside each command that copies it. The clipboard is there over HTTPS and on localhost alone; elsewhere there is no button. */

const SAID_MS = 2000;

/** @param {ParentNode} root */
export function copyButtons(root) {
  if (!navigator.clipboard) return;
  for (const code of root.querySelectorAll(".commands code, .ways code")) {
    if (code.nextElementSibling?.matches(".copy")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy button";
    button.textContent = "copy";
    button.setAttribute("aria-label", `Copy: ${code.textContent}`);
    button.addEventListener("click", () => {
      navigator.clipboard.writeText(code.textContent ?? "").then(
        () => say("copied"),
        () => say("not allowed"),
      );
    });
    /** @param {string} word */
    const say = (word) => {
      button.textContent = word;
      setTimeout(() => (button.textContent = "copy"), SAID_MS);
    };
    code.after(button);
  }
}
