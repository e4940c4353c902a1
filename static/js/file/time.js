/** Moments as a file tells them: in UTC, for nobody knows where it will be read. Pure, and without Intl. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = 86_400;

/** "15:42:10". @param {number} moment epoch seconds */
export function utcClock(moment) {
  return new Date(moment * 1000).toISOString().slice(11, 19);
}

/** @param {number} moment */
function day(moment) {
  const then = new Date(moment * 1000);
  return `${then.getUTCDate()} ${MONTHS[then.getUTCMonth()]}`;
}

/** "22 Nov 2026 15:42:10 UTC". @param {number} moment */
export function stamp(moment) {
  return `${day(moment)} ${new Date(moment * 1000).getUTCFullYear()} ${utcClock(moment)} UTC`;
}

/** The time of day, or the day for what is older. @param {number} moment @param {number} now */
export function utcWhen(moment, now) {
  return now - moment < DAY ? utcClock(moment) : day(moment);
}
