// @ts-check
// Which interactions are mine, and which of them waits for me?
import { html } from '../lib.js';
import { ChannelIcon, Icon } from '../ui/icons.js';
import { Owed } from '../ui/owed.js';
import { Ago, At, Empty, Keys, Mark, Skeleton } from '../ui/parts.js';
import { termOf } from '../transcript/words.js';
import { drafts } from '../store.js';
import { me, meDoc, pane, folds, select, selected, draftsChanged } from './state.js';
import { OfferPlace } from './offers.js';

export function WorkColumn() {
  const mine = me.value;
  if (folds.value.left) return html`<${Rail} />`;
  return html`<aside class="column left ${pane.value === 'work' ? 'shown' : ''}" aria-label="My interactions" id="column-work" tabindex="-1">
    <${OfferPlace} />
    <div class="column-head"><h2>My interactions</h2>
      ${mine?.capacity ? html`<span class="note num" title=${mine.takes?.length ? `Units taken of what you can have at once: ${mine.takes.map((/** @type {any} */ one) => `${termOf(one.channel).toLowerCase()} ${one.most}`).join(', ')}` : 'Interactions in hand, and how many you can have at once'}>${mine.taken ?? mine.work.length} of ${mine.capacity}</span>` : null}
      <button type="button" class="icon-button fold" aria-label="Fold my interactions" title="Fold  [" onClick=${() => (folds.value = { ...folds.value, left: true })}><${Icon} name="fold" /></button></div>
    ${(mine?.notices ?? []).map((/** @type {any} */ one) => html`<p class="desk-notice" role="status" key=${one.queue + one.message}><${Mark} tone="warn" icon="bell">${one.title}<//> ${one.message}</p>`)}
    ${mine ? html`<${WorkList} work=${mine.work} presence=${mine.presence} />` : meDoc.problem.value ? html`<${Empty} title="Your work cannot be shown">${meDoc.problem.value}<//>` : html`<${Skeleton} lines=${5} label="Loading your work" />`}
  </aside>`;
}

/** @param {{work: any[], presence: string}} props */
function WorkList({ work, presence }) {
  if (!work.length) {
    return html`<${Empty} title="Nothing in hand">${presence === 'available' ? 'Accepted interactions stand here until they are wrapped up.' : 'Set yourself available when you are ready.'}<//>`;
  }
  return html`<ul class="work-list">${work.map((one, i) => html`<${WorkRow} key=${one.interaction} one=${one} index=${i} />`)}</ul>`;
}

/** @param {{one: any, index: number}} props */
function WorkRow({ one, index }) {
  draftsChanged.value;
  const current = one.interaction === selected.value;
  const owed = one.clocks?.[0]?.due ? one.clocks[0] : null;
  const draft = !current && drafts.get(one.interaction);
  return html`<li><button type="button" class="work-row ${current ? 'current' : ''}" aria-current=${current ? 'true' : null} onClick=${() => select(one.interaction)}>
    <span class="work-top"><${ChannelIcon} channel=${one.channel ?? 'chat'} /><span class="work-name" dir="auto">${one.customer_label || 'Unknown customer'}</span>
      ${one.unread && !current ? html`<span class="badge" aria-label="${one.unread} unread">${one.unread}</span>` : html`<span class="note"><${Ago} at=${one.last_at ?? one.since} /></span>`}</span>
    <span class="work-text" dir="auto">${draft ? html`<em>Draft:</em> ${draft}` : one.last_text}</span>
    <span class="work-foot">${one.state === 'wrap_up' ? html`<${Mark} tone="warn" icon="wrap">Wrap-up<//>${one.until ? html` <span class="note">keeps its place until <${At} at=${one.until} /></span>` : null}` : one.state !== 'handling' ? html`<${Mark}>${termOf(one.state)}<//>` : null}
      ${owed ? html`<${Owed} one=${owed} />` : null}
      ${one.waiting_for && !owed && one.state === 'handling' ? html`<span class="note">${['agent', 'you'].includes(one.waiting_for) ? 'Waits for you' : `Waits for ${one.waiting_for === 'customer' ? 'the customer' : one.waiting_for}`}</span>` : null}
      ${index < 9 ? html`<${Keys} of=${`Alt+${index + 1}`} />` : null}</span></button></li>`;
}

/** The folded column: who is there, and what is unread. */
function Rail() {
  const unread = (me.value?.work ?? []).reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + (one.unread || 0), 0);
  const offers = me.value?.offers?.length ?? 0;
  const open = () => (folds.value = { ...folds.value, left: false });
  return html`<aside class="rail" aria-label="My interactions, folded">
    <button type="button" class="icon-button" aria-label="Unfold my interactions" title="Unfold  [" onClick=${open}><${Icon} name="unfold" /></button>
    ${offers ? html`<button type="button" class="icon-button rail-offer" onClick=${open} aria-label="Show the offer"><${Icon} name="bell" /></button>` : null}
    ${(me.value?.work ?? []).map((/** @type {any} */ one, /** @type {number} */ i) => html`<button type="button" class="rail-row ${one.interaction === selected.value ? 'current' : ''}" title=${one.customer_label}
      aria-label="${one.customer_label}${one.unread ? `, ${one.unread} unread` : ''}" onClick=${() => select(one.interaction)}>${i + 1}${one.unread ? html`<i />` : null}</button>`)}
    ${unread ? html`<span class="visually-hidden">${unread} unread</span>` : null}</aside>`;
}
