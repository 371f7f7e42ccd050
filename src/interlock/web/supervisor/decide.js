// @ts-check
// How is a decision given? Every key and button opens a dialog; a second deliberate act in it decides.
import { moneyInput, moneyText, parseMoney } from '../format.js';
import { post } from '../api.js';
import { html, useEffect, useRef, useState } from '../lib.js';
import { drafts } from '../store.js';
import { termOf } from '../transcript/words.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { ErrorNote, Keys } from '../ui/parts.js';
import { say } from '../ui/toasts.js';
import { approveWords } from './approvals.js';
import { ask, me, overlay, whyNot } from './state.js';

/** Post something and keep what went wrong beside the form. @returns {{busy: boolean, problem: string, go: (path: string, body: any, done: string) => Promise<boolean>}} */
function useAsk() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const go = async (/** @type {string} */ path, /** @type {any} */ body, /** @type {string} */ done) => {
    setBusy(true);
    setProblem('');
    try {
      await post(path, body);
      say(done);
      return true;
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, go };
}

/** @param {{item: any}} props */
export function Decide({ item }) {
  const close = () => (overlay.value = '');
  const not = whyNot(item);
  const open = (/** @type {string} */ what) => () => (overlay.value = what);
  return html`<div class="decide">
    ${not ? html`<p class="not-mine"><${Icon} name="stop" size=${14} />${not}</p>` : html`<button type="button" class="button primary large" onClick=${open('approve')}><${Icon} name="check" />${approveWords(item)}… <${Keys} of="a" /></button>`}
    <button type="button" class="button danger large" onClick=${open('reject')}><${Icon} name="cross" />Reject… <${Keys} of="x" /></button>
    ${item.amount ? html`<button type="button" class="button large" onClick=${open('counter')}><${Icon} name="back" />Counter… <${Keys} of="c" /></button>` : null}
    <button type="button" class="button large" disabled=${Boolean(item.open_question)} onClick=${open('ask')}><${Icon} name="question" />Ask back… <${Keys} of="q" /></button>
    ${item.next ? html`<button type="button" class="button large" onClick=${open('escalate')}><${Icon} name="out" />Pass on… <${Keys} of="e" /></button>` : null}
    ${overlay.value === 'approve' && !not ? html`<${Approve} item=${item} onClose=${close} />` : null}
    ${overlay.value === 'reject' ? html`<${Reject} item=${item} onClose=${close} />` : null}
    ${overlay.value === 'counter' && item.amount ? html`<${Counter} item=${item} onClose=${close} />` : null}
    ${overlay.value === 'ask' ? html`<${AskBack} item=${item} onClose=${close} />` : null}
    ${overlay.value === 'escalate' && item.next ? html`<${PassOn} item=${item} onClose=${close} />` : null}</div>`;
}

/** What a person sends that a machine has prepared. @param {{item: any}} props */
export function DecideDraft({ item }) {
  const close = () => (overlay.value = '');
  return html`<div class="decide">
    <button type="button" class="button primary large" onClick=${() => (overlay.value = 'send')}><${Icon} name="send" />Send… <${Keys} of="a" /></button>
    <button type="button" class="button danger large" onClick=${() => (overlay.value = 'reject')}><${Icon} name="cross" />Do not send… <${Keys} of="x" /></button>
    ${overlay.value === 'send' ? html`<${Sure} title="Send exactly this?" says=${item.says} button="Send" path=${`/v1/proposals/${item.proposal}/send`} body=${{ args_hash: item.args_hash }} done="Sent in your name." onClose=${close} />` : null}
    ${overlay.value === 'reject' ? html`<${Reject} item=${item} draft onClose=${close} />` : null}</div>`;
}

/** The second person's word on an exception. @param {{item: any}} props */
export function DecideOverride({ item }) {
  const close = () => (overlay.value = '');
  const mine = item.first?.id === me.value?.id || item.by?.id === me.value?.id;
  const refuse = () => ask(`/v1/overrides/${item.override}/refuse`, { proposal: item.proposal });
  return html`<div class="decide">
    ${mine ? html`<p class="not-mine"><${Icon} name="stop" size=${14} />A second person agrees: neither who asked for it nor who proposed it.</p>` : html`<button type="button" class="button primary large" onClick=${() => (overlay.value = 'grant')}><${Icon} name="shield" />Agree to the override… <${Keys} of="a" /></button>`}
    <button type="button" class="button danger large" onClick=${refuse}><${Icon} name="cross" />${item.first?.id === me.value?.id ? 'Take it back' : 'Do not agree'}</button>
    ${overlay.value === 'grant' && !mine ? html`<${Sure} title="Override the rules for exactly this?" says=${`${item.says}. Left out: ${item.rules.join(', ')}. Every other rule stands, and it is reported with both your names.`} button="Agree" path=${`/v1/overrides/${item.override}/grant`} body=${{ proposal: item.proposal, args_hash: item.args_hash }} done="Agreed. It is judged once more, and the judgement names the rules." onClose=${close} />` : null}</div>`;
}

/** Ask for an exception. @param {{item: any}} props */
export function AskOverride({ item }) {
  const { busy, problem, go } = useAsk();
  const [reason, setReason] = useState('');
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (reason.trim()) go(`/v1/approvals/${item.proposal}/override`, { args_hash: item.args_hash, reason: reason.trim() }, 'Asked. A second person has to agree.');
  };
  return html`<form class="resolve" onSubmit=${submit}><p class="note">Somebody with the role ${item.role} can make an exception for exactly this, with a reason and a second person. Every other rule stands.</p>
    <label class="field"><span class="field-label">Why an exception</span><textarea rows="3" value=${reason} onInput=${(/** @type {any} */ event) => setReason(event.target.value)} /></label>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="submit" class="button primary" disabled=${busy || !reason.trim()}>Ask for the override</button></div></form>`;
}

/** One more step before something is done. @param {{title: string, says: string, button: string, path: string, body: any, done: string, onClose: () => void}} props */
function Sure({ title, says, button, path, body, done, onClose }) {
  const { busy, problem, go } = useAsk();
  const words = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => words.current?.focus(), []);
  return html`<${Dialog} title=${title} onClose=${onClose}><p ref=${words} tabindex="-1">${says}</p>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="button" class="button" onClick=${onClose}>Back</button>
      <button type="button" class="button primary" disabled=${busy} onClick=${async () => (await go(path, body, done)) && onClose()}>${button}</button></div><//>`;
}

/** A lower amount instead; the customer confirms it. @param {{item: any, onClose: () => void}} props */
function Counter({ item, onClose }) {
  const about = `${item.proposal}/counter`;
  const [amount, setAmount] = useState('');
  const [forCustomer, setForCustomer] = useState(() => drafts.get(`${about}-customer`));
  const [forFile, setForFile] = useState(() => drafts.get(`${about}-file`));
  const { busy, problem, go } = useAsk();
  const minor = parseMoney(amount, item.amount.currency);
  const wrong = amount && (minor === null ? `Write an amount such as ${moneyInput(item.amount)}.` : minor <= 0 || minor >= item.amount.amount ? `Less than ${moneyText(item.amount)}, and more than nothing.` : '');
  const ready = minor !== null && !wrong && forCustomer.trim() && forFile.trim();
  const offer = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const body = { args_hash: item.args_hash, amount: { amount: minor, currency: item.amount.currency }, customer_reason: forCustomer.trim(), file_reason: forFile.trim() };
    if (!ready || !(await go(`/v1/approvals/${item.proposal}/counter`, body, 'Offered. The customer is asked to confirm it; then it runs once.'))) return;
    drafts.set(`${about}-customer`, '');
    drafts.set(`${about}-file`, '');
    onClose();
  };
  return html`<${Dialog} title="Offer a lower amount?" onClose=${onClose}><form onSubmit=${offer}>
    <p class="note" style=${{ marginBlockEnd: '12px' }}>${item.says}</p>
    <label class="field"><span class="field-label">Amount instead of ${moneyText(item.amount)}</span>
      <span class="input-with money"><span aria-hidden="true">${item.amount.currency}</span><input type="text" inputmode="decimal" autofocus autocomplete="off" value=${amount} aria-invalid=${wrong ? 'true' : null} aria-describedby="less" onInput=${(/** @type {any} */ event) => setAmount(event.target.value)} /></span>
      <p id="less" class=${wrong ? 'field-error' : 'note'}>${wrong || 'This proposal is closed; the customer confirms the new one.'}</p></label>
    <label class="field"><span class="field-label">Reason for the customer</span><textarea rows="2" value=${forCustomer} onInput=${(/** @type {any} */ event) => (setForCustomer(event.target.value), drafts.set(`${about}-customer`, event.target.value))} /></label>
    <label class="field"><span class="field-label">Reason for the file</span><textarea rows="2" value=${forFile} onInput=${(/** @type {any} */ event) => (setForFile(event.target.value), drafts.set(`${about}-file`, event.target.value))} /></label>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="button" class="button" onClick=${onClose}>Back</button><button type="submit" class="button primary" disabled=${!ready || busy}>${minor && !wrong ? `Offer ${moneyText({ amount: minor, currency: item.amount.currency })}` : 'Offer'}</button></div></form><//>`;
}

/** @param {{item: any, onClose: () => void}} props */
function AskBack({ item, onClose }) {
  const [text, setText] = useState(() => drafts.get(`${item.proposal}/ask`));
  const { busy, problem, go } = useAsk();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!text.trim() || !(await go(`/v1/approvals/${item.proposal}/ask`, { text: text.trim() }, 'Asked. The clock keeps counting.'))) return;
    drafts.set(`${item.proposal}/ask`, '');
    onClose();
  };
  return html`<${Dialog} title="Ask back before deciding?" onClose=${onClose}><form onSubmit=${submit}>
    <label class="field"><span class="field-label">Your question to whoever proposed it</span><textarea rows="3" autofocus value=${text} onInput=${(/** @type {any} */ event) => (setText(event.target.value), drafts.set(`${item.proposal}/ask`, event.target.value))} aria-describedby="who-answers" />
      <p class="note" id="who-answers">It stands on the agent's screen; question and answer are recorded. The customer sees neither.</p></label>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="button" class="button" onClick=${onClose}>Back</button><button type="submit" class="button primary" disabled=${!text.trim() || busy}>Ask</button></div></form><//>`;
}

/** @param {{item: any, onClose: () => void}} props */
function PassOn({ item, onClose }) {
  const remedy = item.remedy || `approve:${item.role}`;
  return html`<${Sure} title="Pass it on to the ${termOf(item.next).toLowerCase()}?" says="The ${termOf(item.next).toLowerCase()} is asked from now on. Whoever was asked before may still decide." button="Pass it on" path=${`/v1/approvals/${item.proposal}/escalate`} body=${{ role: item.role, remedy }} done="Passed on." onClose=${onClose} />`;
}

/** @param {{item: any, onClose: () => void}} props */
function Approve({ item, onClose }) {
  const { busy, problem, go } = useAsk();
  const words = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => words.current?.focus(), []); // not on the button: a second Enter must not approve
  const approve = async () => !busy && (await go(`/v1/approvals/${item.proposal}/approve`, { args_hash: item.args_hash }, 'Approved. It is judged once more on what is true now, and runs once.')) && onClose();
  /** @param {KeyboardEvent} event */
  const onKey = (event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && (event.preventDefault(), approve());
  return html`<${Dialog} title="${approveWords(item)}?" onClose=${onClose}><div onKeyDown=${onKey}>
    <p ref=${words} tabindex="-1">${item.says}${item.amount ? html` · <strong class="num">${moneyText(item.amount)}</strong>` : null}</p>
    <p class="note" style=${{ marginBlock: '8px 16px' }}>Exactly this and nothing else is approved. It is judged again on what is true now before it runs.</p>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="button" class="button" onClick=${onClose}>Back</button>
      <button type="button" class="button primary" disabled=${busy} onClick=${approve}>${approveWords(item)}${item.amount ? ` of ${moneyText(item.amount)}` : ''} <${Keys} of="Ctrl+Enter" /></button></div></div><//>`;
}

/** @param {{item: any, onClose: () => void, draft?: boolean}} props */
function Reject({ item, onClose, draft = false }) {
  const about = `${item.proposal}/reject`;
  const [forCustomer, setForCustomer] = useState(() => drafts.get(`${about}-customer`));
  const [forFile, setForFile] = useState(() => drafts.get(`${about}-file`));
  const { busy, problem, go } = useAsk();
  const ready = forCustomer.trim() && forFile.trim();
  const reject = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!ready || !(await go(draft ? `/v1/proposals/${item.proposal}/discard` : `/v1/approvals/${item.proposal}/reject`, { customer_reason: forCustomer.trim(), file_reason: forFile.trim() }, draft ? 'Not sent. The customer is told your reason.' : 'Rejected. The customer is told your reason.'))) return;
    drafts.set(`${about}-customer`, '');
    drafts.set(`${about}-file`, '');
    onClose();
  };
  return html`<${Dialog} title=${draft ? 'Do not send this?' : 'Reject this?'} onClose=${onClose}><form onSubmit=${reject}>
    <p class="note" style=${{ marginBlockEnd: '12px' }}>${item.says}</p>
    <label class="field"><span class="field-label">Reason for the customer</span>
      <textarea rows="3" autofocus value=${forCustomer} onInput=${(/** @type {any} */ event) => (setForCustomer(event.target.value), drafts.set(`${about}-customer`, event.target.value))} aria-describedby="why-customer" />
      <p class="note" id="why-customer">The customer reads these words in the chat.</p></label>
    <label class="field"><span class="field-label">Reason for the file</span>
      <textarea rows="3" value=${forFile} onInput=${(/** @type {any} */ event) => (setForFile(event.target.value), drafts.set(`${about}-file`, event.target.value))} aria-describedby="why-file" />
      <p class="note" id="why-file">Colleagues and auditors read this; the customer never does.</p></label>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="button" class="button" onClick=${onClose}>Back</button><button type="submit" class="button danger" disabled=${!ready || busy}>${draft ? 'Do not send' : 'Reject'}</button></div></form><//>`;
}

/** @param {{item: any}} props */
export function Resolve({ item }) {
  const [happened, setHappened] = useState(/** @type {boolean | null} */ (null));
  const [note, setNote] = useState('');
  const { busy, problem, go } = useAsk();
  const ready = happened !== null && note.trim();
  const resolve = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (ready) go(`/v1/proposals/${item.proposal}/resolve`, { happened, note: note.trim() }, 'Recorded. What waited for it goes on.');
  };
  return html`<form class="resolve" onSubmit=${resolve}><fieldset><legend class="field-label">What did you find?</legend>
    ${/** @type {Array<[boolean, string]>} */ ([[true, 'It happened'], [false, 'It did not happen']]).map(([value, label]) => html`<label class="choice ${happened === value ? 'chosen' : ''}"><input type="radio" name="happened" checked=${happened === value} onChange=${() => setHappened(value)} /><span>${label}</span></label>`)}</fieldset>
    <label class="field"><span class="field-label">Where you saw it</span><textarea rows="2" value=${note} onInput=${(/** @type {any} */ event) => setNote(event.target.value)} placeholder="The shop's ledger, entry of 14:03" /></label>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="submit" class="button primary" disabled=${!ready || busy}>Record the outcome</button></div></form>`;
}
