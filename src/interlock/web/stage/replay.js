// @ts-check
// What if a limit had been another one? The past judged again: which decisions flip, how much money, which customers.
import { get, post } from '../api.js';
import { count, moneyInput, moneyText, parseMoney } from '../format.js';
import { html, signal, useEffect, useState } from '../lib.js';
import { changeWords, moneyList } from '../policies/flips.js';
import { Transcript } from '../transcript/transcript.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { At, CopyId, Empty, ErrorNote, Mark, Skeleton } from '../ui/parts.js';
import { live } from './state.js';

const RULE = 'refund.supervisor', CURRENCY = 'EUR', ASK_EVERY_MS = 400;
const opened = signal(false);
/** Ask the question. */
export const openReplay = () => (opened.value = true);

export function ReplayDialog() {
  if (!opened.value) return null;
  return html`<${Dialog} title="What if the supervisor’s limit had been another one?" wide onClose=${() => (opened.value = false)}><${Replay} /><//>`;
}

function Replay() {
  const [limit, setLimit] = useState(/** @type {number | null} */ (null));
  const [text, setText] = useState('');
  const [job, setJob] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState('');
  const [looking, setLooking] = useState('');
  const fail = (/** @type {any} */ error) => setProblem(error.message);
  useEffect(() => void get('/v1/policies').then((answer) => {
    const found = answer.rules.find((/** @type {any} */ one) => one.rule === RULE)?.numbers[0] ?? null;
    if (found === null) return setProblem('The rules in force have no limit for a supervisor’s approval.');
    setLimit(found);
    setText(moneyInput({ amount: Math.round(found / 2), currency: CURRENCY }));
  }, fail), []);
  useEffect(() => {
    if (job?.state !== 'running') return undefined;
    const timer = setTimeout(() => get(`/v1/replays/${job.id}`).then(setJob, fail), ASK_EVERY_MS);
    return () => clearTimeout(timer);
  }, [job]);
  if (looking) return html`<${Conversation} interaction=${looking} onBack=${() => setLooking('')} />`;
  const wanted = parseMoney(text, CURRENCY);
  const ask = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (wanted === null) return setProblem('Write an amount such as 100.00.');
    setProblem('');
    return post('/v1/replays', { constants: [{ rule: RULE, was: limit, now: wanted }], since: '30d' }).then(setJob, fail);
  };
  if (limit === null) return problem ? html`<${ErrorNote}>${problem}<//>` : html`<${Skeleton} lines=${2} label="Reading the rules in force" />`;
  const running = job?.state === 'running';
  return html`<form class="replay-ask" onSubmit=${ask}><p>Refunds over <strong class="num">${moneyText({ amount: limit, currency: CURRENCY })}</strong> need a supervisor. Every decision of the last 30 days is judged again, on the facts of then, as if it had been</p>
      <label class="replay-limit"><span class="visually-hidden">Limit in euros</span><span aria-hidden="true">€</span><input inputmode="decimal" value=${text} aria-invalid=${wanted === null ? 'true' : null} onInput=${(/** @type {any} */ event) => setText(event.target.value)} /></label>
      <button type="submit" class="button primary" disabled=${running}><${Icon} name="back" />${running ? 'Judging again…' : 'Judge the past again'}</button></form>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    ${job ? html`<${Report} job=${job} onLook=${setLooking} />` : html`<p class="note">Nothing is read anew, and nothing is changed: all that a judgement looked at is in the log.</p>`}`;
}

/** @param {{job: any, onLook: (interaction: string) => void}} props */
function Report({ job, onLook }) {
  if (job.state === 'running') return html`<p role="status">${count(job.judgements, 'judgement')} judged again so far…</p>`;
  if (job.state !== 'done') return html`<${ErrorNote}>There is no report: ${job.error || 'it was stopped'}<//>`;
  const { flipped, proposals, judgements, not_replayable: unknown } = job.report;
  const gone = unknown.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.proposals, 0);
  return html`<div class="replay-found" role="status"><p class="replay-sum">${flipped.proposals
      ? html`<span><strong class="num">${flipped.proposals}</strong> ${flipped.proposals === 1 ? 'decision' : 'decisions'} would have come out otherwise</span><span><strong class="num">${moneyList(flipped.money)}</strong> of refunds</span><span><strong class="num">${flipped.customers}</strong> ${flipped.customers === 1 ? 'customer' : 'customers'}</span>`
      : html`<${Mark} tone="good" icon="check">No decision would have come out otherwise<//>`}</p>
    <p class="note num">${count(proposals, 'proposal')} in ${count(judgements, 'judgement')} judged again${gone ? ` · ${gone} not replayable` : ''}</p></div>
    ${flipped.proposals ? html`<ul class="replay-rules" aria-label="By rule">${flipped.rules.map((/** @type {any} */ one) => html`<li key=${one.rule}><code>${one.rule}</code><span>${Object.entries(one.changes).map(([change, number]) => `${number} ${changeWords(change)}`).join(' · ')}</span><span class="num">${moneyList(one.money)}</span></li>`)}</ul>
      <div class="table-scroll replay-flips" tabindex="0" role="region" aria-label="Decisions that flip"><table class="table compact"><thead><tr><th>Decided</th><th class="right">Amount</th><th>Customer</th><th>What changes</th><th><span class="visually-hidden">Conversation</span></th></tr></thead>
        <tbody>${flipped.flips.map((/** @type {any} */ one) => html`<tr key=${one.proposal}><td><${At} at=${one.at} /></td><td class="right">${one.amount ? moneyText(one.amount) : '–'}</td><td><${CopyId} id=${one.customer || '–'} label="customer" /></td><td>${changeWords(`${one.was}→${one.now}`)}</td>
          <td class="right"><button type="button" class="button small" onClick=${() => onLook(one.interaction)}>Show conversation</button></td></tr>`)}</tbody></table></div>` : null}`;
}

/** The conversation in which something was decided, to read. @param {{interaction: string, onBack: () => void}} props */
function Conversation({ interaction, onBack }) {
  const [doc, setDoc] = useState(/** @type {any} */ (null));
  useEffect(() => {
    const link = live.peek(), of = `interaction:${interaction}`;
    if (!link) return undefined;
    setDoc(link.watch(of));
    return () => link.unwatch(of);
  }, [interaction]);
  const value = doc?.value.value;
  return html`<p><button type="button" class="button small" onClick=${onBack}><${Icon} name="back" size=${14} />Back to the replay</button></p>
    ${doc?.problem.value ? html`<${Empty} title="It cannot be shown">${doc.problem.value}<//>` : value
      ? html`<p class="note"><strong dir="auto">${value.customer?.name || 'Unknown customer'}</strong> · began <${At} at=${value.started_at} /> · <${CopyId} id=${value.id} label="interaction" /></p><div class="replay-talk"><${Transcript} entries=${value.entries} label="Transcript, to read" /></div>`
      : html`<${Skeleton} lines=${5} label="Loading the conversation" />`}`;
}
