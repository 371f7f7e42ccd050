// @ts-check
// What do the pages of the journeys know: all of them, or the one that is looked at with its numbers and its readiness?
import { get } from '../api.js';
import { serverNow } from '../clock.js';
import { batch, signal } from '../lib.js';

/** @typedef {'picture' | 'list' | 'readiness' | 'change'} View */
export const TITLES = /** @type {Record<View, string>} */ ({ picture: 'Picture', list: 'Steps as a list', readiness: 'Readiness', change: 'Change and try' });
export const SPANS = /** @type {Record<string, string>} */ ({ '24h': '24 hours', '7d': '7 days', '30d': '30 days' });
const EVERY_MS = 5000;

/** The journey whose page this is; empty on the list of all. */
export const journeyName = decodeURIComponent(location.pathname.split('/')[2] ?? '');

const named = () => /** @type {View} */ (Object.hasOwn(TITLES, location.hash.slice(1)) ? location.hash.slice(1) : 'picture');
export const view = signal(named());
addEventListener('hashchange', () => (view.value = named()));
/** @param {View} id */
export const show = (id) => (location.hash = id);

export const me = signal(/** @type {any} */ (null));
export const overlay = signal('');
export const journeys = signal(/** @type {any[] | null} */ (null));
export const journey = signal(/** @type {any} */ (null));
export const readiness = signal(/** @type {any} */ (null));
export const within = signal('7d');
export const problem = signal('');
/** When what is shown was read, in milliseconds. */
export const readAt = signal(0);
/** The step that is looked at, by its place in the picture. */
export const chosen = signal('');
/** The steps whose default branches are unfolded, by their place in the picture. */
export const unfolded = signal(/** @type {Set<string>} */ (new Set()));

/** The earlier versions in which the journey was written otherwise, and the one that it is compared with. */
export const earlier = signal(/** @type {any[] | null} */ (null));
export const since = signal('');
export const changes = signal(/** @type {any} */ (null));
/** Why it cannot be compared. */
export const comparing = signal('');

/** Compare with an earlier version, or with none. @param {string} release */
export async function compare(release) {
  batch(() => ((since.value = release), (changes.value = null), (comparing.value = '')));
  if (!release) return;
  try {
    const found = await get(`/v1/journeys/${encodeURIComponent(journeyName)}/changes?since=${encodeURIComponent(release)}`);
    if (since.value === release) changes.value = found;
  } catch (error) {
    if (since.value === release) comparing.value = error instanceof Error ? error.message : String(error);
  }
}

/** Read what this page shows anew; what is there stays until then. */
export async function load() {
  try {
    if (!journeyName) {
      const found = await get('/v1/journeys');
      batch(() => ((journeys.value = found.journeys), done()));
      return;
    }
    const path = `/v1/journeys/${encodeURIComponent(journeyName)}`;
    const asked = within.value;
    const [found, ready] = await Promise.all([get(`${path}?within=${asked}`), readiness.value ?? get(`${path}/readiness`)]);
    if (asked !== within.value) return; // another time was chosen meanwhile
    const stale = journey.value && journey.value.release !== found.release;
    if (stale || !earlier.value) earlier.value = (await get(`${path}/versions`)).versions;
    if (stale && since.value) void compare(since.value);
    const fresh = stale ? await get(`${path}/readiness`) : ready;
    batch(() => ((journey.value = found), (readiness.value = fresh), done()));
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
  }
}

function done() {
  problem.value = '';
  readAt.value = serverNow();
}

/** @param {string} span */
export function choose(span) {
  within.value = span;
  void load();
}

/** @param {string} key */
export function toggle(key) {
  const next = new Set(unfolded.value);
  if (!next.delete(key)) next.add(key);
  unfolded.value = next;
}

/** Look again and again, as long as somebody looks at the page. */
export function follow() {
  setInterval(() => !document.hidden && load(), EVERY_MS);
  document.addEventListener('visibilitychange', () => !document.hidden && load());
}
