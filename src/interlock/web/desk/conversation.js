// @ts-check
// The interaction in hand: who it is, what happened, and what I do next.
import { html, useEffect, useState } from '../lib.js';
import { Matters } from '../transcript/matters.js';
import { Transcript } from '../transcript/transcript.js';
import { endWords, nameOf, termOf } from '../transcript/words.js';
import { Dialog } from '../ui/dialog.js';
import { ChannelIcon, Icon } from '../ui/icons.js';
import { Ago, At, CopyId, Empty, ErrorNote, Keys, Mark, Skeleton } from '../ui/parts.js';
import { rowActions } from './fill.js';
import { Composer } from './composer.js';
import { WrapUpPanel } from './wrapup.js';
import { ask, live, me, open, openDoc, overlay, pane, pathOf, pendingOf, selected } from './state.js';

const TYPING_MS = 5000;

/** The name that stands for the customer on the screen. @param {any} value */
export const customerName = (value) => value?.customer?.name || (value?.customer?.matched ? 'Customer' : 'Unknown customer');

export function Conversation() {
  const value = open.value;
  const problem = openDoc.value?.problem.value;
  const shown = pane.value === 'talk' ? 'shown' : '';
  if (!selected.value) return html`<main class="column middle ${shown}" id="column-talk" tabindex="-1"><${Morning} /></main>`;
  if (problem && !value) return html`<main class="column middle ${shown}" id="column-talk" tabindex="-1"><${Empty} icon="alert" title="This interaction cannot be shown">${problem}<//></main>`;
  if (!value) return html`<main class="column middle ${shown}" id="column-talk" tabindex="-1"><${Skeleton} lines=${8} label="Loading the interaction" /></main>`;
  return html`<main class="column middle ${shown}" id="column-talk" tabindex="-1" aria-label="Interaction with ${customerName(value)}">
    <${Head} value=${value} />
    <${Matters} matters=${value.matters ?? []} />
    <${Story} key=${value.id} value=${value} />
    ${value.my_state === 'wrap_up' ? html`<${WrapUpPanel} key=${value.id} interaction=${value.id} customer=${customerName(value)} assist=${value.assist} />`
      : html`<${Composer} key=${value.id} interaction=${value.id} closed=${closedBecause(value)} customer=${customerName(value)} aloud=${value.channel === 'voice'} />`}
    ${overlay.value === 'hand-back' ? html`<${HandBack} value=${value} />` : null}
    ${overlay.value === 'wrap-up' ? html`<${WrapUp} value=${value} />` : null}</main>`;
}

/** Why nothing can be written, or ''. @param {any} value */
function closedBecause(value) {
  if (value.my_state === 'handling') return '';
  if (value.ended_at) return `This interaction has ended: ${endWords(value.end_reason)}.`;
  return value.holder?.kind === 'virtual_agent' ? 'The virtual agent has this interaction.' : value.holder?.kind === 'queue' ? 'This interaction waits in a queue.' : `${value.holder?.agent_name || 'A colleague'} has this interaction.`;
}

/** @param {{value: any}} props */
function Head({ value }) {
  const mine = value.my_state === 'handling';
  return html`<header class="talk-head">
    <div class="talk-who"><h1 dir="auto">${customerName(value)}</h1>
      <p class="note"><${ChannelIcon} channel=${value.channel} /> ${termOf(value.channel)} · began <${At} at=${value.started_at} />
        ${value.holder?.since && mine ? html` · with you for <${Ago} at=${value.holder.since} />` : null}
        ${value.ended_at ? html` · <strong>ended <${At} at=${value.ended_at} /></strong>, ${endWords(value.end_reason)}` : null} · <${CopyId} id=${value.id} label="interaction" /></p></div>
    <div class="talk-buttons">
      ${value.my_state === 'wrap_up' ? html`<${Mark} tone="warn" icon="wrap">Wrap-up<//>` : null}
      ${mine ? html`<button type="button" class="button" onClick=${() => (overlay.value = 'hand-back')} title="Hand back to the virtual agent"><${Icon} name="back" /><span class="wide-only">Hand back…</span> <${Keys} of="b" /></button>
        <button type="button" class="button" onClick=${() => (overlay.value = 'wrap-up')} title="End the conversation and wrap up"><${Icon} name="wrap" /><span class="wide-only">Wrap up…</span> <${Keys} of="w" /></button>` : null}</div></header>`;
}

/** @param {{value: any}} props */
function Story({ value }) {
  const [typing, setTyping] = useState('');
  useEffect(() => {
    /** @type {number | undefined} */
    let timer;
    const stop = live.onSignal(`interaction:${value.id}`, (frame) => {
      const author = frame.author?.kind ?? frame.author ?? 'customer';
      if (frame.signal !== 'typing' || author === 'agent') return;
      setTyping(author === 'customer' ? customerName(value) : nameOf(frame.author));
      clearTimeout(timer);
      timer = setTimeout(() => setTyping(''), TYPING_MS);
    });
    return () => (stop(), clearTimeout(timer));
  }, [value.id]);
  const last = value.entries[value.entries.length - 1];
  useEffect(() => {
    if (last?.author?.kind === 'customer') setTyping('');
  }, [last?.id]);
  const canAct = value.my_state === 'handling' && value.actions?.length;
  return html`<${Transcript} entries=${value.entries} me=${me.value?.staff?.name ?? ''} pending=${pendingOf(value.id, value.entries)} typing=${typing}
    rowEnd=${canAct ? (/** @type {any} */ row, /** @type {string} */ list, /** @type {any} */ entry) => rowActions(value, entry, row, list) : null} />`;
}

/** @param {{value: any}} props */
function HandBack({ value }) {
  const close = () => (overlay.value = '');
  const go = async () => {
    close();
    await ask(pathOf('hand-back'));
  };
  return html`<${Dialog} title="Hand back to the virtual agent?" onClose=${close}>
    <p>The virtual agent answers ${customerName(value)} from here on. Your part goes to wrap-up.</p>
    <div class="form-end"><button type="button" class="button" onClick=${close}>Keep it</button>
      <button type="button" class="button primary" autofocus onClick=${go}>Hand back</button></div><//>`;
}

/** @param {{value: any}} props */
function WrapUp({ value }) {
  const close = () => (overlay.value = '');
  const waiting = value.entries.filter((/** @type {any} */ entry) => entry.kind === 'action' && ['needs', 'judging', 'running'].includes(entry.state));
  const go = async () => {
    close();
    if (await ask(pathOf('wrap-up'))) setTimeout(() => /** @type {HTMLElement | null} */ (document.querySelector('#dispositions input'))?.focus(), 300);
  };
  return html`<${Dialog} title="End the conversation and wrap up?" onClose=${close}>
    <p>You cannot write to ${customerName(value)} after this. You record how it came out next.</p>
    ${waiting.length ? html`<p class="hint"><${Icon} name="clock" />Still open: ${waiting.map((/** @type {any} */ one) => one.says || one.title).join('; ')}. It goes on without you, and the customer is told.</p>` : null}
    <div class="form-end"><button type="button" class="button" onClick=${close}>Go on talking</button>
      <button type="button" class="button primary" autofocus onClick=${go}>Start wrap-up</button></div><//>`;
}

/** Nothing in hand: what to do next. */
function Morning() {
  const mine = me.value;
  if (!mine) return html`<${Skeleton} lines=${4} label="Loading your desk" />`;
  const name = (mine.staff?.name ?? '').split(' ')[0];
  const away = mine.presence !== 'available';
  return html`<div class="morning"><p class="morning-hello">${hello()}${name ? `, ${name}` : ''}.</p>
    ${mine.work?.length ? html`<p>Choose one of your interactions on the left.</p>`
      : away ? html`<p>You are shown as <strong>${termOf(mine.presence).toLowerCase()}</strong>. Nothing is offered to you until you are available.</p>
          <button type="button" class="button primary large" onClick=${() => ask('/v1/presence', { presence: 'available' })}>Set me available</button>`
        : html`<p>You are available. The next offer appears at the top left, with a sound; nothing is taken for you.</p>`}
    <p class="note"><${Keys} of="?" /> shows every key · <${Keys} of="Ctrl+k" /> finds anything</p></div>`;
}

function hello() {
  const hour = new Date().getHours();
  return hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening';
}
