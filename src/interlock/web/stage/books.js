// @ts-check
// What has the shop really paid back? Its own books, each entry compared with what the gate allowed.
import { count } from '../format.js';
import { html } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { At, CopyId, Empty, ErrorNote, Mark, Skeleton } from '../ui/parts.js';
import { interaction, stage } from './state.js';

export function Books() {
  const value = stage.value;
  if (!value) return html`<${Skeleton} lines=${5} label="Reading the shop's books" />`;
  if (!value.books) return html`<${ErrorNote}>${value.problem || 'The shop does not show its books.'}<//>`;
  const { entries, total, refunds, compared } = value.books;
  return html`<p class="books-sum"><strong class="num">${total.text}</strong> <span class="note">in ${count(refunds, 'refund')}, ${compared} of them since Interlock is there</span></p>
    ${entries.length ? html`<ol class="books" aria-label="Refunds that the shop made, newest first">${entries.map((/** @type {any} */ one) => html`<${Entry} key=${one.refund_id} one=${one} />`)}</ol>`
      : html`<${Empty} icon="book" title="No refund yet">What the shop pays back stands here, from its own books.<//>`}`;
}

/** @param {{one: any}} props */
function Entry({ one }) {
  const here = one.interaction && one.interaction === interaction.value;
  return html`<li class="entry-line ${one.wrong ? 'wrong' : one.before ? 'before' : ''} ${here ? 'here' : ''}"><p><strong class="num">${one.amount.text}</strong> <span dir="auto">${one.item_name}</span></p>
    <p class="note">${one.order_id} · <${At} at=${one.created_at} /> · to ${one.destination}</p>
    ${one.wrong ? html`<p><${Mark} tone="bad" icon="alert">Not authorised<//> ${one.wrong}</p>`
      : one.before ? html`<p class="note">by the shop itself, before Interlock came</p>`
      : html`<p class="note entry-key"><span class="right"><${Icon} name="check" size=${13} />allowed</span> <${CopyId} id=${one.reference} label="key" /></p>`}</li>`;
}
