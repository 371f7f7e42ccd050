// @ts-check
// What am I asked to take? An offer keeps its place at the top of my column; it is taken by its button or by its own key only.
import { now } from '../clock.js';
import { count, exact, since } from '../format.js';
import { html, signal, useState } from '../lib.js';
import { isTyping } from '../keys.js';
import { Icon, ChannelIcon } from '../ui/icons.js';
import { Keys, Mark } from '../ui/parts.js';
import { say } from '../ui/toasts.js';
import { termOf } from '../transcript/words.js';
import { ask, me, select } from './state.js';

const REASONS = ['Finishing something else', 'I do not know this subject', 'Technical problem', 'I know this customer in private'];
const SOON_S = 6;

/** The offer whose reasons for declining are shown. */
export const declining = signal('');
const busy = signal('');

/** The offer that runs out first. */
export const firstOffer = () => [...(me.value?.offers ?? [])].sort((a, b) => Date.parse(a.expires_at) - Date.parse(b.expires_at))[0] ?? null;

/** @param {any} offer */
export async function accept(offer) {
  if (!offer || busy.peek()) return;
  busy.value = offer.offer;
  const writing = isTyping(document.activeElement);
  const taken = await ask(`/v1/visits/${offer.visit}/offers/${offer.offer}/accept`);
  busy.value = '';
  if (!taken) return;
  if (writing) say('Accepted. It is in your list; you stay where you are writing.');
  else select(offer.interaction);
}

/** @param {any} offer @param {string} reason */
export async function decline(offer, reason) {
  busy.value = offer.offer;
  await ask(`/v1/visits/${offer.visit}/offers/${offer.offer}/reject`, { reason });
  busy.value = '';
  declining.value = '';
}

/** The place for offers: it is always there, so nothing moves when one comes. */
export function OfferPlace() {
  const offers = me.value?.offers ?? [];
  const offer = firstOffer();
  return html`<section class="offer-place" aria-label="Offers">
    <div class="visually-hidden" role="alert">${offer ? `Offer from ${offer.queue_title}. Accept with F8.` : ''}</div>
    ${offer ? html`<${OfferCard} key=${offer.offer} offer=${offer} others=${offers.length - 1} />` : html`<${NoOffer} />`}</section>`;
}

function NoOffer() {
  const mine = me.value;
  if (!mine) return html`<div class="no-offer"><span class="note">Loading…</span></div>`;
  const words = mine.presence === 'available'
    ? mine.full ?? mine.load >= mine.capacity
      ? ['You are at your capacity', 'New offers come when one of these is wrapped up.']
      : ['No offer right now', 'You are available: the next one appears here, with a sound.']
    : ['No offers', `You are shown as ${termOf(mine.presence).toLowerCase()}. Set yourself available to get offers.`];
  return html`<div class="no-offer"><p>${words[0]}</p><p class="note">${words[1]}</p></div>`;
}

/** @param {{offer: any, others: number}} props */
function OfferCard({ offer, others }) {
  const left = Math.max(0, (Date.parse(offer.expires_at) - now.value) / 1000);
  const [whole] = useState(() => Math.max(1, left));
  const waiting = busy.value === offer.offer;
  return html`<article class="offer ${left <= SOON_S ? 'soon' : ''}">
    <div class="offer-bar" aria-hidden="true"><i style=${{ scale: `${Math.min(1, left / whole)} 1` }} /></div>
    <header><${ChannelIcon} channel=${offer.channel} /><strong class="offer-queue">${offer.queue_title}</strong>
      <span class="offer-left num" title="Time to answer">${left > 0 ? `${Math.max(1, Math.floor(left))} s left` : 'Running out'}</span></header>
    ${declining.value === offer.offer
      ? html`<${Reasons} offer=${offer} />`
      : html`<p class="offer-summary">${offer.summary || 'No summary yet.'}</p>
        <p class="offer-facts"><span>${termOf(offer.channel)}</span><span>Waiting <span class="num">${exact(since(offer.waiting_since, now.value))}</span></span>
          ${others > 0 ? html`<${Mark} tone="plain">${count(others, 'more offer')}<//>` : null}</p>
        <div class="offer-buttons">
          <button type="button" class="button primary" disabled=${waiting} onClick=${() => accept(offer)}>Accept <${Keys} of="F8" /></button>
          <button type="button" class="button" disabled=${waiting} onClick=${() => (declining.value = offer.offer)}>Decline…</button></div>`}
  </article>`;
}

/** @param {{offer: any}} props */
function Reasons({ offer }) {
  return html`<div class="offer-reasons" role="group" aria-label="Why do you decline?"
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && (declining.value = '')}>
    ${REASONS.map((reason) => html`<button type="button" class="row-button" disabled=${busy.value === offer.offer} onClick=${() => decline(offer, reason)}>${reason}</button>`)}
    <button type="button" class="row-button quiet" onClick=${() => (declining.value = '')}><${Icon} name="back" size=${14} />Do not decline</button></div>`;
}

/** Seen in the top bar when the column with the offer is folded or out of sight. */
export function OfferPill() {
  const offer = firstOffer();
  if (!offer) return null;
  const left = Math.max(0, Math.floor((Date.parse(offer.expires_at) - now.value) / 1000)); // the clock ticks in seconds: never more than there is
  return html`<span class="offer-pill"><${Icon} name="bell" size=${14} />Offer: ${offer.queue_title} <span class="num">${left} s</span></span>`;
}
