/** That somebody signed out in this browser: what one page tells the others, which then ask the server. Where the same
 *  session is open elsewhere, the server sees within seconds that it has ended. */

const NAME = "planewatch-signed-out";

/** To be called by the page that is shown after signing out. */
export function tellSignedOut() {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(null);
  channel.close();
}

/** @param {() => void} ask asks the server whether we are still signed in */
export function whenSignedOut(ask) {
  new BroadcastChannel(NAME).onmessage = ask;
}
