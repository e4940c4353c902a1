/**
 * Time tokens: facts stay put while their ages run. The same rules as planes/structs/time_tokens.py; tests/js/ages.json holds both to it.
 *
 * A token is ⟨a:SECONDS⟩ (an age, counting up from a moment), ⟨u:SECONDS⟩ (a time left, counting down to one) or ⟨c:SECONDS⟩ (the
 * moment as a clock shows it), in epoch seconds of the server's clock.
 */

/** With the words beside it that an absolute time has no use for. */
const TOKEN = /(\bfor )?⟨([auc]):(-?\d+(?:\.\d+)?)⟩( ago\b)?/g;

/**
 * Seconds as people read them: "0.4 s", "31 s", "1 min 12 s", "8 min", "3 h 5 min", "2 d 4 h".
 * @param {number} seconds
 */
export function duration(seconds) {
  const left = Math.max(0, seconds);
  if (left < 1) return `${tenths(left)} s`;
  const whole = Math.floor(left);
  if (whole < 60) return `${whole} s`;
  if (whole < 600) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86400) return pair(Math.floor(whole / 3600), "h", Math.floor(whole / 60) % 60, "min");
  return pair(Math.floor(whole / 86400), "d", Math.floor(whole / 3600) % 24, "h");
}

/** @param {number} large @param {string} unit @param {number} small @param {string} subunit */
function pair(large, unit, small, subunit) {
  return small ? `${large} ${unit} ${small} ${subunit}` : `${large} ${unit}`;
}

/** One decimal, halves to even where they are exact, as Python's format does. @param {number} value */
function tenths(value) {
  const scaled = value * 10;
  const floor = Math.floor(scaled);
  // 0.25 and 0.75 are the only exact halves below 1.
  if (value * 4 === Math.floor(value * 4) && scaled - floor === 0.5) return ((floor % 2 ? floor + 1 : floor) / 10).toFixed(1);
  return value.toFixed(1);
}

/**
 * The text as a person reads it at `now`.
 * @param {string} text @param {number} now epoch seconds of the server's clock
 */
export function render(text, now) {
  if (!text.includes("⟨")) return text;
  return text.replace(TOKEN, (_, before = "", kind, moment, after = "") => {
    const at = Number(moment);
    if (kind === "c") return before + clock(at) + after;
    if (kind === "a" && before) return lasting(at, now) + after;
    if (kind === "a" && after) return ago(at, now);
    return before + duration(kind === "a" ? now - at : at - now) + after;
  });
}

/**
 * How times are told: "mixed" tells how long a state has lasted, and when a change was; "relative" tells of both how long ago;
 * "absolute" tells of both when, as a clock shows it. The viewer chooses (times.js); files are drawn as "mixed".
 * @typedef {"mixed" | "relative" | "absolute"} Times
 */

/** @type {Times} */
let times = "mixed";

/** From now on times are told so. @param {Times} next */
export function tellTimes(next) {
  times = next;
}

/** What stands for an age where it stands alone or, in absolute times, takes the words beside it with it: "since 15:42:10" for
 *  "for 38 s", "at 15:42:10" for "38 s ago". @typedef {"alone" | "since" | "at" | "created"} Aged */

/** An age without the words beside it. @param {Aged} as @param {number} moment @param {number} now epoch seconds */
export function aged(as, moment, now) {
  if (times !== "absolute") return duration(now - moment);
  return as === "alone" ? when(moment, now) : `${as} ${when(moment, now)}`;
}

/** "for 38 s", or "since 15:42:10". @param {number} moment @param {number} now epoch seconds */
export function lasting(moment, now) {
  return times === "absolute" ? aged("since", moment, now) : `for ${duration(now - moment)}`;
}

/** "38 s ago", or "at 15:42:10". @param {number} moment @param {number} now epoch seconds */
export function ago(moment, now) {
  return times === "absolute" ? aged("at", moment, now) : `${duration(now - moment)} ago`;
}

/** When a change was: its clock, or "3 min ago". @param {number} moment @param {number} now epoch seconds
 *  @param {(moment: number) => string} dated as a clock shows it there */
export function happened(moment, now, dated) {
  if (times !== "relative") return dated(moment);
  return `${duration(now - moment).replace(/^(\d+(?:\.\d)? \w+) .*$/, "$1")} ago`;
}

/** What a sentence begins with that nobody vouches for now: it is told as what was true then, and so are its ages. */
export const THEN = "When last seen: ";

/**
 * A sentence that is said of a state, as a person reads it.
 * @param {string} text @param {number} now epoch seconds of the server's clock @param {boolean} blind nobody vouches for it now, and
 *   `now` is when somebody did
 */
export function asSeen(text, now, blind) {
  return blind && text ? THEN + render(text, now) : render(text, now);
}

/** Does this text run? @param {string} text */
export function runs(text) {
  return text.includes("⟨");
}

/** Made when first asked for: to make one is costly, and the server's engine has none. @type {Record<string, Intl.DateTimeFormat>} */
const formats = {};

/** @param {string} name @param {Intl.DateTimeFormatOptions} options */
function format(name, options) {
  return (formats[name] ??= new Intl.DateTimeFormat("en-GB", options));
}

/**
 * A moment as a clock shows it, in the viewer's time zone: "15:42:10". The server's engine, which draws files, has no Intl, and nobody
 * knows where a file will be read: "15:42:10 UTC".
 * @param {number} moment epoch seconds
 */
export function clock(moment) {
  if (typeof Intl === "undefined") return `${new Date(moment * 1000).toISOString().slice(11, 19)} UTC`;
  return format("clock", { timeStyle: "medium" }).format(moment * 1000);
}

/** A moment in full, with the name of the viewer's time zone: "27 Nov 2026, 15:42:10 CET". @param {number} moment epoch seconds */
export function inFull(moment) {
  return format("full", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    timeZoneName: "short" }).format(moment * 1000);
}

/** The viewer's day of a moment: "Tuesday 24 November", with the year where it is another. @param {number} moment @param {number} now
 *  epoch seconds */
export function day(moment, now) {
  const [then, today] = [new Date(moment * 1000), new Date(now * 1000)];
  const year = then.getFullYear() === today.getFullYear() ? "" : ` ${then.getFullYear()}`;
  return `${format("weekday", { weekday: "long" }).format(then)} ${format("date", { day: "numeric", month: "long" }).format(then)}${year}`;
}

/** The viewer's time zone, as short as it is called at that moment ("CET", "GMT-5"), and in full ("Europe/Berlin").
 *  @param {number} moment epoch seconds */
export function zone(moment) {
  const zoned = format("zone", { timeZoneName: "short" });
  const short = zoned.formatToParts(moment * 1000).find(({ type }) => type === "timeZoneName");
  return { short: short?.value ?? "", full: zoned.resolvedOptions().timeZone };
}

/**
 * A moment of which the day matters too: the clock today, else "19 Nov 11:20".
 * @param {number} moment @param {number} now epoch seconds
 */
export function when(moment, now) {
  const then = new Date(moment * 1000);
  if (then.toDateString() === new Date(now * 1000).toDateString()) return clock(moment);
  const day = format("day", { day: "numeric", month: "short" }).format(then);
  return `${day} ${format("minute", { hour: "2-digit", minute: "2-digit" }).format(then)}`;
}
