// @ts-check
// What does this browser remember between visits? Signals that live in localStorage; a full or forbidden storage is no error.
import { signal } from './lib.js';

const PREFIX = 'interlock.';

/** @param {string} key @param {any} [fallback] */
export function recall(key, fallback = null) {
  try {
    const kept = localStorage.getItem(PREFIX + key);
    return kept === null ? fallback : JSON.parse(kept);
  } catch {
    return fallback;
  }
}

/** Keep a value; null forgets it. @param {string} key @param {any} value */
export function keep(key, value) {
  try {
    if (value === null || value === '') localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // private mode or full: it works for this visit
  }
}

/** A signal whose value outlives the page. @template T @param {string} key @param {T} fallback @returns {import('./lib.js').Signal<T>} */
export function kept(key, fallback) {
  const held = signal(recall(key, fallback));
  held.subscribe((value) => keep(key, value));
  return held;
}

/** Every key that begins so, without the common prefix. @param {string} start */
export function keysStarting(start) {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX + start)).map((key) => key.slice(PREFIX.length));
}

/** What was being written, one draft per thing written about. */
export const drafts = {
  /** @param {string} about */
  get: (about) => /** @type {string} */ (recall(`draft.${about}`, '')),
  /** @param {string} about @param {string} text */
  set: (about, text) => keep(`draft.${about}`, text),
};
