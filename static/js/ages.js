/**
 * Time tokens: facts stay put while their ages run. The same rules as planes/structs/time_tokens.py; tests/js/ages.json holds both to it.
 *
 * A token is ⟨a:SECONDS⟩ (an age, counting up from a moment), ⟨u:SECONDS⟩ (a time left, counting down to one) or ⟨c:SECONDS⟩ (the
 * moment as a clock shows it), in epoch seconds of the server's clock.
 */

const TOKEN = /⟨([auc]):(-?\d+(?:\.\d+)?)⟩/g;

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
  return text.replace(TOKEN, (_, kind, moment) => {
    if (kind === "c") return clock(Number(moment));
    return duration(kind === "a" ? now - Number(moment) : Number(moment) - now);
  });
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

/** Made when first asked for. @type {Intl.DateTimeFormat | undefined} */
let medium;

/**
 * A moment as a clock shows it, in the viewer's time zone: "15:42:10". The server's engine, which draws files, has no Intl, and nobody
 * knows where a file will be read: "15:42:10 UTC".
 * @param {number} moment epoch seconds
 */
export function clock(moment) {
  if (typeof Intl === "undefined") return `${new Date(moment * 1000).toISOString().slice(11, 19)} UTC`;
  medium ??= new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
  return medium.format(moment * 1000);
}

/**
 * A moment of which the day matters too: the clock today, else "19 Nov 11:20".
 * @param {number} moment @param {number} now epoch seconds
 */
export function when(moment, now) {
  const then = new Date(moment * 1000);
  if (then.toDateString() === new Date(now * 1000).toDateString()) return clock(moment);
  const day = then.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return `${day} ${then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
}
