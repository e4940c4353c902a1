/** Keeps the page of a wall and all that it is made of in the browser, for a start while the server is away (worker.js). Where the
 *  browser has no service workers, which it has over HTTPS and on the machine itself only, the wall does without. */

const KEPT = "planewatch-wall";

/** The newest of it, and nothing older. @param {string} worker its address */
export async function keepForStart(worker) {
  if (!("serviceWorker" in navigator) || !("caches" in globalThis)) return;
  await navigator.serviceWorker.register(worker, { scope: "/wall/" });
  const parts = performance.getEntriesByType("resource").map(({ name }) => new URL(name, location.href)).filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith("/static/"));
  const wanted = new Set([location.pathname, ...parts.map(({ pathname }) => pathname)]);
  const kept = await caches.open(KEPT);
  await kept.addAll([...wanted]);
  for (const request of await kept.keys()) if (!wanted.has(new URL(request.url).pathname)) await kept.delete(request);
}
