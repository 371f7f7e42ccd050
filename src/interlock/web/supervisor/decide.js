// @ts-check
// How is a decision given? Approve with a second step, reject with a reason for the customer and one for the file, resolve what is unknown.
import { moneyText } from '../format.js';
import { post } from '../api.js';
import { html, useEffect, useRef, useState } from '../lib.js';
import { drafts } from '../store.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { ErrorNote, Keys } from '../ui/parts.js';
import { say } from '../ui/toasts.js';
import { approveWords } from './approvals.js';
import { overlay } from './state.js';

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
  return html`<div class="decide">
    <button type="button" class="button primary large" onClick=${() => (overlay.value = 'approve')}><${Icon} name="check" />${approveWords(item)}… <${Keys} of="a" /></button>
    <button type="button" class="button danger large" onClick=${() => (overlay.value = 'reject')}><${Icon} name="cross" />Reject… <${Keys} of="x" /></button>
    ${overlay.value === 'approve' ? html`<${Approve} item=${item} onClose=${close} />` : null}
    ${overlay.value === 'reject' ? html`<${Reject} item=${item} onClose=${close} />` : null}</div>`;
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

/** @param {{item: any, onClose: () => void}} props */
function Reject({ item, onClose }) {
  const about = `${item.proposal}/reject`;
  const [forCustomer, setForCustomer] = useState(() => drafts.get(`${about}-customer`));
  const [forFile, setForFile] = useState(() => drafts.get(`${about}-file`));
  const { busy, problem, go } = useAsk();
  const ready = forCustomer.trim() && forFile.trim();
  const reject = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!ready || !(await go(`/v1/approvals/${item.proposal}/reject`, { customer_reason: forCustomer.trim(), file_reason: forFile.trim() }, 'Rejected. The customer is told your reason.'))) return;
    drafts.set(`${about}-customer`, '');
    drafts.set(`${about}-file`, '');
    onClose();
  };
  return html`<${Dialog} title="Reject this?" onClose=${onClose}><form onSubmit=${reject}>
    <p class="note" style=${{ marginBlockEnd: '12px' }}>${item.says}</p>
    <label class="field"><span class="field-label">Reason for the customer</span>
      <textarea rows="3" autofocus value=${forCustomer} onInput=${(/** @type {any} */ event) => (setForCustomer(event.target.value), drafts.set(`${about}-customer`, event.target.value))} aria-describedby="why-customer" />
      <p class="note" id="why-customer">The customer reads these words in the chat.</p></label>
    <label class="field"><span class="field-label">Reason for the file</span>
      <textarea rows="3" value=${forFile} onInput=${(/** @type {any} */ event) => (setForFile(event.target.value), drafts.set(`${about}-file`, event.target.value))} aria-describedby="why-file" />
      <p class="note" id="why-file">Colleagues and auditors read this; the customer never does.</p></label>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="button" class="button" onClick=${onClose}>Back</button><button type="submit" class="button danger" disabled=${!ready || busy}>Reject</button></div></form><//>`;
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
