// @ts-check
// Who is locked out after too many failed tries, and how is one let go on?
import { get } from '../api.js';
import { html, signal, useEffect, useState } from '../lib.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { Ago, CopyId, ErrorNote, Mark } from '../ui/parts.js';
import { ask } from './state.js';

const LOOK_AGAIN_MS = 15_000;
const KINDS = /** @type {Record<string, string>} */ ({ source: 'A network address', details: 'An order number or e-mail address', codes: 'One-time codes of a customer' });
const found = signal(/** @type {any[] | null} */ (null));
const problem = signal('');
const releasing = signal(/** @type {any} */ (null));

const look = () => get('/v1/lockouts').then((answer) => ((found.value = answer.lockouts), (problem.value = '')), (error) => (problem.value = error.message));

export function Lockouts() {
  useEffect(() => {
    look();
    const timer = setInterval(look, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const locked = found.value ?? [];
  return html`<section class="card" aria-label="Lock-outs"><h2>Lock-outs</h2>
    ${problem.value ? html`<${ErrorNote}>${problem.value}<//>` : null}
    ${locked.length ? html`<ul class="switches">${locked.map((one) => html`<${Locked} key=${one.lock} one=${one} />`)}</ul>` : problem.value ? null : html`<p class="note switches-none">${found.value ? 'Nobody is locked out.' : 'Looking…'}</p>`}
    ${releasing.value ? html`<${Release} one=${releasing.value} />` : null}</section>`;
}

/** @param {{one: any}} props */
function Locked({ one }) {
  return html`<li><${Mark} tone="warn" icon="stop">Locked<//><strong>${KINDS[one.kind]}${one.customer ? html` <code>${one.customer}</code>` : null}</strong>
    <span class="switch-why"><span class="num">${one.failures}</span> failed tries <${CopyId} id=${one.lock} label="lock" /></span><span class="note">for <${Ago} at=${one.since} />; over by itself a day after the first of them</span>
    <button type="button" class="button small" onClick=${() => (releasing.value = one)}>Release…</button></li>`;
}

/** @param {{one: any}} props */
function Release({ one }) {
  const [reason, setReason] = useState('');
  const close = () => (releasing.value = null);
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (reason.trim() && (await ask(`/v1/lockouts/${encodeURIComponent(one.lock)}/release`, { reason: reason.trim() }))) close(), look();
  };
  return html`<${Dialog} title="Let it go on?" onClose=${close}><form onSubmit=${go} class="halt-form">
    <p>${KINDS[one.kind]}${one.customer ? html` <code>${one.customer}</code>` : null}, <span class="num">${one.failures}</span> failed tries.</p>
    <label class="field"><span class="field-label">Why, for colleagues and auditors</span><textarea rows="2" autofocus required value=${reason} onInput=${(/** @type {any} */ event) => setReason(event.target.value)} /></label>
    <p class="note">The failures so far do not count any more.</p>
    <div class="form-end"><button type="button" class="button" onClick=${close}>Back</button><button type="submit" class="button primary" disabled=${!reason.trim()}>Release</button></div></form><//>`;
}
