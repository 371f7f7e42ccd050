// @ts-check
// What can be read from three metres? The figures of each queue, large, with a word beside every colour.
import { now } from '../clock.js';
import { duration, exact, percent, since } from '../format.js';
import { html } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { levelState, waitState } from './queues.js';
import { board } from './state.js';

const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

export function Wall() {
  const value = board.value;
  if (!value) return null;
  return html`<div class="wall"><div class="wall-top"><span>${value.interactions.open} open</span><span class="machine-text"><${Icon} name="machine" size=${28} />${value.interactions.with_virtual_agent} with the virtual agent</span>
      <span>${value.interactions.with_agents} with agents</span><time class="wall-clock num">${clockFormat.format(now.value)}</time></div>
    <div class="wall-grid">${value.queues.map((/** @type {any} */ queue) => html`<${Tile} key=${queue.name} queue=${queue} />`)}</div></div>`;
}

/** @param {{queue: any}} props */
function Tile({ queue }) {
  const level = levelState(queue);
  const wait = waitState(queue, now.value);
  return html`<section class="tile ${queue.open ? level.tone : 'shut'}"><h2>${queue.title}</h2>
    ${queue.open ? null : html`<p class="tile-closed"><${Icon} name="stop" size=${22} /><span>${queue.closed_message ? `Closed. ${queue.closed_message}` : 'Outside its hours'}</span></p>`}
    <div class="tile-figures"><p><span class="huge num">${queue.waiting}</span><span>waiting</span></p>
      <p><span class="huge num">${percent(queue.service_level)}</span><span class="tile-state ${level.tone}"><${Icon} name=${level.icon} size=${20} />${level.word}${queue.target === null ? '' : `: ${percent(queue.target)} answered in ${duration(queue.threshold_s)}`}</span></p></div>
    <dl><div><dt>Longest wait</dt><dd class="num ${wait}">${queue.longest_since ? exact(since(queue.longest_since, now.value)) : '–'}${wait === 'plain' ? '' : ' !'}</dd></div>
      <div><dt>Agents available</dt><dd class="num">${queue.agents_available}</dd></div>
      <div><dt>Abandoned</dt><dd class="num">${queue.abandoned}${queue.entered ? ` · ${percent(queue.abandoned / queue.entered)}` : ''}</dd></div></dl></section>`;
}
