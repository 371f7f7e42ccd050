// @ts-check
// What do the pages of the articles know: all of them, or the one that is looked at with its versions and its answers?
import { get } from '../api.js';
import { serverNow } from '../clock.js';
import { batch, signal } from '../lib.js';

const EVERY_MS = 5000;

/** The article whose page this is; empty on the list of all. */
export const articleName = decodeURIComponent(location.pathname.split('/')[2] ?? '');

export const me = signal(/** @type {any} */ (null));
export const overlay = signal('');
export const list = signal(/** @type {any} */ (null));
export const article = signal(/** @type {any} */ (null));
export const problem = signal('');
/** Which articles are listed. */
export const only = signal(/** @type {'all' | 'marked'} */ ('all'));
/** When what is shown was read, in milliseconds. */
export const readAt = signal(0);

/** Read what this page shows anew; what is there stays until then. */
export async function load() {
  try {
    const found = await get(articleName ? `/v1/knowledge/${encodeURIComponent(articleName)}` : '/v1/knowledge');
    batch(() => {
      (articleName ? article : list).value = found;
      problem.value = '';
      readAt.value = serverNow();
    });
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
  }
}

/** Look again and again, as long as somebody looks at the page. */
export function follow() {
  setInterval(() => !document.hidden && load(), EVERY_MS);
  document.addEventListener('visibilitychange', () => !document.hidden && load());
}
