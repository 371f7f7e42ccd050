// @ts-check
// What are steps, branches and verdicts called on the pages of the journeys, and which sign stands beside each?
import { duration, humanise } from '../format.js';

/** @type {Record<string, [string, any]>} */
const KINDS = {
  say: ['Says', 'chat'], ask: ['Asks for', 'question'], choose: ['Lets choose', 'question'], verify: ['Verifies', 'shield'], look_up: ['Looks up', 'search'],
  do: ['Does', 'bolt'], agent: ['Leaves to a model:', 'machine'], promise: ['Promises', 'book'], foresee: ['Asks ahead whether', 'shield'], record: ['Puts on record', 'book'], call: ['Runs', 'fold'], wait: ['Waits', 'clock'], when: ['Only if', 'code'], hand_over: ['Hands over to', 'person'], end: ['Ends', 'check'], back: ['', 'back'],
};

/** What a step does, and its sign. @param {string} kind @returns {[string, any]} */
export const kindOf = (kind) => KINDS[kind] ?? [humanise(kind), 'action'];

/** @type {Record<string, string>} */
const ARMS = { then: 'if so', else: 'if not', otherwise: 'without a model' };
/** A branch as it is read. @param {string} name */
export const armWord = (name) => ARMS[name] ?? humanise(name).toLowerCase();

/** @type {Record<string, [string, any]>} */
const TONES = {
  ready: ['good', 'check'], safe: ['good', 'check'], signed: ['good', 'check'],
  'ready with gaps': ['warn', 'alert'], 'with a person': ['warn', 'person'], 'with care': ['warn', 'alert'], outdated: ['warn', 'clock'], missing: ['warn', 'alert'], gap: ['warn', 'alert'],
  note: ['plain', null],
};
/** The tone and the sign of a verdict. @param {string} word @returns {[string, any]} */
export const toneOf = (word) => TONES[word] ?? ['bad', 'stop'];

/** A verdict with a capital. @param {string} word */
export const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** How long a run stood somewhere. @param {number | null} seconds */
export const stood = (seconds) => (seconds === null ? '–' : seconds < 1 ? 'under 1 s' : duration(Math.round(seconds)));

/** A share of the runs that came, in per cent. @param {number} part @param {number} whole */
export const share = (part, whole) => (part && whole ? ` (${Math.round((100 * part) / whole)} %)` : '');

/** The place of a step as people count, from 1: "5.on.denied.0" is "step 6 denied 1". @param {string} path */
export const placeOf = (path) => `${path.startsWith('default.') ? '' : 'step '}${path.split('.').filter((part) => part !== 'on').map((part) => (/^\d+$/.test(part) ? Number(part) + 1 : armWord(part))).join(' ')}`;

/** Outcomes, the most frequent first. @param {Record<string, number>} outcomes @returns {Array<[string, number]>} */
export const outcomesOf = (outcomes) => Object.entries(outcomes).filter(([, times]) => times > 0).sort((a, b) => b[1] - a[1]);
