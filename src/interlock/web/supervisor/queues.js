// @ts-check
// How healthy is each queue: who waits, how long, and are we within the target?
import { now } from '../clock.js';
import { count, duration, exact, humanise, percent, since } from '../format.js';
import { html, signal, useState } from '../lib.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { At, CopyId, Empty, Mark, Ticking } from '../ui/parts.js';
import { ask, board, looking } from './state.js';
import { Why } from './why.js';

const NEAR_TARGET = 0.05;
const opened = signal('');
const closing = signal(/** @type {any} */ (null));

/** A service level against its target, in a word. @param {any} queue @returns {{tone: string, icon: any, word: string}} */
export function levelState(queue) {
  const level = queue.service_level;
  if (level === null || level === undefined || queue.target === null) return { tone: 'plain', icon: 'clock', word: 'No figures yet' };
  if (level >= queue.target) return { tone: 'good', icon: 'check', word: 'On target' };
  if (level >= queue.target - NEAR_TARGET) return { tone: 'warn', icon: 'alert', word: 'Just below' };
  return { tone: 'bad', icon: 'alert', word: 'Below target' };
}

/** The longest wait against the threshold. @param {any} queue @param {number} at */
export function waitState(queue, at) {
  const waited = since(queue.longest_since, at);
  if (!queue.longest_since || !queue.threshold_s) return 'plain';
  return waited > queue.threshold_s * 2 ? 'bad' : waited > queue.threshold_s ? 'warn' : 'plain';
}

/** What was measured when an alert began, and what is done while it stands. @param {any} alert */
function alertWords(alert) {
  const value = (/** @type {number} */ number) => (alert.measure === 'service_level' ? percent(number) : alert.measure === 'longest_wait' ? duration(number) : String(number));
  const what = alert.measure === 'service_level' ? 'service level of now' : alert.measure === 'longest_wait' ? 'longest wait' : 'waiting';
  const done = [alert.priority ? `${alert.priority} points up in line` : '', alert.overflow ? `overflows to ${alert.overflow.replaceAll('_', ' ')}` : ''].filter(Boolean);
  return [`${what} ${value(alert.value)}, threshold ${value(alert.threshold)}`, ...done].join('; ');
}

export function Queues() {
  const queues = board.value?.queues ?? [];
  if (!queues.length) return html`<${Empty} title="No queues">Queues are defined in the tenant's files.<//>`;
  return html`<div class="table-scroll"><table class="table board-table"><thead><tr>
      <th scope="col">Queue</th><th scope="col" class="right">Waiting</th><th scope="col" class="right">Longest wait</th><th scope="col">Service level</th><th scope="col" title="Of what is promised by service-level agreements and is over today: how much was kept">SLA kept</th>
      <th scope="col" class="right" title="Mean wait of answered visits">ASA</th><th scope="col" class="right">Entered</th><th scope="col" class="right">Abandoned</th><th scope="col" class="right">Agents available</th><th scope="col"><span class="visually-hidden">Switch</span></th></tr></thead>
    <tbody>${queues.map((/** @type {any} */ queue) => html`<${QueueRow} key=${queue.name} queue=${queue} />`)}</tbody></table></div>
    ${closing.value ? html`<${CloseQueue} queue=${closing.value} />` : null}`;
}

/** @param {{queue: any}} props */
function QueueRow({ queue }) {
  const level = levelState(queue);
  const wait = waitState(queue, now.value);
  const shown = opened.value === queue.name;
  const visits = (board.value?.visits ?? []).filter((/** @type {any} */ visit) => visit.queue === queue.name);
  return html`<tr class=${queue.open ? '' : 'closed'}>
      <th scope="row"><button type="button" class="disclose" aria-expanded=${shown} disabled=${!visits.length} onClick=${() => (opened.value = shown ? '' : queue.name)}><${Icon} name=${shown ? 'down' : 'chevron'} size=${14} />${queue.title}</button>
        ${queue.open ? null : queue.closed_message ? html`<p class="closed-line"><${Mark} tone="bad" icon="stop">Closed<//> <span class="note">${queue.closed_message}</span></p>` : html`<p class="closed-line"><${Mark} icon="clock">Outside its hours<//></p>`}
        ${(queue.alerts ?? []).map((/** @type {any} */ alert) => html`<p class="closed-line" key=${alert.alert}><${Mark} tone="bad" icon="bell">${humanise(alert.alert)}<//> <span class="note">${alertWords(alert)}, since <${At} at=${alert.since} /></span></p>`)}</th>
      <td class="right"><span class="figure">${queue.waiting}</span>${queue.offered ? html`<span class="note under">${queue.offered} offered</span>` : null}</td>
      <td class="right wait ${wait}"><${Ticking} at=${queue.longest_since} />${wait === 'plain' ? null : html`<span class="under">over ${duration(queue.threshold_s)}</span>`}</td>
      <td><span class="level"><span class="figure" title=${queue.service_level === null || queue.target === null ? '' : `${(queue.service_level * 100).toFixed(1)} % answered within ${duration(queue.threshold_s)}`}>${percent(queue.service_level)}</span><${Mark} tone=${level.tone} icon=${level.icon}>${level.word}<//></span>
        ${queue.target === null ? null : html`<span class="note under">${percent(queue.target)} in ${duration(queue.threshold_s)}</span>`}
        ${queue.service_level_now === null || queue.service_level_now === undefined ? null : html`<span class="note under" title="Of the visits that were entered lately and are decided">now ${percent(queue.service_level_now)}</span>`}</td>
      <td>${queue.slas_kept === null || queue.slas_kept === undefined ? html`<span class="none">–</span>` : html`<span class="num">${percent(queue.slas_kept)}</span>`}${queue.slas_overdue ? html`<span class="under"><${Mark} tone="bad" icon="alert">${queue.slas_overdue} overdue<//></span>` : null}</td>
      <td class="right">${queue.asa_s === null || queue.asa_s === undefined ? '–' : exact(queue.asa_s)}</td><td class="right">${queue.entered}</td>
      <td class="right">${queue.abandoned}${queue.entered ? html`<span class="note under">${percent(queue.abandoned / queue.entered)}</span>` : null}</td>
      <td class="right">${queue.agents_available || html`<${Mark} tone=${queue.open ? 'bad' : 'plain'} icon=${queue.open ? 'alert' : null}>None<//>`}</td>
      <td class="right">${!queue.closed_message
        ? html`<button type="button" class="button small" onClick=${() => (closing.value = queue)}>Close…</button>`
        : html`<button type="button" class="button small primary" onClick=${() => ask(`/v1/queues/${queue.name}/open`)}>Open queue</button>`}</td></tr>
    ${shown && visits.length ? html`<tr class="visits-row"><td colspan="10"><${Visits} visits=${visits} /></td></tr>` : null}`;
}

/** Who waits, one line each. @param {{visits: any[]}} props */
function Visits({ visits }) {
  const sorted = [...visits].sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
  const agentName = (/** @type {string} */ id) => board.value?.agents?.find((/** @type {any} */ agent) => agent.id === id)?.name ?? id;
  const [asked, setAsked] = useState('');
  return html`<ul class="visits" aria-label=${count(visits.length, 'visit')}>${sorted.map((visit) => html`<li key=${visit.visit}>
    <${Ticking} at=${visit.since} /><span>${visit.state === 'offered' ? html`<${Mark} tone="plain" icon="bell">Offered to ${agentName(visit.agent)}<//>` : 'Waiting'}</span>
    <${CopyId} id=${visit.interaction} label="interaction" /><span class="visit-buttons"><button type="button" class="button small" aria-expanded=${asked === visit.visit} onClick=${() => setAsked(asked === visit.visit ? '' : visit.visit)}>Why?</button><button type="button" class="button small" onClick=${() => (looking.value = visit.interaction)}>Look in</button></span>
    ${asked === visit.visit ? html`<${Why} visit=${visit.visit} />` : null}</li>`)}</ul>`;
}

/** The emergency switch asks what customers should hear. @param {{queue: any}} props */
function CloseQueue({ queue }) {
  const [message, setMessage] = useState('');
  const close = () => (closing.value = null);
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (message.trim() && (await ask(`/v1/queues/${queue.name}/close`, { message: message.trim() }))) close();
  };
  return html`<${Dialog} title="Close ${queue.title}?" onClose=${close}><form onSubmit=${go}>
    <p>Nobody enters it from now on. ${queue.waiting ? `The ${count(queue.waiting, 'customer')} who wait stay in line.` : 'Nobody waits in it now.'}</p>
    <label class="field" style=${{ marginBlockStart: '12px' }}><span class="field-label">What customers are told</span>
      <textarea rows="3" autofocus required value=${message} onInput=${(/** @type {any} */ event) => setMessage(event.target.value)} placeholder="We are closed because … Please write to us again …" /></label>
    <div class="form-end"><button type="button" class="button" onClick=${close}>Keep it open</button><button type="submit" class="button danger" disabled=${!message.trim()}>Close queue</button></div></form><//>`;
}
