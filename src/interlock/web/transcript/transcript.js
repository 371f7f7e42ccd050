// @ts-check
// What happened in this interaction, in order? Customer, assistant, agent, system and actions in one column.
import { clock, day, fullTime } from '../format.js';
import { html, useEffect, useLayoutEffect, useRef, useState } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { Mark } from '../ui/parts.js';
import { ActionCard } from './action.js';
import { nameOf, stateOf } from './words.js';

const NEAR_END_PX = 80, GROUP_MS = 120_000;

/**
 * @param {{entries: any[], me?: string, pending?: any[], rowEnd?: ((row: any, list: string, entry: any) => any) | null, typing?: string, label?: string}} props
 */
export function Transcript({ entries, me = '', pending = [], rowEnd = null, typing = '', label = 'Transcript' }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const atEnd = useRef(true);
  const [unseen, setUnseen] = useState(0);
  const total = entries.length + pending.length;
  const before = useRef(total), known = useRef(entries.length);
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  useLayoutEffect(() => {
    const own = pending.length > 0 || entries.slice(known.current).some((entry) => entry.kind === 'action' && entry.by?.name === me);
    known.current = entries.length;
    if (atEnd.current || (me && own && total > before.current)) toEnd(); // who has just done something looks for what comes of it
    else if (total > before.current) setUnseen((n) => n + total - before.current);
    before.current = total;
  }, [total, typing]);
  useEffect(() => {
    const watcher = new ResizeObserver(() => atEnd.current && toEnd()); // a growing reply box must not hide the last line
    if (box.current) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  const onScroll = () => {
    const element = box.current;
    if (!element) return; // scrolled by its own end
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (atEnd.current) setUnseen(0);
  };
  return html`<div class="transcript-wrap">
    <div class="transcript" ref=${box} onScroll=${onScroll} role="log" aria-label=${label} aria-live="polite" tabindex="0">
      <ol>${entries.map((entry, i) => html`<${Row} key=${`${entry.kind}-${entry.id}`} entry=${entry} before=${entries[i - 1]} me=${me} rowEnd=${rowEnd} />`)}
      ${pending.map((message) => html`<${Pending} key=${message.id} message=${message} />`)}</ol>
      ${typing ? html`<p class="typing">${typing} is writing…</p>` : null}
    </div>
    ${unseen ? html`<button type="button" class="button small to-end" onClick=${toEnd}><${Icon} name="down" size=${14} />${unseen} new below</button>` : null}</div>`;
}

/** @param {{entry: any, before: any, me: string, rowEnd: any}} props */
function Row({ entry, before, me, rowEnd }) {
  const newDay = !before || new Date(before.at).toDateString() !== new Date(entry.at).toDateString();
  return html`${newDay ? html`<li class="day-line"><span>${new Date(entry.at).toDateString() === new Date().toDateString() ? 'Today' : day(entry.at)}</span></li>` : null}
    ${entry.kind === 'message' ? html`<${Message} entry=${entry} grouped=${!newDay && sameVoice(before, entry)} me=${me} />`
      : entry.kind === 'action' ? html`<li class="entry action" id="entry-${entry.id}"><${Stamp} at=${entry.at} /><${ActionCard} entry=${entry} rowEnd=${rowEnd && ((/** @type {any} */ row, /** @type {string} */ list) => rowEnd(row, list, entry))} /></li>`
        : html`<li class="entry event"><${Stamp} at=${entry.at} /><span class="event-text">${entry.text}</span></li>`}`;
}

/** @param {any} before @param {any} entry */
function sameVoice(before, entry) {
  return before?.kind === 'message' && before.author.kind === entry.author.kind && before.author.name === entry.author.name && before.author.model === entry.author.model
    && Date.parse(entry.at) - Date.parse(before.at) < GROUP_MS;
}

/** @param {{at: string}} props */
function Stamp({ at }) {
  return html`<time class="stamp num" datetime=${at} title=${fullTime(at)}>${clock(at, Date.parse(at))}</time>`;
}

/** @param {{entry: any, grouped: boolean, me: string}} props */
function Message({ entry, grouped, me }) {
  const { author } = entry;
  const mine = author.kind === 'agent' && author.name === me;
  const who = mine ? 'You' : author.kind === 'virtual_agent' && author.name && !/assistant|agent/i.test(author.name) ? `${author.name} · virtual agent` : nameOf(author);
  return html`<li class="entry message ${author.kind} ${mine ? 'mine' : ''} ${grouped ? 'grouped' : ''}">
    <${Stamp} at=${entry.at} />
    <div class="said">
      <p class=${grouped ? 'visually-hidden' : 'who'}>${author.kind === 'virtual_agent' ? html`<${Icon} name="machine" size=${14} />` : null}${who}${author.model ? html` <span class="note" title="Written by a language model">AI · ${author.model}</span>` : null}</p>
      ${entry.text ? html`<p class="text" dir="auto">${entry.text}</p>` : null}
      ${entry.card ? html`<${CardLine} card=${entry.card} />` : null}</div></li>`;
}

/** What the customer was shown to answer, as the agent reads it. @param {{card: any}} props */
function CardLine({ card }) {
  const names = /** @type {Record<string, string>} */ ({ confirm: 'Asked to confirm', code: 'Asked for the one-time code', choices: 'Offered a choice', receipt: 'Receipt', waiting: 'Told that it waits', source: 'Source' });
  const details = card.kind === 'choices' ? (card.choices ?? []).map((/** @type {any} */ choice) => choice.label) : (card.lines ?? []).map((/** @type {any} */ line) => `${line.label}: ${line.value}`);
  return html`<div class="card-line"><span class="card-kind">${names[card.kind] ?? 'Card'}</span> <strong>${card.title}</strong>
    ${details.length ? html`<span class="card-details">${details.join(' · ')}</span>` : null}</div>`;
}

/** @param {{message: any}} props */
function Pending({ message }) {
  return html`<li class="entry message agent mine pending ${message.problem ? 'unsent' : ''}"><span class="stamp">${message.problem ? '' : '…'}</span>
    <div class="said"><p class="who">You</p><p class="text" dir="auto">${message.text}</p>
      ${message.problem
        ? html`<p class="unsent-line"><${Mark} tone="bad" icon="alert">Not sent<//> ${message.problem}
            <button type="button" class="button small" onClick=${message.retry}>Send again</button>
            <button type="button" class="button small quiet" onClick=${message.drop}>Back to the reply box</button></p>`
        : html`<p class="note">${message.waiting ? 'Waiting for the connection…' : 'Sending…'}</p>`}</div></li>`;
}

/** Everything tried, newest last, one line each. @param {{entries: any[]}} props */
export function Tried({ entries }) {
  const actions = entries.filter((entry) => entry.kind === 'action');
  if (!actions.length) return html`<p class="note">Nothing yet.</p>`;
  /** @param {string} id */
  const show = (id) => document.getElementById(`entry-${id}`)?.scrollIntoView({ block: 'center' });
  return html`<ul class="tried">${actions.map((entry) => {
    const state = stateOf(entry.state);
    const tone = entry.state === 'succeeded' && !entry.amount ? 'plain' : state.tone;
    return html`<li key=${entry.id}><button type="button" class="row-button" onClick=${() => show(entry.id)} title="Show it in the transcript">
      <span class="tried-title">${entry.says || entry.title}</span><${Mark} tone=${tone} icon=${state.icon}>${state.word}<//></button></li>`;
  })}</ul>`;
}
