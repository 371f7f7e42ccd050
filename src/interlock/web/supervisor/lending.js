// @ts-check
// Whose authority is lent to whom, until when; and how do I lend mine?
import { post } from '../api.js';
import { html, useState } from '../lib.js';
import { termOf } from '../transcript/words.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { At, ErrorNote, Keys } from '../ui/parts.js';
import { say } from '../ui/toasts.js';
import { approvals, ask, me, overlay } from './state.js';

const LENDABLE = ['supervisor', 'manager'];
const HOURS = /** @type {Array<[number, string]>} */ ([[4, 'For four hours'], [24, 'For a day'], [72, 'For three days'], [24 * 14, 'For two weeks']]);

/** Above the list: what I have lent or was lent. */
export function Lent() {
  const mine = (approvals.value?.delegations ?? []).filter((/** @type {any} */ one) => me.value && (one.by.id === me.value.id || one.to.id === me.value.id) && Date.parse(one.until) > Date.now());
  const can = (me.value?.roles ?? []).some((role) => LENDABLE.includes(role));
  return html`<div class="lent">
    ${mine.map((/** @type {any} */ one) => html`<p key=${one.delegation}><${Icon} name="person" size=${14} /><span>${one.by.id === me.value?.id ? html`<strong>${one.to.name}</strong> decides for you` : html`${one.roles.length ? 'You decide' : 'You do not decide any more'} for <strong>${one.by.name}</strong>${one.roles.length ? '' : ', who has the role no longer'}`} <span class="note">until <${At} at=${one.until} /></span></span>
      <button type="button" class="button small quiet" onClick=${() => ask(`/v1/delegations/${one.delegation}/end`)}>End</button></p>`)}
    ${can ? html`<button type="button" class="button small" onClick=${() => (overlay.value = 'lend')}><${Icon} name="out" size=${14} />Lend my authority… <${Keys} of="d" /></button>` : null}
    ${overlay.value === 'lend' && can ? html`<${Lend} onClose=${() => (overlay.value = '')} />` : null}</div>`;
}

/** @param {{onClose: () => void}} props */
function Lend({ onClose }) {
  const [to, setTo] = useState('');
  const [hours, setHours] = useState(24);
  const [problem, setProblem] = useState('');
  const people = (approvals.value?.staff ?? []).filter((/** @type {any} */ one) => one.id !== me.value?.id);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!to) return;
    try {
      await post('/v1/delegations', { to, until: new Date(Date.now() + hours * 3_600_000).toISOString() });
      say('Lent. It is recorded, and you can end it at any time.');
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return html`<${Dialog} title="Lend your authority to a colleague?" onClose=${onClose}><form onSubmit=${submit}>
    <label class="field"><span class="field-label">To</span><select autofocus value=${to} onChange=${(/** @type {any} */ event) => setTo(event.target.value)}><option value="">Choose…</option>
      ${people.map((/** @type {any} */ one) => html`<option value=${one.id}>${one.name} · ${one.roles.map(termOf).join(', ').toLowerCase()}</option>`)}</select></label>
    <label class="field"><span class="field-label">How long</span><select value=${hours} onChange=${(/** @type {any} */ event) => setHours(Number(event.target.value))}>${HOURS.map(([value, label]) => html`<option value=${value} selected=${value === hours}>${label}</option>`)}</select>
      <p class="note">Within your own band, recorded with both names. It cannot be lent on, and never decides on what you have proposed.</p></label>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="button" class="button" onClick=${onClose}>Back</button><button type="submit" class="button primary" disabled=${!to}>Lend it</button></div></form><//>`;
}
