/** Whether it is day somewhere: a wall by sunrise is light by day and dark by night. Pure. */

/** @typedef {"dark" | "light"} Theme */
/** @typedef {{ latitude: number | null, longitude: number | null, offset: number }} Place degrees, north and east are positive; `offset`:
 *    seconds by which its clocks are ahead of UTC */

/** Degrees of the sun's centre at sunrise: half its width, and the air bends its light. */
const RISE = -0.833;
/** Where nobody knows where it is: the hours of its clocks between which it is light. */
const HOURS = [7, 19];
const RADIANS = Math.PI / 180;

/**
 * How high the sun stands, in degrees. By the low-precision formulae of the Astronomical Almanac ("Approximate solar coordinates", US
 * Naval Observatory), good to a minute of arc from 1950 to 2050: sunrise to some ten seconds, where the land is flat.
 * @param {number} now epoch seconds @param {number} latitude @param {number} longitude degrees
 */
export function elevation(now, latitude, longitude) {
  const days = now / 86_400 - 10_957.5; // since J2000.0
  const anomaly = (357.529 + 0.98560028 * days) * RADIANS;
  const mean = 280.459 + 0.98564736 * days;
  const ecliptic = (mean + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RADIANS;
  const tilt = (23.439 - 0.00000036 * days) * RADIANS;
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(ecliptic), Math.cos(ecliptic));
  const declination = Math.asin(Math.sin(tilt) * Math.sin(ecliptic));
  const sidereal = (18.697374558 + 24.06570982441908 * days) * 15 * RADIANS;
  const hour = sidereal + longitude * RADIANS - ascension;
  const phi = latitude * RADIANS;
  return Math.asin(Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hour)) / RADIANS;
}

/** The theme of a wall at a moment. @param {string} theme dark, light or sun @param {Place | null} place @param {number} now epoch
 *  seconds @returns {Theme} */
export function themeAt(theme, place, now) {
  if (theme === "light" || theme === "dark") return theme;
  if (place && place.latitude !== null && place.longitude !== null) return elevation(now, place.latitude, place.longitude) > RISE ? "light" : "dark";
  const hour = ((now + (place?.offset ?? 0)) % 86_400) / 3600;
  return hour >= (HOURS[0] ?? 0) && hour < (HOURS[1] ?? 24) ? "light" : "dark";
}

/** The same for the server's painter. @param {string} theme @param {string} place JSON of a Place @param {string} now @returns {string} */
export function draw(theme, place, now) {
  return themeAt(theme, /** @type {Place} */ (JSON.parse(place)), Number(now));
}
