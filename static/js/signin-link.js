/**
 * Presses the button of the one-time sign-in page. Opening the link alone changes nothing, so that a preview does not use it up;
 * a page that is only being prepared in advance waits until it is looked at.
 */

const form = document.getElementById("signin-link");

function press() {
  if (form instanceof HTMLFormElement) form.requestSubmit();
}

if (document.visibilityState === "visible") press();
else document.addEventListener("visibilitychange", press, { once: true });
