// @ts-check
// Why does this one still wait: who would be asked next, and what stands between it and everybody else?
import { get } from '../api.js';
import { html, useEffect, useState } from '../lib.js';
import { count } from '../format.js';
import { termOf } from '../transcript/words.js';
import { At, ErrorNote, Skeleton } from '../ui/parts.js';
import { board } from './state.js';

const REASONS = /** @type {Record<string, (one: any) => string>} */ ({
  next: () => 'would be asked; others come before',
  offered: () => 'is being asked now',
  has_offer: () => 'has another offer before him',
  at_capacity: () => 'has no room for it',
  refused: () => 'rejected it a moment ago',
  presence: (one) => termOf(one.presence).toLowerCase(),
  skill: (one) => `needs more ${one.skill.replaceAll('_', ' ')}`,
  not_last_agent: () => 'it is kept for whoever had the customer last',
  other_channel: () => 'does not take this channel',
  other_queue: () => 'serves other queues',
});

/** Looked at anew whenever the board moves. @param {{visit: string}} props */
export function Why({ visit }) {
  const [why, setWhy] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState('');
  const load = () => get(`/v1/visits/${visit}/why`).then(setWhy, (error) => setProblem(error.message));
  useEffect(() => void load(), [visit, board.value?.agents, board.value?.visits?.length]);
  if (problem) return html`<${ErrorNote}>${problem}<//>`;
  if (!why) return html`<${Skeleton} lines=${2} label="Loading why it waits" />`;
  const asks = Object.entries(why.asks_for).map(([skill, level]) => `${skill.replaceAll('_', ' ')} ${level}`);
  return html`<div class="why"><p>Place ${why.place} in line${why.rings > 1 ? `, ring ${why.ring} of ${why.rings}` : ''}${asks.length ? `; asks for ${asks.join(', ')}` : ''}.
    ${why.opens_at ? html` More agents are let in at <${At} at=${why.opens_at} />.` : null}</p>
    ${why.candidates.length ? html`<ul aria-label=${count(why.candidates.length, 'agent')}>${why.candidates.map((/** @type {any} */ one) => html`<li key=${one.agent}><span class="dot ${['next', 'offered'].includes(one.reason) ? 'available' : 'offline'}" aria-hidden="true" /><b>${one.name}</b><span class="note">${REASONS[one.reason](one)}</span></li>`)}</ul>` : html`<p class="note">Nobody is on shift.</p>`}</div>`;
}
