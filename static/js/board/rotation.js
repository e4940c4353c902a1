/**
 * Which page of a wall stands at a moment. Pure, and without a memory: by the clock alone, so that it is the same on two screens, after
 * a reload, and in the server's painter (dashboard/rotation.py; tests/js/rotations.json holds both to it).
 */

/** @typedef {{ slug: string | null, name: string, seconds: number }} Page `slug`: of a cluster; null: the overview */
/** @typedef {{ page: Page, next: Page | null, left: number, attention: boolean }} Turn `left`: seconds until `next` */

/** For how long a page stands that attention goes to and that is none of the rotation's. */
const SECONDS = 30;

/**
 * The rotation; while a cluster is down or degraded and nobody has acknowledged it, only what shows it: its page, else the overview.
 * @param {Page[]} pages at least one @param {{ slug: string, name: string }[]} sick clusters that want attention, the worst first
 * @param {number} now epoch seconds @returns {Turn}
 */
export function turnAt(pages, sick, now) {
  const overview = pages.find(({ slug }) => slug === null);
  const wanted = sick.flatMap(({ slug, name }) => pages.find((page) => page.slug === slug) ?? overview ?? { slug, name, seconds: SECONDS });
  const attention = wanted.length > 0;
  const turns = attention ? [...new Set(wanted)] : pages;
  const whole = turns.reduce((sum, { seconds }) => sum + seconds, 0);
  let at = now % whole;
  for (const [index, page] of turns.entries()) {
    if (at < page.seconds) {
      const next = turns.length > 1 ? (turns[(index + 1) % turns.length] ?? page) : null;
      return { page, next, left: page.seconds - at, attention };
    }
    at -= page.seconds;
  }
  return { page: /** @type {Page} */ (turns[0]), next: null, left: 0, attention };
}

/** "next: prod-eu-1 in 12 s". @param {Turn} turn */
export function nextWords({ next, left }) {
  return next ? `next: ${next.slug === null ? "overview" : next.name} in ${Math.ceil(left)} s` : "";
}
