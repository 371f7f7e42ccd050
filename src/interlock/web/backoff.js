// @ts-check
// How long does a lost connection wait before its next try?

const FIRST_MS = 400, LONGEST_MS = 15_000;

/** Doubles with every try, with jitter, so that a thousand browsers do not come back in the same second. @param {number} tries @param {number} chance between 0 and 1 */
export function waitBefore(tries, chance) {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries, 10)) * (0.5 + chance / 2);
}
