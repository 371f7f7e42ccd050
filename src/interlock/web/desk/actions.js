// @ts-check
// What can I have done for this customer? A form per action, made from its arguments.
import { html } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { Keys } from '../ui/parts.js';
import { say } from '../ui/toasts.js';
import { fillKnown, openForm } from './fill.js';
import { AskForm } from './form.js';
import { answerSuggestion, form } from './state.js';

/** @param {{value: any}} props */
export function Actions({ value }) {
  const actions = value.actions ?? [];
  const current = form.value && actions.find((/** @type {any} */ action) => action.action === form.value?.action);
  if (!actions.length) return html`<p class="note">${value.my_state === 'handling' ? 'There is nothing that you may do here.' : 'Actions are there while you have the interaction.'}</p>`;
  return html`${current ? html`<${ActionForm} key=${`${current.action} ${JSON.stringify(form.value?.values)}`} action=${current} value=${value} given=${/** @type {any} */ (form.value)} />` : null}
    ${current ? null : html`<ul class="action-list">${actions.map((/** @type {any} */ action, /** @type {number} */ i) => html`<li><button type="button" class="row-button" onClick=${() => openForm(action, fillKnown(value, action.args ?? []))}>
      <${Icon} name=${action.effect === 'read' ? 'search' : 'action'} /><span>${action.title}</span>${i < 9 ? html`<${Keys} of=${String(i + 1)} />` : null}</button></li>`)}</ul>`}`;
}

/** @param {{action: any, value: any, given: {values: Record<string, any>, notes: Record<string, string>, suggestion: string}}} props */
function ActionForm({ action, value, given }) {
  const reads = action.effect === 'read';
  const close = () => (form.value = null);
  const settle = (/** @type {Record<string, any>} */ args) => {
    const kept = Object.entries(given.values).every(([name, one]) => JSON.stringify(args[name]) === JSON.stringify(one));
    if (given.suggestion) answerSuggestion(value.id, given.suggestion, kept ? 'taken' : 'edited');
  };
  return html`<${AskForm} title=${action.title} lead=${reads ? '' : 'The gate checks it again; the customer or a supervisor may be asked.'} argsOf=${() => action.args ?? []} given=${given}
    path=${`/v1/interactions/${value.id}/proposals`} body=${(/** @type {any} */ args) => ({ action: action.action, args })} onClose=${close}
    onDone=${(/** @type {any} */ args) => (settle(args), close(), say(reads ? 'Asked. The answer stands in the transcript.' : 'Proposed. The transcript shows what the gate says.'))} />`;
}
