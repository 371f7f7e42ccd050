// @ts-check
// How is it said what became of a trigger, and why?

/** @type {Record<string, [string, any]>} */
const TONES = { fired: ['good', 'check'], fires: ['good', 'check'], held: ['warn', 'clock'], refused: ['plain', 'stop'] };

/** @type {Record<string, string>} */
const WHY = {
  quiet_hours: 'It is night there',
  busy: 'Somebody else has her conversation, or a card waits for her',
  unavailable: 'The system that knows her address does not answer',
  condition: 'The condition does not hold',
  bad_data: 'The event does not fit',
  nobody: 'Nothing reaches her',
  erased: 'She was erased',
  consent: 'She did not agree to it',
  duplicate: 'It was told before',
  limit: 'Often enough for one day',
  too_late: 'It waited for a day',
  halted: 'Everything is halted',
  not_in_force: 'The trigger was removed while it waited',
  no_journey: 'Her open chat runs on a version without this journey',
};

/** @type {Record<string, string>} */
const REACH = { open_chat: 'In her open chat', last_chat: 'In her last chat', new_chat: 'In a new chat, by a link' };

/** The tone and the sign of what became of it. @param {string} how @returns {[string, any]} */
export const toneOf = (how) => TONES[how] ?? ['plain', 'question'];

/** @param {string} why */
export const whyWords = (why) => WHY[why] ?? why.replaceAll('_', ' ');

/** @param {string} reach */
export const reachWords = (reach) => REACH[reach] ?? reach;

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1).replaceAll('_', ' ');
