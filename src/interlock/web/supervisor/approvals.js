// @ts-check
// What waits for my decision? A list by its clock, and the one that is looked at: who asks, what exactly, why, on which facts.
import { slowNow } from '../clock.js';
import { count, duration, humanise, moneyText, since } from '../format.js';
import { html } from '../lib.js';
import { WhyFolded } from '../transcript/explained.js';
import { Sends } from '../transcript/action.js';
import { inline } from '../transcript/values.js';
import { metWords, remedyWords, termOf } from '../transcript/words.js';
import { Icon } from '../ui/icons.js';
import { Ago, At, CopyId, Empty, ErrorNote, Keys, MachineSign, Mark, Pairs, Skeleton } from '../ui/parts.js';
import { AskOverride, Decide, DecideDraft, DecideOverride, Resolve } from './decide.js';
import { Lent } from './lending.js';
import { Look } from './look.js';
import { approvals, approvalsDoc, chosen, current, inbox, overlay, waiting, whoIs, whyNot } from './state.js';

const SOON_S = 600, EXPIRES_SOON_S = 3600;
const GROUPS = /** @type {const} */ ([
  ['approval', 'Waiting for approval', 'Nothing waits for approval.'],
  ['draft', 'Drafts to send', ''],
  ['override', 'Overrides for a second person', ''],
  ['unknown', 'Unknown outcomes', 'None: every effect has an outcome.'],
  ['denied', 'Denied, may be overridden', ''],
]);

/** "Approve refund": the verb with the thing, from the action's title. @param {any} item */
export function approveWords(item) {
  const first = (item.title ?? '').split(' ')[0].toLowerCase();
  return ['refund', 'credit', 'replacement', 'cancellation', 'discount', 'payment', 'change'].includes(first) ? `Approve ${first}` : 'Approve action';
}

export function Approvals() {
  if (!approvals.value) return approvalsDoc.problem.value ? html`<${ErrorNote}>${approvalsDoc.problem.value}<//>` : html`<${Skeleton} lines=${6} label="Loading approvals" />`;
  const item = current.value;
  return html`<div class="inbox">
    <aside class="inbox-list" aria-label="Waiting for a decision"><${Lent} /><${List} /><${Decided} /><${Overridden} /></aside>
    <section class="inbox-detail" aria-label="Decision">${item ? html`<${Detail} key=${item.id} kind=${item.kind} item=${item.item} />` : html`<${Empty} icon="check" title="Nothing waits for you">Approvals, drafts and unknown outcomes appear here by themselves.<//>`}</section>
    <aside class="inbox-look" aria-label="The interaction behind it">${item ? html`<${Look} key=${item.item.interaction} interaction=${item.item.interaction} />` : null}</aside></div>`;
}

function List() {
  return GROUPS.map(([kind, title, none]) => {
    const rows = inbox.value.filter((one) => one.kind === kind);
    if (!rows.length && !none) return null;
    return html`<h2 class="list-head">${title} <span class="num note">${rows.length}</span></h2>
      ${rows.length ? html`<ul>${rows.map((one) => html`<${ListRow} key=${one.id} one=${one} />`)}</ul>` : html`<p class="note list-none">${none}</p>`}`;
  });
}

/** @param {{one: import('./state.js').InboxItem}} props */
function ListRow({ one }) {
  const { item } = one;
  const selected = current.value?.id === one.id;
  const left = item.expires_at ? (Date.parse(item.expires_at) - slowNow.value) / 1000 : Infinity;
  return html`<li><button type="button" class="work-row ${selected ? 'current' : ''}" aria-current=${selected ? 'true' : null} onClick=${() => (chosen.value = one.id)}>
    <span class="work-top">${one.kind === 'unknown' ? html`<${Icon} name="question" />` : one.kind === 'draft' ? html`<${Icon} name="send" />` : item.by?.kind === 'virtual_agent' ? html`<${Icon} name="machine" />` : html`<${Icon} name="person" />`}
      <span class="work-name">${item.amount ? moneyText(item.amount) : item.title}</span><span class="note"><${Ago} at=${item.since} /></span></span>
    <span class="work-text two">${item.says}</span>
    <span class="work-foot">${item.customer_label ? html`<span class="note clip" dir="auto">${item.customer_label}</span>` : null}
      ${item.open_question ? html`<${Mark} icon="question">Asked back<//>` : null}${one.kind === 'approval' && item.answer_by ? html`<${Clock} item=${item} />` : left < EXPIRES_SOON_S ? html`<${Mark} tone="warn" icon="clock">Expires in ${duration(left)}<//>` : null}</span></button></li>`;
}

/** How long the role that is asked still has. @param {{item: any}} props */
function Clock({ item }) {
  const left = (Date.parse(item.answer_by) - slowNow.value) / 1000;
  if (left <= 0) return html`<${Mark} tone="bad" icon="alert">${duration(-left)} late<//>`;
  return html`<${Mark} tone=${left < SOON_S ? 'warn' : 'plain'} icon="clock">${duration(left)} left<//>`;
}

/** @param {{kind: string, item: any}} props */
function Detail({ kind, item }) {
  return html`<div class="detail">
    <p class="note">${item.title}${item.counters ? html` · <${Mark} icon="back">Counter-offer${item.was ? ` instead of ${item.was}` : ''}<//>` : null}</p>
    <h1 class="detail-says">${item.says}</h1>
    ${item.amount ? html`<p class="detail-amount num">${moneyText(item.amount)}</p>` : null}
    <div class="detail-line">${asker(item)}${item.customer_label ? html`<span>for <strong dir="auto">${item.customer_label}</strong></span>` : null}<span class="note">waits for <${Ago} at=${item.since} /></span>
      ${item.expires_at ? html`<span class="note">expires in ${duration(since(new Date(slowNow.value).toISOString(), Date.parse(item.expires_at)))}</span>` : null}</div>
    ${kind === 'approval' ? html`<${Route} item=${item} />` : null}
    ${kind === 'unknown'
      ? html`<div class="hint"><${Icon} name="question" /><div><strong>Nobody knows whether this happened.</strong> ${item.reason}<br />Look into the system behind it, then say what you found. It is never tried again blindly.</div></div>
          <${Resolve} item=${item} />`
      : html`${kind === 'override' ? html`<div class="hint"><${Icon} name="shield" /><div><strong>${whoIs(item.first)} wants ${count(item.rules.length, 'rule', 'rules')} overridden for exactly this.</strong> ${item.reason}<br />It takes a second person: neither ${whoIs(item.first)} nor whoever proposed it.</div></div>` : null}
          <${Sends} lines=${item.sends} />
          <h2>${kind === 'draft' ? 'Why a person sends it' : kind === 'approval' ? 'Why it needs approval' : 'What stands in the way'}</h2>
          <ul class="rulings big">${(item.rulings ?? []).map((/** @type {any} */ ruling) => html`<li><span>${ruling.reason}</span><${CopyId} id=${ruling.rule} label="rule" /></li>`)}</ul>
          <${Questions} item=${item} />
          <h2>What was met already</h2>
          ${item.met?.length ? html`<ul class="remedies">${item.met.map((/** @type {any} */ one) => html`<li class="met"><${Icon} name="check" size=${14} />${metWords(one.remedy)} by ${whoIs(one.by)} <span class="note"><${At} at=${one.at} /></span></li>`)}</ul>` : html`<p class="note">Nothing was asked of the customer.</p>`}
          <h2>Judged on</h2>
          <${Pairs} rows=${(item.facts ?? []).filter((/** @type {any} */ fact) => !fact.step).map((/** @type {any} */ fact) => ({ label: humanise(fact.name), value: inline(fact.value), note: age(fact) }))} />
          ${item.facts?.some((/** @type {any} */ fact) => fact.step) ? html`<h2>Done before</h2><${Pairs} rows=${item.facts.filter((/** @type {any} */ fact) => fact.step).map((/** @type {any} */ fact) => ({ label: humanise(fact.name), value: fact.value, note: fact.age_s === null ? '' : `last ${duration(fact.age_s)} before` }))} />` : null}
          ${kind === 'approval' ? html`<${Decide} item=${item} />` : kind === 'draft' ? html`<${DecideDraft} item=${item} />` : kind === 'override' ? html`<${DecideOverride} item=${item} />` : html`<${AskOverride} item=${item} />`}`}
    <${WhyFolded} key=${item.proposal} proposal=${item.proposal} />
    <p class="note detail-ids">Proposal <${CopyId} id=${item.proposal} label="proposal" /> · arguments <${CopyId} id=${item.args_hash ?? '–'} label="hash of the arguments" /></p></div>`;
}

/** How old a fact is. @param {any} fact */
function age(fact) {
  if (fact.at) return html`read <${Ago} at=${fact.at} /> ago`;
  if (fact.age_s === 0) return 'as it was judged';
  return fact.age_s === undefined || fact.age_s === null ? '' : `read ${duration(fact.age_s)} before`;
}

const WHY = /** @type {Record<string, string>} */ ({ first: 'the rule names it', band: 'the amount is beyond the band below', off_duty: 'the role before is off duty', overdue: 'the role before did not answer in time', escalated: 'it was passed on' });

/** Who is asked, until when, who comes next, and whose band it is within. @param {{item: any}} props */
function Route({ item }) {
  if (!item.role) return null;
  return html`<div class="route">
    <p><${Icon} name="person" size=${14} /> <strong>${termOf(item.role)}</strong> is asked${WHY[item.why] ? html` <span class="note">(${WHY[item.why]})</span>` : null}
      ${item.answer_by ? html` <${Clock} item=${item} />` : null}${item.next ? html`<span class="note"> then ${termOf(item.next).toLowerCase()}</span>` : null}</p>
    <ol class="bands" aria-label="Bands">${(item.bands ?? []).map((/** @type {any} */ band) => html`<li class=${item.may?.includes(band.role) ? 'may' : ''}><${Icon} name=${item.may?.includes(band.role) ? 'check' : 'stop'} size=${13} />${termOf(band.role)} <span class="num note">${band.up_to ? `up to ${band.up_to}` : 'any amount'}</span></li>`)}</ol></div>`;
}

/** What was asked back, and the answers. @param {{item: any}} props */
function Questions({ item }) {
  if (!item.questions?.length) return null;
  return html`<h2>Asked back</h2><ul class="questions">${item.questions.map((/** @type {any} */ one) => html`<li><p><strong>${whoIs(one.by)}</strong> ${one.text}</p>
    ${one.answer ? html`<p class="answer"><strong>${whoIs(one.answered_by)}</strong> ${one.answer}</p>` : html`<p class="note"><${Icon} name="clock" size=${13} /> No answer yet. The clock keeps counting.</p>`}</li>`)}</ul>`;
}

/** @param {any} item */
function asker(item) {
  if (!item.by) return null;
  return item.by.kind === 'virtual_agent' || item.by.kind === 'external_agent' ? html`<${MachineSign} name=${`${whoIs(item.by)} asks`} />` : html`<span><${Icon} name="person" size=${14} /> ${whoIs(item.by)} asks</span>`;
}

const HOW = /** @type {Record<string, [string, string, import('../ui/icons.js').IconName]>} */ ({ approved: ['Approved', 'good', 'check'], sent: ['Sent', 'good', 'send'], countered: ['Countered', 'plain', 'back'], rejected: ['Rejected', 'bad', 'cross'], discarded: ['Not sent', 'plain', 'cross'], withdrawn: ['Withdrawn', 'plain', 'cross'], expired: ['Expired', 'plain', 'clock'], happened: ['It happened', 'good', 'check'], did_not_happen: ['It did not happen', 'plain', 'cross'], granted: ['Overridden', 'warn', 'shield'], refused: ['Not overridden', 'plain', 'cross'] });

/** The last decisions, folded away. */
function Decided() {
  const decided = approvals.value?.decided ?? [];
  return html`<details class="decided"><summary>Last decided <span class="note num">${decided.length}</span></summary>
    ${decided.length ? html`<ul>${decided.map((/** @type {any} */ one) => html`<li key=${one.proposal}><p>${one.says}</p>
      <p class="note"><${How} how=${one.how} /> ${whoIs(one.by)}${one.on_behalf ? ` for ${whoIs(one.on_behalf)}` : ''} · <${At} at=${one.at} /></p>
      ${one.customer_reason ? html`<p class="note">Told: ${one.customer_reason}</p>` : null}${one.file_reason ? html`<p class="note">File: ${one.file_reason}</p>` : null}</li>`)}</ul>` : html`<p class="note list-none">Nothing yet.</p>`}</details>`;
}

/** The report of exceptions, folded away. */
function Overridden() {
  const list = approvals.value?.overridden ?? [];
  if (!list.length) return null;
  return html`<details class="decided"><summary>Overrides <span class="note num">${list.length}</span></summary><ul>${list.map((/** @type {any} */ one) => html`<li key=${one.override}><p>${one.says}</p>
    <p class="note"><${How} how=${one.how} /> ${whoIs(one.first)}${one.second ? ` and ${whoIs(one.second)}` : ''} · <${At} at=${one.asked_at} /></p>
    <p class="note">${one.rules.join(', ')}: ${one.reason}</p></li>`)}</ul></details>`;
}

/** @param {{how: string}} props */
function How({ how }) {
  const [word, tone, icon] = HOW[how] ?? [how, 'plain', 'question'];
  return html`<${Mark} tone=${tone} icon=${icon}>${word}<//>`;
}

/** On the floor: how much waits for a decision. */
export function InboxStrip() {
  const list = waiting.value;
  if (!list.length) return null;
  const of = (/** @type {string} */ kind) => list.filter((one) => one.kind === kind).length;
  const words = [of('approval') && count(of('approval'), 'approval waits', 'approvals wait'), of('draft') && count(of('draft'), 'draft', 'drafts'), of('override') && count(of('override'), 'override', 'overrides'), of('unknown') && count(of('unknown'), 'unknown outcome', 'unknown outcomes')].filter(Boolean).join(' · ');
  return html`<a class="inbox-strip" href="#approvals"><${Icon} name="shield" /><strong>${words}</strong><span class="note">longest for <${Ago} at=${list[0].item.since} /></span><span class="go">Review <${Keys} of="2" /></span></a>`;
}

/** Whether a decision can be given on what is looked at. @param {string} what */
export function possible(what) {
  const now = current.peek();
  const item = now?.item;
  if (now?.kind === 'draft') return what === 'send' || what === 'reject';
  if (now?.kind === 'override') return what === 'grant';
  if (now?.kind !== 'approval') return false;
  return { approve: !whyNot(item), reject: true, counter: Boolean(item.amount), ask: !item.open_question, escalate: Boolean(item.next) }[what] ?? false;
}

/** Open the dialog of a decision. @param {string} what */
export const decide = (what) => possible(what) && (overlay.value = what);
