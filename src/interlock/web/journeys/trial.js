// @ts-check
// What is known of a change of this journey: its files as they are edited, the trial of its scenarios, and who gets it first?
import { get, post } from '../api.js';
import { batch, signal } from '../lib.js';
import { say } from '../ui/toasts.js';
import { journeyName, load } from './state.js';

const POLL_MS = 700;

/** What is written of the journey in force. @type {import('../lib.js').Signal<{release: string, own: string, files: Record<string, string>} | null>} */
export const written = signal(null);
/** What was changed of it here, by path. */
export const edits = signal(/** @type {Record<string, string>} */ ({}));
/** The version that is tried on some people, with its journeys beside those in force; null until it is known. */
export const canary = signal(/** @type {any} */ (null));
/** The last version whose scenarios were played. */
export const trial = signal(/** @type {any} */ (null));
/** Why nothing is known, or nothing was done. */
export const trouble = signal('');

/** Those whose text is another one now. */
export const changed = () => Object.fromEntries(Object.entries(edits.value).filter(([path, text]) => text !== written.value?.files[path]));

/** Read what is in force and what is tried; what was edited stays. */
export async function look() {
  try {
    const [texts, tried, trials] = await Promise.all([written.value ?? get(`/v1/journeys/${encodeURIComponent(journeyName)}/files`), get('/v1/canary'), trial.value ? null : get('/v1/trials')]);
    batch(() => ((written.value = texts), (canary.value = tried), (trouble.value = '')));
    const latest = trials?.trials[0];
    if (latest?.state === 'running') void follow(latest);
  } catch (error) {
    trouble.value = words(error);
  }
}

/** Follow a trial to its end, and read anew what follows from it. @param {any} begun */
export async function follow(begun) {
  trial.value = begun;
  while (trial.value?.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    try {
      trial.value = await get(`/v1/trials/${begun.id}`);
    } catch (error) {
      trouble.value = words(error);
    }
  }
  if (trial.value?.state === 'done') await came(trial.value);
}

/** What was wanted is so. @param {any} told */
async function came(told) {
  say(told.share ? `It is tried on ${told.share} % of the people.` : told.in_force ? 'The version is in force.' : 'The version waits for another person.');
  batch(() => ((edits.value = {}), (written.value = null)));
  await Promise.all([look(), load()]);
}

/** Have the change played, and put into force or tried where all holds. @param {{share: number, segment: string, note: string}} wanted */
export async function submit({ share, segment, note }) {
  const files = changed();
  trouble.value = '';
  try {
    if (share) return void follow(await post('/v1/canary', { files, share, segment, note }));
    const told = await post('/v1/releases', { files, note });
    if (told.trial) return void follow(told.trial);
    await came(told);
  } catch (error) {
    trouble.value = words(error);
  }
}

/** Do something with the version that is tried. @param {'share' | 'end' | 'adopt'} what @param {any} body @param {string} said */
export async function change(what, body, said) {
  trouble.value = '';
  try {
    await post(`/v1/canary/${what}`, body);
    say(said);
    if (what === 'adopt') written.value = null;
    await Promise.all([look(), load()]);
    return true;
  } catch (error) {
    trouble.value = words(error);
    return false;
  }
}

/** @param {unknown} error */
const words = (error) => (error instanceof Error ? error.message : String(error));
