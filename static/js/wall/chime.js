/** A quiet chime for a change for the worse; off unless the display is to have it, and silent where the browser forbids sound. */

/** Hertz, one after the other. */
const NOTES = [659, 494];
const SECONDS = 0.35;

export class Chime {
  #rung = "";
  /** @type {AudioContext | null} */ #context = null;

  /** @param {boolean} on */
  constructor(on) {
    this.on = on;
  }

  /** Once for each change. @param {string} key */
  ring(key) {
    if (!this.on || key === this.#rung || typeof AudioContext === "undefined") return;
    this.#rung = key;
    const context = (this.#context ??= new AudioContext());
    void context.resume().catch(() => undefined);
    for (const [at, hertz] of NOTES.entries()) {
      const tone = context.createOscillator();
      const loud = context.createGain();
      const begin = context.currentTime + at * SECONDS;
      tone.frequency.value = hertz;
      loud.gain.setValueAtTime(0, begin);
      loud.gain.linearRampToValueAtTime(0.15, begin + 0.03);
      loud.gain.exponentialRampToValueAtTime(0.001, begin + SECONDS);
      tone.connect(loud).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + SECONDS);
    }
  }
}
