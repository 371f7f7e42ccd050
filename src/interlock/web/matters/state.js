// @ts-check
// What does the page of the matters know: those that stand open or are settled, and the one that is being dealt with?
import { get, post } from '../api.js';
import { serverNow } from '../clock.js';
import { batch, computed, signal } from '../lib.js';

const EVERY_MS = 10_000;

export const me = signal(/** @type {any} */ (null));
export const overlay = signal('');
/** Whether those that are settled are shown. */
export const settled = signal(false);
/** The kind of matter that is shown; empty for all. */
export const wanted = signal('');
export const found = signal(/** @type {any} */ (null));
export const problem = signal('');
/** When what is shown was read, in milliseconds. */
export const readAt = signal(0);
/** The matter whose note is written, and what comes of it. */
export const marking = signal(/** @type {any} */ (null));

export const shown = computed(() => (found.value?.matters ?? []).filter((/** @type {any} */ one) => !wanted.value || one.matter === wanted.value));

/** Read everything anew; what is there stays until then. */
export async function load() {
  const asked = settled.peek();
  try {
    const answer = await get(`/v1/matters?settled=${asked}`);
    if (asked !== settled.peek()) return; // another list was chosen meanwhile
    batch(() => ((found.value = answer), (problem.value = ''), (readAt.value = serverNow())));
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
  }
}

/** Look again and again, as long as somebody looks at the page. */
export function follow() {
  setInterval(() => !document.hidden && load(), EVERY_MS);
  document.addEventListener('visibilitychange', () => !document.hidden && load());
}

/** Show the other list. @param {boolean} which */
export function show(which) {
  batch(() => ((settled.value = which), (found.value = null), (problem.value = '')));
  return load();
}

/** Take a matter on, settle it, or open it again. @param {any} one @param {string} mark @param {string} note @returns {Promise<string>} what is wrong; empty where it is done */
export async function mark(one, mark, note = '') {
  try {
    await post('/v1/matters', { interaction: one.interaction, matter: one.matter, kind: one.kind, mark, note });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  await load();
  return '';
}
