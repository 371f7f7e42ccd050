// @ts-check
// What do people owe customers by the service-level agreements: what is overdue, and what is due next?
import { html } from '../lib.js';
import { clockWords, DueIn } from '../ui/owed.js';
import { CopyId, Mark } from '../ui/parts.js';
import { board, looking } from './state.js';

const STATES = /** @type {Record<string, {tone: string, icon: any, word: string}>} */ ({ breached: { tone: 'bad', icon: 'alert', word: 'Overdue' }, soon: { tone: 'warn', icon: 'clock', word: 'Due soon' }, running: { tone: 'plain', icon: 'clock', word: 'In time' } });

/** Shown while a clock runs. */
export function Slas() {
  const clocks = board.value?.clocks ?? [];
  if (!clocks.length) return null;
  const titles = new Map((board.value?.queues ?? []).map((/** @type {any} */ queue) => [queue.name, queue.title]));
  const names = new Map((board.value?.agents ?? []).map((/** @type {any} */ agent) => [agent.id, agent.name]));
  return html`<section class="card" aria-label="Answers owed"><h2>Answers owed</h2><div class="table-scroll"><table class="table board-table"><thead><tr>
      <th scope="col">Due</th><th scope="col">What</th><th scope="col">State</th><th scope="col">Queue</th><th scope="col">With</th><th scope="col">Interaction</th><th scope="col"><span class="visually-hidden">Look in</span></th></tr></thead>
    <tbody>${clocks.map((/** @type {any} */ one) => html`<tr key=${`${one.interaction}:${one.clock}`}>
      <th scope="row"><${DueIn} one=${one} precise /></th><td>${clockWords(one.clock)}</td>
      <td><${Mark} tone=${STATES[one.state].tone} icon=${STATES[one.state].icon}>${STATES[one.state].word}<//></td>
      <td>${titles.get(one.queue) ?? one.queue}</td><td>${one.agent ? names.get(one.agent) ?? one.agent : html`<span class="note">nobody yet</span>`}</td>
      <td><${CopyId} id=${one.interaction} label="interaction" /></td>
      <td class="right"><button type="button" class="button small" onClick=${() => (looking.value = one.interaction)}>Look in</button></td></tr>`)}</tbody></table></div></section>`;
}
