// @ts-check
// In which words are an action's state, a remedy and a channel told to staff? One table each.
import { count } from '../format.js';

/** @typedef {import('../ui/icons.js').IconName} IconName */

/** State of a proposed action → word, tone, sign. @type {Record<string, {word: string, tone: string, icon: IconName}>} */
export const STATES = {
  judging: { word: 'Being checked', tone: 'plain', icon: 'clock' },
  needs: { word: 'Waiting', tone: 'warn', icon: 'clock' },
  running: { word: 'Under way', tone: 'plain', icon: 'clock' },
  succeeded: { word: 'Done', tone: 'good', icon: 'check' },
  denied: { word: 'Denied', tone: 'bad', icon: 'stop' },
  declined: { word: 'Customer said no', tone: 'plain', icon: 'cross' },
  rejected: { word: 'Rejected', tone: 'bad', icon: 'cross' },
  expired: { word: 'Ran out of time', tone: 'plain', icon: 'clock' },
  countered: { word: 'Countered', tone: 'plain', icon: 'back' },
  discarded: { word: 'Not sent', tone: 'plain', icon: 'cross' },
  withdrawn: { word: 'Withdrawn', tone: 'plain', icon: 'cross' },
  failed: { word: 'Failed', tone: 'bad', icon: 'alert' },
  unknown: { word: 'Outcome unknown', tone: 'warn', icon: 'question' },
};

/** @param {string} state */
export const stateOf = (state) => STATES[state] ?? { word: state, tone: 'plain', icon: /** @type {IconName} */ ('question') };

/** What is asked for: "one-time code", "confirmation", "a supervisor's approval". @param {string} remedy */
export function remedyWords(remedy) {
  const [kind, argument = ''] = String(remedy).split(':');
  if (kind === 'step_up') return argument === '3' ? 'two one-time codes' : 'a one-time code';
  if (kind === 'confirm') return 'confirmation';
  if (kind === 'approve') return 'approval'; // whose is said beside it
  if (kind === 'do') return `“${argument}” first`;
  if (kind === 'wait') return { open: 'business hours' }[argument] ?? waitWords(argument);
  if (kind === 'draft') return 'somebody to send it';
  return remedy;
}

const UNITS = /** @type {Record<string, string>} */ ({ s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' });

/** "2d" → "a wait of 2 days". @param {string} length */
function waitWords(length) {
  const [, number, unit] = /^(\d+)([smhdw])$/.exec(length) ?? [];
  return unit ? `a wait of ${count(Number(number), UNITS[unit])}` : 'its time';
}

/** What has been met: "Code given", "Confirmed", "Approved". @param {string} remedy */
export function metWords(remedy) {
  const kind = String(remedy).split(':')[0];
  return { step_up: 'Code given', confirm: 'Confirmed', approve: 'Approved', do: 'Done first', wait: 'Waited', draft: 'Sent' }[kind] ?? `${remedyWords(remedy)} given`;
}

/** @param {string} from */
export const waitsForWords = (from) => ({ customer: 'the customer', supervisor: 'a supervisor', manager: 'a manager', agent: 'an agent', action: 'another action', time: 'its time' })[from] ?? from;

/** @param {any} who a name, a principal or an author */
export function nameOf(who) {
  if (!who) return '';
  const byKind = /** @type {Record<string, string>} */ ({ virtual_agent: 'Virtual agent', customer: 'Customer', system: 'Interlock', external_agent: 'External agent', agent: 'an agent' });
  if (typeof who === 'string') return byKind[who] ?? who;
  return byKind[who.name] || who.name || byKind[who.kind] || who.id || '';
}

const NAMES = /** @type {Record<string, string>} */ ({ handling: 'Handling', wrap_up: 'Wrap-up', on_hold: 'On hold', parked: 'Parked', offered: 'Offered', offline: 'Offline', available: 'Available', break: 'Break', other_work: 'Other work', not_responding: 'Not responding', chat: 'Chat', message: 'Message', email: 'E-mail', voice: 'Call', callback: 'Callback', api: 'API', desk: 'Desk', task: 'Task' });

/** A term of the field as it is written on a screen. @param {string} term */
export const termOf = (term) => NAMES[term] ?? (term ? term[0].toUpperCase() + term.slice(1).replaceAll('_', ' ') : '');

/** How an interaction ended. @param {string} reason */
export function endWords(reason) {
  return { wrapped_up: 'wrapped up', journey_ended: 'the journey was over', customer_left: 'the customer left', inactivity: 'the customer fell silent', merged: 'merged with another' }[reason] ?? reason;
}
