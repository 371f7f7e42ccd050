// @ts-check
// What can an agent do about a proposal that waits: answer an approver's question, send a draft, withdraw it?
import { post } from '../api.js';
import { html, useState } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { Ago, ErrorNote } from '../ui/parts.js';

/** @param {{entry: any}} props */
export function WaitsForMe({ entry }) {
  const draft = entry.state === 'needs' && entry.needs?.[0]?.remedy === 'draft';
  const waits = entry.state === 'needs' && ['wait', 'draft', 'approve', 'do'].includes(entry.needs?.[0]?.remedy.split(':')[0]);
  if (!entry.question && !waits) return null;
  return html`<div class="todo">${entry.question ? html`<${Answer} key=${entry.question.id} entry=${entry} />` : null}
    ${draft ? html`<${Step} open="Send…" sure="Send exactly this" path=${`/v1/proposals/${entry.id}/send`} body=${{ args_hash: entry.args_hash }} primary />` : null}
    ${waits ? html`<${Step} open="Withdraw…" sure="Withdraw it" path=${`/v1/proposals/${entry.id}/withdraw`} body=${undefined} />` : null}</div>`;
}

/** A button that asks once more before it does something. @param {{open: string, sure: string, path: string, body: any, primary?: boolean}} props */
function Step({ open, sure, path, body, primary = false }) {
  const [step, setStep] = useState('closed');
  const [problem, setProblem] = useState('');
  const go = async () => {
    setStep('busy');
    try {
      await post(path, body);
      setStep('closed');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setStep('closed');
    }
  };
  return html`<span class="todo-step">${step === 'closed'
    ? html`<button type="button" class="button small" onClick=${() => (setProblem(''), setStep('sure'))}>${open}</button>`
    : html`<button type="button" class="button small ${primary ? 'primary' : 'danger'}" disabled=${step === 'busy'} onClick=${go}>${sure}</button>
        <button type="button" class="button small quiet" disabled=${step === 'busy'} onClick=${() => setStep('closed')}>Back</button>`}</span>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}`;
}

/** @param {{entry: any}} props */
function Answer({ entry }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!text.trim()) return;
    try {
      await post(`/v1/approvals/${entry.id}/answer`, { question: entry.question.id, text: text.trim() });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return html`<form class="todo-answer" onSubmit=${submit}><label class="field"><span class="field-label"><${Icon} name="question" size=${14} /> ${entry.question.by || 'The approver'} asks: ${entry.question.text}${entry.question.at ? html` <span class="note"><${Ago} at=${entry.question.at} /> ago</span>` : null}</span>
    <textarea rows="2" value=${text} onInput=${(/** @type {any} */ event) => setText(event.target.value)} /></label>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="submit" class="button small primary" disabled=${!text.trim()}>Answer</button></div></form>`;
}
