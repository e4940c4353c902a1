// The service worker of walls: a screen that is switched on while the server is away gets the page that it had (starting.js keeps it),
// which shows the last picture with its age. It is asked after the server, and answers for nothing that the server answers.
"use strict";

const KEPT = "planewatch-wall";
/** So long the server is waited for, milliseconds. */
const PATIENCE_MS = 8000;

/** @typedef {Event & { request: Request, respondWith: (answer: Promise<Response>) => void }} Fetching */
/** @typedef {Event & { waitUntil: (done: Promise<unknown>) => void }} Waiting */
const worker = /** @type {{ skipWaiting: () => Promise<void>, clients: { claim: () => Promise<void> } }} */ (/** @type {unknown} */ (globalThis));

/** What the server says, in time and if it is well. @param {Request} request @returns {Promise<Response>} */
function asked(request) {
  return new Promise((take, fail) => {
    setTimeout(() => fail(new Error("The server does not answer.")), PATIENCE_MS);
    fetch(request).then((answer) => (answer.status >= 502 && answer.status <= 504 ? fail(new Error(`The server is away (${answer.status}).`)) : take(answer)), fail);
  });
}

/** @param {Request} request @returns {Promise<Response>} */
async function page(request) {
  const kept = await caches.open(KEPT);
  const { pathname } = new URL(request.url);
  try {
    const answer = await asked(request);
    // It is shown nothing more, and so it is here.
    if ([403, 404, 410].includes(answer.status)) await kept.delete(pathname);
    return answer;
  } catch (error) {
    const found = await kept.match(pathname);
    if (found) return found;
    // A screen's start page is its secret link, which leads to the wall.
    const walls = (await kept.keys()).map(({ url }) => new URL(url).pathname).filter((path) => path.startsWith("/wall/"));
    if (pathname.startsWith("/wall/in/") && walls[0] !== undefined) return Response.redirect(walls[0]);
    throw error;
  }
}

/** @param {Request} request @returns {Promise<Response>} */
async function part(request) {
  try {
    return await asked(request);
  } catch (error) {
    const found = await (await caches.open(KEPT)).match(request, { ignoreVary: true });
    if (found) return found;
    throw error;
  }
}

addEventListener("install", () => void worker.skipWaiting());
addEventListener("activate", (event) => /** @type {Waiting} */ (event).waitUntil(worker.clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = /** @type {Fetching} */ (event);
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname.startsWith("/wall/")) /** @type {Fetching} */ (event).respondWith(page(request));
  else if (pathname.startsWith("/static/")) /** @type {Fetching} */ (event).respondWith(part(request));
});
