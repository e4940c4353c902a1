/**
 * After an upgrade a page's own modules are old: it begins again, once. The server says its version with every keepalive; the page's
 * own stands in the address of its modules (dashboard/assets.py).
 *
 * Behind a load balancer old and new servers answer side by side for a while. A page is therefore begun again for a version once in
 * ten minutes at most, whatever it gets: else it would never come to rest.
 */

const KEY = "planewatch-renewed-for";
const REST_MS = 600_000;

/** The version in the address of a module; "" where there is none. @param {string} address */
export function versionOf(address) {
  return /\/static\/([0-9a-f]{6,64})\//.exec(address)?.[1] ?? "";
}

/**
 * Is it time to begin again? `kept` remembers for what it was done, and when.
 * @param {string | undefined} server the server's version @param {string} own the page's
 * @param {Pick<Storage, "getItem" | "setItem">} kept @param {number} now milliseconds
 */
export function isDue(server, own, kept, now) {
  if (!server || !own || server === own) return false;
  try {
    const done = /** @type {Record<string, number>} */ (JSON.parse(kept.getItem(KEY) ?? "{}"));
    if (now - (done[server] ?? -Infinity) < REST_MS) return false;
    const recent = Object.entries(done).filter(([, at]) => now - at < REST_MS);
    kept.setItem(KEY, JSON.stringify(Object.fromEntries([...recent, [server, now]])));
  } catch {
    return false; // Nothing can be remembered here: rather an old page than one that reloads for ever.
  }
  return true;
}

/** Begin again if the server is of another version than this page. @param {string | undefined} server */
export function renewFor(server) {
  /** @type {Storage} */
  let kept;
  try {
    kept = sessionStorage;
  } catch {
    return;
  }
  if (isDue(server, versionOf(import.meta.url), kept, Date.now())) location.reload();
}
