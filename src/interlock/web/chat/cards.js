// @ts-check
// How does the customer answer a card? A confirmation of exactly this, a one-time code, a choice; a receipt is read.
import { clock } from '../format.js';
import { html, useState } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { t } from './words.js';

const CODE_LENGTH = 6;
const CONFIRMED = /** @type {Record<string, string>} */ ({ confirmed: 'You agreed', declined: 'You said no. Nothing was changed', withdrawn: 'Withdrawn. Nothing was changed', expired: 'This has run out', failed: 'This could not be confirmed' });
const WAITED = /** @type {Record<string, string>} */ ({ over: 'The time has come', withdrawn: 'Withdrawn. Nothing was changed' });
const PASSED = /** @type {Record<string, string>} */ ({ passed: 'The code was right', failed: 'Too many wrong codes', expired: 'The code has run out', not_sent: 'The code could not be sent' });

/** @typedef {import('./store.js').ChatStore} ChatStore */

/** @param {{card: any, store: ChatStore, active: boolean, next: string}} props `active`: nothing was said since; `next`: what the customer said after it */
export function Card({ card, store, active, next }) {
  if (card.kind === 'confirm') return html`<${Confirm} card=${card} store=${store} />`;
  if (card.kind === 'code') return html`<${Code} card=${card} store=${store} />`;
  if (card.kind === 'waiting') return html`<${Waiting} card=${card} store=${store} />`;
  if (card.kind === 'source') return html`<p class="source-line"><${Icon} name="book" size=${13} />${card.title}</p>`;
  if (card.kind === 'choices') return html`<${Choices} card=${card} store=${store} active=${active} next=${next} />`;
  return html`<div class="card receipt"><p class="card-title"><${Icon} name="check" />${card.title}</p><${Lines} lines=${card.lines} /></div>`;
}

/** What the button of a confirmation says: what happens, for how much. "Refund €18.40 for the kettle to …" → "Refund €18.40". @param {any} card */
function yesWords(card) {
  const short = /^\S+ (?:[€$£]\s?)?\d[\d.,]*\d(?: [A-Z]{3})?(?=\s|$)/.exec(card.title);
  return short?.[0] ?? labelOf(card, 'yes') ?? card.title;
}

/** @param {any} card @param {string} value @returns {string | undefined} */
const labelOf = (card, value) => card.choices?.find((/** @type {any} */ choice) => choice.value === value)?.label;

/** @param {{lines: any[] | undefined}} props */
function Lines({ lines }) {
  if (!lines?.length) return null;
  return html`<dl class="lines">${lines.map((line) => html`<div><dt>${line.label}</dt><dd>${line.value}</dd></div>`)}</dl>`;
}

/** @param {{card: any, store: ChatStore}} props */
function Confirm({ card, store }) {
  const answer = store.answers.value[card.proposal] ?? {};
  return html`<div class="card" role="group" aria-label=${card.title}><p class="card-title">${card.title}</p>
    ${card.was ? html`<p class="card-was"><s>${card.was}</s> <span>${t('A counter-offer')}</span></p>` : null}<${Lines} lines=${card.lines} />
    ${answer.how
      ? html`<p class="card-done ${answer.how}"><${Icon} name=${answer.how === 'confirmed' ? 'check' : 'cross'} />${t(CONFIRMED[answer.how] ?? answer.how)}</p>`
      : html`${answer.problem ? html`<p class="card-problem" role="alert">${answer.problem}</p>` : null}
        <div class="card-buttons"><button type="button" class="primary" disabled=${answer.pending} onClick=${() => store.confirm(card, true)}>${answer.pending ? t('Sending…') : yesWords(card)}</button>
          <button type="button" disabled=${answer.pending} onClick=${() => store.confirm(card, false)}>${labelOf(card, 'no') ?? t('Not now')}</button></div>`}</div>`;
}

/** What waits for its time: until when, and a way out. @param {{card: any, store: ChatStore}} props */
function Waiting({ card, store }) {
  const answer = store.answers.value[card.proposal] ?? {};
  return html`<div class="card" role="group" aria-label=${card.title}><p class="card-title"><${Icon} name="clock" />${card.title}</p>
    <dl class="lines"><div><dt>${t('Not before')}</dt><dd><time datetime=${card.until}>${clock(card.until)}</time></dd></div></dl><${Lines} lines=${card.lines} />
    ${answer.how
      ? html`<p class="card-done ${answer.how === 'over' ? 'passed' : 'declined'}"><${Icon} name=${answer.how === 'over' ? 'check' : 'cross'} />${t(WAITED[answer.how] ?? answer.how)}</p>`
      : html`${answer.problem ? html`<p class="card-problem" role="alert">${answer.problem}</p>` : null}
        <div class="card-buttons"><button type="button" disabled=${answer.pending} onClick=${() => store.withdraw(card)}>${answer.pending ? t('Sending…') : labelOf(card, 'withdraw') ?? t('Withdraw')}</button></div>`}</div>`;
}

/** @param {{card: any, store: ChatStore}} props */
function Code({ card, store }) {
  const [code, setCode] = useState('');
  const answer = store.answers.value[card.challenge] ?? {};
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (code.length === CODE_LENGTH) store.giveCode(card, code);
  };
  if (answer.how) return html`<div class="card"><p class="card-title">${card.title}</p><p class="card-done ${answer.how}"><${Icon} name=${answer.how === 'passed' ? 'check' : 'cross'} />${t(PASSED[answer.how] ?? answer.how)}</p></div>`;
  return html`<form class="card" onSubmit=${send}><label class="card-title" for="code-${card.challenge}">${card.title}</label><${Lines} lines=${card.lines} />
    <div class="code-row"><input id="code-${card.challenge}" class="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength=${CODE_LENGTH + 2} placeholder="000000"
        value=${code} disabled=${answer.pending} aria-invalid=${answer.problem ? 'true' : null} aria-describedby="problem-${card.challenge}"
        onInput=${(/** @type {any} */ event) => { const digits = event.target.value.replace(/\D/g, '').slice(0, CODE_LENGTH); event.target.value = digits; setCode(digits); }} />
      <button type="submit" class="primary" disabled=${code.length !== CODE_LENGTH || answer.pending}>${answer.pending ? t('Checking…') : t('Confirm')}</button></div>
    <p class="card-problem" id="problem-${card.challenge}" role="alert">${answer.problem ?? ''}</p></form>`;
}

/** @param {{card: any, store: ChatStore, active: boolean, next: string}} props */
function Choices({ card, store, active, next }) {
  return html`<div class="choices" role="group" aria-label=${card.title || t('Choose')}>${card.title ? html`<p class="card-title">${card.title}</p>` : null}
    ${(card.choices ?? []).map((/** @type {any} */ choice) => html`<button type="button" class=${next === choice.label ? 'picked' : ''} aria-pressed=${next === choice.label} disabled=${!active} onClick=${() => store.say(choice.label)}>
      ${next === choice.label ? html`<${Icon} name="check" size=${14} />` : null}${choice.label}</button>`)}</div>`;
}
