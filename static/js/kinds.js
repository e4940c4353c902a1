/** What the picture says of the kinds of components, from the registry (registry.js is made of it). Pure. */

import { KINDS, MANAGED, ONE_PROCESS } from "./registry.js";

/** @typedef {{ kind: string, plane: string, title: string, role: string }} Kind */

/** @type {Map<string, Kind>} */
const BY_KIND = new Map(KINDS.map((one) => [one.kind, one]));
/** @type {Map<string, number>} */
const PLACES = new Map(KINDS.map(({ kind }, place) => [kind, place]));

/** What a component is for; empty if nobody declared it. @param {string} kind */
export function roleOf(kind) {
  return BY_KIND.get(kind)?.role ?? "";
}

/** A component's name as people write it. @param {string} kind */
export function titleOf(kind) {
  return BY_KIND.get(kind)?.title ?? kind;
}

/** By which kinds are sorted: those that nobody declared come last. @param {string} kind */
export function rankOf(kind) {
  return PLACES.get(kind) ?? PLACES.size;
}

/** @param {string} distribution */
export function isManaged(distribution) {
  return MANAGED.some((one) => one === distribution);
}

/** The process that holds the control plane, where there is one; else empty. @param {string} distribution */
export function processOf(distribution) {
  return ONE_PROCESS.find((one) => one === distribution) ?? "";
}
