/** Limits of time for what is asked of the server. AbortSignal.any() and AbortSignal.timeout() are younger than the browsers of many
 *  walls (docs/browsers.md). */

/**
 * A signal that ends after so many milliseconds, or with the other. It lets go of the other when its own time is over, so that one
 * that lives for months gathers nothing.
 * @param {number} ms @param {AbortSignal} [other] @returns {AbortSignal}
 */
export function within(ms, other) {
  const ending = new AbortController();
  const end = () => {
    clearTimeout(timer);
    other?.removeEventListener("abort", end);
    ending.abort();
  };
  const timer = setTimeout(end, ms);
  if (other?.aborted) end();
  else other?.addEventListener("abort", end);
  return ending.signal;
}
