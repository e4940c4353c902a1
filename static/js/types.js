/**
 * The wire's types under the address and the two names that the drawing modules know them by. wire-types.js has them from the server's
 * own declarations; ask for them there.
 *
 * @typedef {import("./wire-types.js").NodeReport} NodeDetail
 * @typedef {import("./wire-types.js").SampleRow} SampleValues
 */

export * from "./wire-types.js";
