// @ts-check
// What waits for my decision? A list, and the one that is looked at: who asks, what exactly, why, on which facts.
import { slowNow } from '../clock.js';
import { count, duration, humanise, moneyText, since } from '../format.js';
import { html } from '../lib.js';
import { WhyFolded } from '../transcript/explained.js';
import { inline } from '../transcript/values.js';
import { metWords } from '../transcript/words.js';
import { Icon } from '../ui/icons.js';
import { Ago, At, CopyId, Empty, ErrorNote, Keys, MachineSign, Mark, Pairs, Skeleton } from '../ui/parts.js';
import { Decide, Resolve } from './decide.js';
import { Look } from './look.js';
import { approvals, approvalsDoc, chosen, current, inbox, overlay, whoIs } from './state.js';

const SOON_S = 3600;

/** "Approve refund": the verb with the thing, from the action's title. @param {any} item */
export function approveWords(item) {
  const first = (item.title ?? '').split(' ')[0].toLowerCase();
  return ['refund', 'credit', 'replacement', 'cancellation', 'discount', 'payment', 'change'].includes(first) ? `Approve ${first}` : 'Approve action';
}

export function Approvals() {
  if (!approvals.value) return approvalsDoc.problem.value ? html`<${ErrorNote}>${approvalsDoc.problem.value}<//>` : html`<${Skeleton} lines=${6} label="Loading approvals" />`;
  const item = current.value;
  return html`<div class="inbox">
    <aside class="inbox-list" aria-label="Waiting for a decision"><${List} /><${Decided} /></aside>
    <section class="inbox-detail" aria-label="Decision">${item ? html`<${Detail} key=${item.id} kind=${item.kind} item=${item.item} />` : html`<${Empty} icon="check" title="Nothing waits for you">Approvals and unknown outcomes appear here by themselves.<//>`}</section>
    <aside class="inbox-look" aria-label="The interaction behind it">${item ? html`<${Look} key=${item.item.interaction} interaction=${item.item.interaction} />` : null}</aside></div>`;
}

function List() {
  const waiting = inbox.value.filter((one) => one.kind === 'approval');
  const unknown = inbox.value.filter((one) => one.kind === 'unknown');
  return html`<h2 class="list-head">Waiting for approval <span class="num note">${waiting.length}</span></h2>
    ${waiting.length ? html`<ul>${waiting.map((one) => html`<${ListRow} key=${one.id} one=${one} />`)}</ul>` : html`<p class="note list-none">None.</p>`}
    <h2 class="list-head">Unknown outcomes <span class="num note">${unknown.length}</span></h2>
    ${unknown.length ? html`<ul>${unknown.map((one) => html`<${ListRow} key=${one.id} one=${one} />`)}</ul>` : html`<p class="note list-none">None: every effect has an outcome.</p>`}`;
}

/** @param {{one: import('./state.js').InboxItem}} props */
function ListRow({ one }) {
  const { item } = one;
  const selected = current.value?.id === one.id;
  const left = item.expires_at ? (Date.parse(item.expires_at) - slowNow.value) / 1000 : Infinity;
  return html`<li><button type="button" class="work-row ${selected ? 'current' : ''}" aria-current=${selected ? 'true' : null} onClick=${() => (chosen.value = one.id)}>
    <span class="work-top">${one.kind === 'unknown' ? html`<${Icon} name="question" />` : item.by?.kind === 'virtual_agent' ? html`<${Icon} name="machine" />` : html`<${Icon} name="person" />`}
      <span class="work-name">${item.amount ? moneyText(item.amount) : item.title}</span><span class="note"><${Ago} at=${item.since} /></span></span>
    <span class="work-text two">${item.says}</span>
    <span class="work-foot">${item.customer_label ? html`<span class="note clip" dir="auto">${item.customer_label}</span>` : null}${left < SOON_S ? html`<${Mark} tone="warn" icon="clock">Expires in ${duration(left)}<//>` : null}</span></button></li>`;
}

/** @param {{kind: string, item: any}} props */
function Detail({ kind, item }) {
  return html`<div class="detail">
    <p class="note">${item.title}</p>
    <h1 class="detail-says">${item.says}</h1>
    ${item.amount ? html`<p class="detail-amount num">${moneyText(item.amount)}</p>` : null}
    <div class="detail-line">${asker(item)}${item.customer_label ? html`<span>for <strong dir="auto">${item.customer_label}</strong></span>` : null}<span class="note">waits for <${Ago} at=${item.since} /></span>
      ${item.expires_at ? html`<span class="note">expires in ${duration(since(new Date(slowNow.value).toISOString(), Date.parse(item.expires_at)))}</span>` : null}</div>
    ${kind === 'unknown'
      ? html`<div class="hint"><${Icon} name="question" /><div><strong>Nobody knows whether this happened.</strong> ${item.reason}<br />Look into the system behind it, then say what you found. It is never tried again blindly.</div></div>
          <${Resolve} item=${item} />`
      : html`<h2>Why it needs approval</h2>
          <ul class="rulings big">${(item.rulings ?? []).map((/** @type {any} */ ruling) => html`<li><span>${ruling.reason}</span><${CopyId} id=${ruling.rule} label="rule" /></li>`)}</ul>
          <h2>What was met already</h2>
          ${item.met?.length ? html`<ul class="remedies">${item.met.map((/** @type {any} */ one) => html`<li class="met"><${Icon} name="check" size=${14} />${metWords(one.remedy)} by ${whoIs(one.by)} <span class="note"><${At} at=${one.at} /></span></li>`)}</ul>` : html`<p class="note">Nothing was asked of the customer.</p>`}
          <h2>Judged on</h2>
          <${Pairs} rows=${(item.facts ?? []).map((/** @type {any} */ fact) => ({ label: humanise(fact.name), value: inline(fact.value), note: fact.age_s === undefined || fact.age_s === null ? '' : `read ${duration(fact.age_s)} before` }))} />
          <${Decide} item=${item} />`}
    <${WhyFolded} key=${item.proposal} proposal=${item.proposal} />
    <p class="note detail-ids">Proposal <${CopyId} id=${item.proposal} label="proposal" /> · arguments <${CopyId} id=${item.args_hash ?? '–'} label="hash of the arguments" /></p></div>`;
}

/** @param {any} item */
function asker(item) {
  if (!item.by) return null;
  return item.by.kind === 'virtual_agent' || item.by.kind === 'external_agent' ? html`<${MachineSign} name=${`${whoIs(item.by)} asks`} />` : html`<span><${Icon} name="person" size=${14} /> ${whoIs(item.by)} asks</span>`;
}

/** The last decisions, folded away. */
function Decided() {
  const decided = approvals.value?.decided ?? [];
  return html`<details class="decided"><summary>Last decided <span class="note num">${decided.length}</span></summary>
    ${decided.length ? html`<ul>${decided.map((/** @type {any} */ one) => html`<li key=${one.proposal}><p>${one.says}</p>
      <p class="note"><${Mark} tone=${one.how === 'approved' ? 'good' : one.how === 'rejected' ? 'bad' : 'plain'} icon=${one.how === 'approved' ? 'check' : 'cross'}>${one.how === 'approved' ? 'Approved' : one.how === 'rejected' ? 'Rejected' : 'Expired'}<//> ${whoIs(one.by)} · <${At} at=${one.at} /></p>
      ${one.customer_reason ? html`<p class="note">Told: ${one.customer_reason}</p>` : null}${one.file_reason ? html`<p class="note">File: ${one.file_reason}</p>` : null}</li>`)}</ul>` : html`<p class="note list-none">Nothing yet.</p>`}</details>`;
}

/** On the floor: how much waits for a decision. */
export function InboxStrip() {
  const list = inbox.value;
  if (!list.length) return null;
  const amount = list.filter((one) => one.kind === 'approval').length;
  const words = [amount ? count(amount, 'approval waits', 'approvals wait') : '', list.length - amount ? count(list.length - amount, 'unknown outcome', 'unknown outcomes') : ''].filter(Boolean).join(' · ');
  return html`<a class="inbox-strip" href="#approvals"><${Icon} name="shield" /><strong>${words}</strong><span class="note">longest for <${Ago} at=${list[0].item.since} /></span><span class="go">Review <${Keys} of="2" /></span></a>`;
}

/** Open the dialog of a decision. @param {'approve' | 'reject'} what */
export const decide = (what) => current.peek()?.kind === 'approval' && (overlay.value = what);
