// @ts-check
// Which matters wait for somebody: what was said, until when, with whom, and what can be done about each?
import { count, day, recordOf } from '../format.js';
import { html, useState } from '../lib.js';
import { Dialog } from '../ui/dialog.js';
import { At, CopyId, Empty, ErrorNote, Mark, Skeleton } from '../ui/parts.js';
import { found, load, mark, marking, me, problem, settled, show, shown, wanted } from './state.js';

const SOON_DAYS = 7;
const KINDS = /** @type {Array<[string, string]>} */ ([['', 'All'], ['vulnerable', 'Distress'], ['data_request', 'Data requests'], ['legal', 'Legal'], ['complaint', 'Complaints'], ['abuse', 'Abuse']]);
const SIGNS = /** @type {Record<string, [string, any]>} */ ({ vulnerable: ['bad', 'alert'], legal: ['warn', 'book'], data_request: ['warn', 'person'], complaint: ['plain', 'chat'], abuse: ['plain', 'stop'] });

export function List() {
  return html`<section class="card" aria-label="Matters"><div class="matters-head"><h2>${settled.value ? 'Settled' : found.value ? count(found.value.count, 'open matter') : 'Open'}</h2>
      <div class="choices" role="group" aria-label="Which">${[false, true].map((which) => html`<button key=${which} type="button" class="button small" aria-pressed=${settled.value === which} onClick=${() => show(which)}>${which ? 'Settled' : 'Open'}</button>`)}</div>
      <div class="choices" role="group" aria-label="Kind">${KINDS.map(([id, title]) => html`<button key=${id} type="button" class="button small" aria-pressed=${wanted.value === id} onClick=${() => (wanted.value = id)}>${title}</button>`)}</div></div>
    <${Found} /></section>
    ${marking.value ? html`<${Note} ...${marking.value} />` : null}`;
}

function Found() {
  if (!found.value) return problem.value ? html`<${ErrorNote} onRetry=${load}>${problem.value}<//>` : html`<${Skeleton} lines=${8} label="Loading the matters" />`;
  const rest = found.value.count - found.value.matters.length;
  return html`${shown.value.length ? html`<${Table} />` : html`<${Nothing} />`}
    ${rest > 0 ? html`<p class="note">And ${rest} more; these are the ${settled.value ? 'latest' : 'most urgent'}.</p>` : null}`;
}

function Nothing() {
  const [, title] = KINDS.find(([id]) => id === wanted.value) ?? ['', ''];
  if (wanted.value) return html`<${Empty} icon="check" title="None of this kind">${title}: none is ${settled.value ? 'settled' : 'open'}.<//>`;
  return settled.value
    ? html`<${Empty} icon="check" title="Nothing was settled yet">What somebody settles is listed here, with the note.<//>`
    : html`<${Empty} icon="check" title="Nothing waits for anybody">Complaints, data-subject requests, legal matters, distress and abuse come here by themselves.<//>`;
}

function Table() {
  return html`<div class="table-scroll"><table class="table stacks matters"><thead><tr><th scope="col">Matter</th><th scope="col">What was said</th><th scope="col">Since</th><th scope="col">Answer by</th><th scope="col">Customer</th><th scope="col">Who has it</th><th scope="col"><span class="visually-hidden">What can be done</span></th></tr></thead>
    <tbody>${shown.value.map((/** @type {any} */ one) => html`<${Row} key=${`${one.interaction} ${one.matter} ${one.kind}`} one=${one} />`)}</tbody></table></div>`;
}

/** @param {{one: any}} props */
function Row({ one }) {
  const [tone, icon] = SIGNS[one.matter];
  const kind = one.kind.replaceAll('_', ' ');
  return html`<tr><td><${Mark} tone=${tone} icon=${icon}>${one.title}<//>${kind ? html`<span class="block">${kind}</span>` : null}${one.reference ? html`<span class="block"><${CopyId} id=${one.reference} label="reference" /></span>` : null}</td>
    <td data-of="What was said" class="said-here">${one.said === 'erased' ? html`<span class="none">It was erased</span>` : one.said ? html`<q>${one.said}</q>` : html`<span class="none">put on record by its journey</span>`}<a class="block" href=${recordOf(one.interaction)}>Open the interaction</a></td>
    <td data-of="Since" class="num"><${At} at=${one.since} /></td>
    <td data-of="Answer by"><${Due} one=${one} /></td>
    <td data-of="Customer">${one.customer ? html`<${CopyId} id=${one.customer} label="customer" /><span class="note block">level ${one.level}</span>` : html`<span class="none">nobody known</span>`}</td>
    <td data-of="Who has it"><${Whose} one=${one} /></td>
    <td class="right"><${Ways} one=${one} /></td></tr>`;
}

/** @param {{one: any}} props */
function Due({ one }) {
  if (!one.due) return html`<span class="none">no day is set</span>`;
  const left = one.days_left;
  const when = html`<span class="num block">${day(`${one.due}T12:00:00`)}</span>`;
  if (one.state === 'settled') return when;
  const words = left < 0 ? `${count(-left, 'day')} late` : left === 0 ? 'today' : `${count(left, 'day')} left`;
  return html`${when}<${Mark} tone=${left < 0 ? 'bad' : left <= SOON_DAYS ? 'warn' : 'plain'} icon=${left <= SOON_DAYS ? 'clock' : null}>${words}<//>`;
}

/** @param {{one: any}} props */
function Whose({ one }) {
  const who = one.state === 'open' ? (one.by ? html`<span>opened again by ${one.by}</span>` : null) : html`<span>${one.state === 'taken' ? 'taken on' : 'settled'} by <strong>${one.by}</strong>, <${At} at=${one.at} /></span>`;
  const talks = one.agent ? html`<span class="block">${one.agent} talked to the customer</span>` : html`<span class="none block">no person has talked to the customer</span>`;
  return html`${who}${talks}${one.note ? html`<span class="note block">${one.note === 'erased' ? 'The note was erased' : one.note}</span>` : null}`;
}

/** @param {{one: any}} props */
function Ways({ one }) {
  const [wrong, setWrong] = useState('');
  if (!me.value?.roles.includes('supervisor')) return null;
  const take = async () => setWrong(await mark(one, 'taken'));
  const ask = (/** @type {string} */ how) => (marking.value = { one, how });
  return html`<div class="ways-out">${one.state === 'settled'
    ? html`<button type="button" class="button small" onClick=${() => ask('reopened')}>Open again…</button>`
    : html`${one.by !== me.value.name || one.state !== 'taken' ? html`<button type="button" class="button small" onClick=${take}>Take on</button>` : null}<button type="button" class="button small" onClick=${() => ask('settled')}>Settle…</button>`}</div>
    ${wrong ? html`<${ErrorNote}>${wrong}<//>` : null}`;
}

/** @param {{one: any, how: string}} props */
function Note({ one, how }) {
  const [note, setNote] = useState(''), [wrong, setWrong] = useState('');
  const close = () => (marking.value = null);
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const refused = await mark(one, how, note.trim());
    setWrong(refused);
    if (!refused) close();
  };
  const title = how === 'settled' ? 'Settle this matter?' : 'Open this matter again?';
  return html`<${Dialog} title=${title} onClose=${close}><form onSubmit=${go} class="note-form">
    <p>${one.about}${one.reference ? html`, <code>${one.reference}</code>` : null}${one.customer ? html`, customer <code>${one.customer}</code>` : null}</p>
    <label class="field"><span class="field-label">${how === 'settled' ? 'How it was settled' : 'Why it is open again'}</span><textarea rows="4" maxlength="1000" autofocus required value=${note} onInput=${(/** @type {any} */ event) => setNote(event.target.value)} /></label>
    <p class="note">The note stands in the log with your name, and goes when the customer is erased.</p>
    ${wrong ? html`<${ErrorNote}>${wrong}<//>` : null}
    <div class="form-end"><button type="button" class="button" onClick=${close}>Back</button><button type="submit" class="button primary" disabled=${!note.trim()}>${how === 'settled' ? 'Settle' : 'Open again'}</button></div></form><//>`;
}
