// @ts-check
// What does the policies page know: the rules in force, the versions, and the replay that is looked at?
import { get, post } from '../api.js';
import { batch, signal } from '../lib.js';
import { say, sayProblem } from '../ui/toasts.js';

/** @typedef {'rules' | 'replay' | 'versions'} View */
export const TITLES = /** @type {Record<View, string>} */ ({ rules: 'Rules', replay: 'Replay', versions: 'Versions' });
const POLL_MS = 700;

const named = () => /** @type {View} */ (Object.hasOwn(TITLES, location.hash.slice(1)) ? location.hash.slice(1) : 'rules');
export const view = signal(named());
addEventListener('hashchange', () => (view.value = named()));
/** @param {View} id */
export const show = (id) => (location.hash = id);

export const me = signal(/** @type {any} */ (null));
export const overlay = signal('');
export const policies = signal(/** @type {any} */ (null));
export const releases = signal(/** @type {any} */ (null));
export const replays = signal(/** @type {any[] | null} */ (null));
export const replay = signal(/** @type {any} */ (null));
export const problem = signal('');
/** What the replay form is filled with when somebody comes from a rule or a version. */
export const wanted = signal(/** @type {{rule: string, was: string, now: string, release: string, since: string}} */ ({ rule: '', was: '', now: '', release: '', since: '30d' }));

export const may = {
  publish: () => (me.value?.roles ?? []).includes('admin'),
  approve: (/** @type {any} */ one) => (me.value?.roles ?? []).includes(releases.value?.role) && one.by.id !== me.value?.id && !one.approved_by.some((/** @type {any} */ by) => by.id === me.value?.id),
};

/** Read everything anew. */
export async function load() {
  problem.value = '';
  try {
    const [rules, versions, past] = await Promise.all([get('/v1/policies'), get('/v1/releases'), get('/v1/replays')]);
    batch(() => ((policies.value = rules), (releases.value = versions), (replays.value = past.replays)));
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
  }
}

/** Try other rules on the past, and follow how far it is. @param {any} body */
export async function tryOnThePast(body) {
  try {
    replay.value = await post('/v1/replays', body);
    await follow(replay.value.id);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Show a replay; while it runs, look again and again. @param {string} id */
export async function follow(id) {
  for (;;) {
    const found = await get(`/v1/replays/${id}`);
    if (replay.value && replay.value.id !== id) return; // somebody looks at another one by now
    replay.value = found;
    if (found.state !== 'running') break;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  replays.value = (await get('/v1/replays')).replays;
}

/** Do something with a version and say what became of it. @param {string} path @param {any} body @param {string} said */
export async function act(path, body, said) {
  try {
    const answer = await post(path, body);
    say(answer?.in_force === false ? 'It waits for another person now.' : said);
    await load();
    return true;
  } catch (error) {
    sayProblem(error);
    return false;
  }
}
