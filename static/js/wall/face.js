/** The clock of a wall, in the time zone of its display, else in the screen's own. */

export class Face {
  /** @param {string} zone of the IANA database; empty: the screen's own */
  constructor(zone) {
    this.format = new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short", ...(zone ? { timeZone: zone } : {}),
    });
  }

  /** @param {number} now epoch seconds @returns {{ time: string, zone: string, offset: number }} `offset`: seconds by which that clock
   *  is ahead of UTC */
  at(now) {
    const parts = this.format.formatToParts(now * 1000);
    /** @param {string} type */
    const part = (type) => parts.find((one) => one.type === type)?.value ?? "";
    const [hour, minute, second] = ["hour", "minute", "second"].map((type) => Number(part(type)));
    const told = (hour ?? 0) * 3600 + (minute ?? 0) * 60 + (second ?? 0);
    const utc = Math.floor(now) % 86_400;
    // Half a day at most lies between: 14 h ahead is told as 10 h behind, which is the same hour of a day.
    const offset = ((told - utc + 129_600) % 86_400) - 43_200;
    return { time: `${part("hour")}:${part("minute")}:${part("second")}`, zone: part("timeZoneName"), offset };
  }
}
