// @ts-check
// What does the page of the triggers know: all of them with what became of them, and the test that is looked at?
import { get, post } from '../api.js';
import { serverNow } from '../clock.js';
import { batch, signal } from '../lib.js';

const EVERY_MS = 5000;

export const me = signal(/** @type {any} */ (null));
export const overlay = signal('');
export const triggers = signal(/** @type {any} */ (null));
export const problem = signal('');
/** When what is shown was read, in milliseconds. */
export const readAt = signal(0);
/** The trigger that is tested, and the event as it is written. */
export const tested = signal('');
export const written = signal(/** @type {Record<string, string>} */ ({}));
export const outcome = signal(/** @type {any} */ (null));
export const wrong = signal('');

/** Read everything anew; what is there stays until then. */
export async function load() {
  try {
    const found = await get('/v1/triggers');
    batch(() => {
      triggers.value = found;
      problem.value = '';
      readAt.value = serverNow();
      if (!found.triggers.some((/** @type {any} */ one) => one.trigger === tested.peek())) tested.value = found.triggers[0]?.trigger ?? '';
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

/** Test another one. @param {string} name */
export function choose(name) {
  batch(() => ((tested.value = name), (outcome.value = null), (wrong.value = '')));
}

/** An event as the trigger waits for it, with its fields to fill in. @param {any} trigger @returns {string} */
export function example(trigger) {
  const samples = /** @type {Record<string, any>} */ ({ text: '', number: 1.5, integer: 3, boolean: true, date: new Date().toISOString().slice(0, 10), moment: new Date().toISOString(), list: [], record: {} });
  const data = Object.fromEntries(Object.entries(trigger.data).map(([name, kind]) => [name, samples[String(kind).replace('?', '')]]));
  const event = trigger.kind === 'event' ? { specversion: '1.0', type: trigger.on, source: '/test', id: '1', data } : { interaction: '' };
  return JSON.stringify(event, null, 2);
}

/** Ask what would happen. @param {any} trigger @param {string} text */
export async function test(trigger, text) {
  batch(() => ((outcome.value = null), (wrong.value = '')));
  let event;
  try {
    event = JSON.parse(text);
  } catch (error) {
    wrong.value = `This is no JSON: ${error instanceof Error ? error.message : error}`;
    return;
  }
  try {
    outcome.value = await post(`/v1/triggers/${encodeURIComponent(trigger.trigger)}/test`, { event });
  } catch (error) {
    wrong.value = error instanceof Error ? error.message : String(error);
  }
}
