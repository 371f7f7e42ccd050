// @ts-check
// What is halted, by whom, since when and why; and how is something halted at once, or let go on?
import { get } from '../api.js';
import { slowNow } from '../clock.js';
import { duration } from '../format.js';
import { html, signal, useEffect, useState } from '../lib.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { Ago, ErrorNote, Mark } from '../ui/parts.js';
import { ask, board } from './state.js';

const SCOPES = /** @type {const} */ ({ action: 'An action', connector: 'A connector: every call of it', model: 'A model: it is not asked', tenant: 'Everything that is proposed' });
const WORDS = /** @type {Record<string, string>} */ ({ action: 'Action', connector: 'Connector', model: 'Model', tenant: 'Everything' });
const halting = signal(false);
const opening = signal(false);
const releasing = signal(/** @type {any} */ (null));

/** Ask what should be halted. */
export const openHalt = () => (halting.value = true);
/** Ask which breaker should be opened. */
export const openBreaker = () => (opening.value = true);

export function Switches() {
  const thrown = board.value?.switches ?? [];
  const tripped = board.value?.breakers ?? [];
  return html`<section class="card ${thrown.length || tripped.length ? 'halted' : ''}"><h2 class="card-head">Kill switches and breakers
      <span class="switch-doors"><button type="button" class="button small" onClick=${openBreaker}><${Icon} name="bolt" size=${14} />Open breaker…</button>
      <button type="button" class="button small" onClick=${openHalt}><${Icon} name="stop" size=${14} />Halt…</button></span></h2>
    ${thrown.length ? html`<ul class="switches">${thrown.map((/** @type {any} */ one) => html`<${Thrown} key=${`${one.scope} ${one.name}`} one=${one} />`)}</ul>` : html`<p class="note switches-none">Nothing is halted.</p>`}
    ${tripped.length ? html`<ul class="switches">${tripped.map((/** @type {any} */ one) => html`<${Tripped} key=${`${one.guarded} ${one.name}`} one=${one} />`)}</ul>` : null}
    ${halting.value ? html`<${Halt} />` : null}${opening.value ? html`<${OpenBreaker} />` : null}${releasing.value ? html`<${Release} one=${releasing.value} />` : null}</section>`;
}

/** @param {{one: any}} props */
function Thrown({ one }) {
  return html`<li><${Mark} tone="bad" icon="stop">Halted<//><strong>${WORDS[one.scope]}${one.scope === 'tenant' ? '' : html` <code>${one.name}</code>`}</strong>
    <span class="switch-why" dir="auto">${one.reason}</span><span class="note">${one.by}, for <${Ago} at=${one.since} /></span>
    <button type="button" class="button small primary" onClick=${() => (releasing.value = one)}>Release…</button></li>`;
}

/** A breaker that is not closed. @param {{one: any}} props */
function Tripped({ one }) {
  const left = one.tried_again_at ? (Date.parse(one.tried_again_at) - slowNow.value) / 1000 : Infinity;
  const trying = left <= 0;
  return html`<li><${Mark} tone=${trying ? 'warn' : 'bad'} icon="alert">${trying ? 'Half-open' : 'Open'}<//><strong>${guardedWords(one)} <code>${one.name}</code></strong>
    <span class="switch-why"><span dir="auto">${one.why}</span> <span class="note">${wayBack(one, left)}</span></span>
    <span class="note">Looked after by ${one.owner}${one.by && one.by !== 'interlock' ? `; opened by ${one.by}` : ''}, for <${Ago} at=${one.since} /></span>
    <button type="button" class="button small" onClick=${() => ask('/v1/breakers/close', { guarded: one.guarded, name: one.name })}>Close breaker</button></li>`;
}

/** @param {any} one */
const guardedWords = (one) => (one.guarded === 'journey' ? 'Journey' : 'Connector');

/** How it comes to be tried again. @param {any} one @param {number} left seconds until it is half-open */
function wayBack(one, left) {
  if (!one.tried_again_at) return 'Stays open until somebody closes it.';
  return left <= 0 ? 'A few are tried; if they go well it closes by itself.' : `Tried again in ${duration(left)}, or when somebody closes it.`;
}

/** Cut a connector or a journey off by hand; it stays off until somebody closes it. */
function OpenBreaker() {
  const [breakers, setBreakers] = useState(/** @type {any[] | null} */ (null));
  const [problem, setProblem] = useState('');
  const [at, setAt] = useState(0);
  const [reason, setReason] = useState('');
  useEffect(() => void get('/v1/breakers').then((answer) => setBreakers(answer.breakers.filter((/** @type {any} */ one) => one.state !== 'open' || one.tried_again_at)), (error) => setProblem(error.message)), []);
  const chosen = breakers?.[at];
  const close = () => (opening.value = false);
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (chosen && reason.trim() && (await ask('/v1/breakers/open', { guarded: chosen.guarded, name: chosen.name, reason: reason.trim() }))) close();
  };
  return html`<${Dialog} title="Open a breaker?" onClose=${close}><form onSubmit=${go} class="halt-form">
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <label class="field"><span class="field-label">Of which connector or journey</span><select autofocus value=${String(at)} disabled=${!breakers?.length} onChange=${(/** @type {any} */ event) => setAt(Number(event.target.value))}>
      ${(breakers ?? []).map((one, i) => html`<option value=${String(i)} key=${`${one.guarded} ${one.name}`}>${guardedWords(one)} ${one.name}</option>`)}</select>
      ${chosen ? html`<p class="note">Looked after by ${chosen.owner}.</p>` : null}</label>
    <label class="field"><span class="field-label">Why, for colleagues and auditors</span><textarea rows="2" required value=${reason} onInput=${(/** @type {any} */ event) => setReason(event.target.value)} /></label>
    <p class="note">Nothing of it is tried from now on: proposals are answered at once, and a journey takes its way for “unavailable”. It stays open until somebody closes it here.</p>
    <div class="form-end"><button type="button" class="button" onClick=${close}>Back</button><button type="submit" class="button danger" disabled=${!chosen || !reason.trim()}>Open breaker</button></div></form><//>`;
}

/** What to halt is chosen from what there is; why is asked, because colleagues will want to know. */
function Halt() {
  const [known, setKnown] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState('');
  const [scope, setScope] = useState('action');
  const [name, setName] = useState('');
  const [reason, setReason] = useState('');
  useEffect(() => void get('/v1/switches').then((answer) => setKnown(answer.can_be_halted), (error) => setProblem(error.message)), []);
  const names = Object.entries(known?.[scope] ?? {});
  const chosen = names.some(([id]) => id === name) ? name : names[0]?.[0] ?? '';
  const close = () => (halting.value = false);
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (chosen && reason.trim() && (await ask('/v1/switches/halt', { scope, name: chosen, reason: reason.trim() }))) close();
  };
  return html`<${Dialog} title="Halt something at once?" onClose=${close}><form onSubmit=${go} class="halt-form">
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <label class="field"><span class="field-label">What</span><select autofocus value=${scope} onChange=${(/** @type {any} */ event) => (setScope(event.target.value), setName(''))}>
      ${Object.entries(SCOPES).map(([id, title]) => html`<option value=${id} key=${id}>${title}</option>`)}</select></label>
    <label class="field"><span class="field-label">Which</span><select value=${chosen} onChange=${(/** @type {any} */ event) => setName(event.target.value)}>
      ${names.map(([id, title]) => html`<option value=${id} key=${id}>${title === id ? id : `${title} (${id})`}</option>`)}</select></label>
    <label class="field"><span class="field-label">Why, for colleagues and auditors</span><textarea rows="2" required value=${reason} onInput=${(/** @type {any} */ event) => setReason(event.target.value)} /></label>
    <p class="note">It takes effect on every node within a second. What is being called already ends; what is allowed but not called yet does not start. Chats go on with people.</p>
    <div class="form-end"><button type="button" class="button" onClick=${close}>Back</button><button type="submit" class="button danger" disabled=${!chosen || !reason.trim()}>Halt</button></div></form><//>`;
}

/** @param {{one: any}} props */
function Release({ one }) {
  const [reason, setReason] = useState('');
  const close = () => (releasing.value = null);
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await ask('/v1/switches/release', { scope: one.scope, name: one.name, reason: reason.trim() })) close();
  };
  return html`<${Dialog} title="Let it go on?" onClose=${close}><form onSubmit=${go} class="halt-form">
    <p><strong>${WORDS[one.scope]} ${one.scope === 'tenant' ? '' : one.name}</strong> was halted by ${one.by}: <span dir="auto">${one.reason}</span></p>
    <p class="note">What was refused meanwhile stays refused.</p>
    <label class="field"><span class="field-label">Why it may go on (optional)</span><input autofocus value=${reason} onInput=${(/** @type {any} */ event) => setReason(event.target.value)} /></label>
    <div class="form-end"><button type="button" class="button" onClick=${close}>Keep it halted</button><button type="submit" class="button primary">Release</button></div></form><//>`;
}
