// @ts-check
// How does a customer take her conversation along, and go on here with one that she had elsewhere?
import { clock } from '../format.js';
import { html, useState } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { t } from './words.js';

const DIGITS = 8;

/** @typedef {import('./store.js').ChatStore} ChatStore */

/** What is offered under the place to write. @param {{store: ChatStore}} props */
export function CarryLink({ store }) {
  const { interaction, ended } = store.state.value;
  const going = interaction && !ended;
  return html`<button type="button" class="link" onClick=${() => (going ? store.askCarryCode() : (store.carry.value = { entering: true }))}>
    <${Icon} name="phone" size=${14} />${going ? t('Go on elsewhere') : t('I have a code')}</button>`;
}

/** The code to go on with, or where one is entered. @param {{store: ChatStore}} props */
export function Carry({ store }) {
  const carry = store.carry.value;
  if (!carry) return null;
  if (carry.link) return html`<${ByLink} store=${store} secret=${carry.link} />`;
  if (carry.sent) return html`<p class="strip" role="status"><span>${t('Sent to {address}. It is good for ten minutes.', { address: carry.sent })}</span><button type="button" onClick=${() => (store.carry.value = null)}>${t('Close')}</button></p>`;
  return carry.code ? html`<${Shown} store=${store} carry=${carry} />` : carry.entering ? html`<${Entry} store=${store} problem=${carry.problem ?? ''} pending=${Boolean(carry.pending)} />` : html`<p class="strip warn" role="alert"><span>${carry.problem}</span><button type="button" onClick=${() => (store.carry.value = null)}>${t('Close')}</button></p>`;
}

/** @param {{store: ChatStore, carry: any}} props */
function Shown({ store, carry }) {
  const [left, right] = [carry.code.slice(0, DIGITS / 2), carry.code.slice(DIGITS / 2)];
  return html`<div class="ask carry" role="alertdialog" aria-label=${t('Go on elsewhere')}><p>${t('Go on by phone, or in another browser')}</p>
    <p class="carry-code num" aria-label=${[...carry.code].join(' ')}>${left} ${right}</p>
    <p class="carry-how">${t('On the phone, press # and then these digits. In another chat, choose “I have a code”. It is good once, until {time}. Nobody of us will ever ask you to tell it.', { time: clock(carry.expires_at) })}</p>
    ${carry.mailable ? html`<button type="button" onClick=${() => store.askCarryCode(true)}>${t('Send it to my e-mail address')}</button>` : null}
    <button type="button" autofocus onClick=${() => (store.carry.value = null)}>${t('Close')}</button></div>`;
}

/** Somebody came by the link in a mail: it is used when she says so. @param {{store: ChatStore, secret: string}} props */
function ByLink({ store, secret }) {
  return html`<div class="ask carry" role="alertdialog" aria-label=${t('Go on here')}><p>${t('Go on here with what we talked about?')}</p>
    <button type="button" class="primary" autofocus onClick=${() => store.carryOn(secret)}>${t('Go on here')}</button><button type="button" onClick=${() => (store.carry.value = null)}>${t('Not now')}</button></div>`;
}

/** @param {{store: ChatStore, problem: string, pending: boolean}} props */
function Entry({ store, problem, pending }) {
  const [text, setText] = useState('');
  const digits = text.replace(/\D/g, '');
  /** @param {Event} event */
  const send = (event) => {
    event.preventDefault();
    if (digits.length === DIGITS && !pending) store.carryOn(digits);
  };
  return html`<form class="ask carry" onSubmit=${send}><p><label for="carry-code">${t('The code from the phone or the other chat')}</label></p>
    <input id="carry-code" class="num" inputmode="numeric" autocomplete="off" autofocus placeholder="0000 0000" maxlength="12" aria-invalid=${Boolean(problem)} aria-describedby="carry-problem" value=${text} onInput=${(/** @type {any} */ event) => setText(event.target.value)} />
    <button type="submit" class="primary" disabled=${digits.length !== DIGITS || pending}>${pending ? t('One moment…') : t('Go on')}</button><button type="button" onClick=${() => (store.carry.value = null)}>${t('Cancel')}</button>
    <p id="carry-problem" class="send-state bad" role="alert">${problem}</p></form>`;
}
