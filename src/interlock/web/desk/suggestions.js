// @ts-check
// What may help me with this customer now? Suggestions only: one fills the reply box or a form, and nothing is sent or done by it.
import { post } from '../api.js';
import { percent } from '../format.js';
import { inline } from '../transcript/values.js';
import { html, useEffect, useState } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { Ago, ErrorNote, Mark, Pairs } from '../ui/parts.js';
import { focusReply } from './composer.js';
import { remedyWords } from '../transcript/words.js';
import { openForm } from './fill.js';
import { addToDraft, answered, ask, answerSuggestion, pane, putIn } from './state.js';

/** What each kind is called, and its sign. @type {Record<string, [string, import('../ui/icons.js').IconName]>} */
const KINDS = { article: ['Article', 'book'], step: ['Next step', 'machine'], action: ['Action', 'action'], tip: ['Tip for you alone', 'bolt'], reply: ['Draft by a language model', 'machine'] };

/** What the interaction in hand looked like when suggestions were asked for last; it changes with all that can change them. @param {any} value */
const stateOf = (value) => JSON.stringify([value.my_state, value.assurance?.level, value.entries.map((/** @type {any} */ entry) => entry.state ?? entry.id), (value.matters ?? []).length]);

/** The suggestions of an interaction; asked for anew with everything that happens in it, and only while it is looked at. @param {{value: any}} props */
export function Suggestions({ value }) {
  const [found, setFound] = useState(/** @type {any[]} */ ([]));
  const [problem, setProblem] = useState('');
  const [round, setRound] = useState(0);
  const [drafts, setDrafts] = useState(false);
  const [busy, setBusy] = useState(false);
  const mine = value.my_state === 'handling';
  const state = stateOf(value);
  const last = value.entries.findLast((/** @type {any} */ entry) => entry.kind === 'message');
  useEffect(() => {
    let newest = true;
    if (mine) post(`/v1/interactions/${encodeURIComponent(value.id)}/suggestions`).then((answer) => newest && (setFound((before) => [...before.filter((one) => one.kind === 'reply' && one.about === last?.id), ...answer.suggestions]), setDrafts(Boolean(answer.drafts)), setProblem('')), (error) => newest && setProblem(error.message));
    return () => void (newest = false);
  }, [value.id, state, round]);
  const shown = mine ? found.filter((one) => !answered.value.has(one.suggestion)) : [];
  const waits = mine && drafts && last?.author.kind === 'customer';
  const draft = async () => {
    setBusy(true);
    const made = await ask(`/v1/interactions/${encodeURIComponent(value.id)}/draft`);
    setBusy(false);
    if (made) setFound((before) => [made, ...before.filter((one) => one.suggestion !== made.suggestion)]);
  };
  if (!shown.length && !problem && !waits) return null;
  return html`<section class="known-section suggestions" aria-label="Suggestions"><h3>Suggestions</h3>
    ${problem ? html`<${ErrorNote} onRetry=${() => setRound(round + 1)}>${problem}<//>` : null}
    <ul>${shown.map((one) => html`<${Suggestion} key=${one.suggestion} one=${one} value=${value} />`)}</ul>
    ${waits && !shown.some((one) => one.kind === 'reply') ? html`<div><button type="button" class="button small" disabled=${busy} onClick=${draft}><${Icon} name="machine" />${busy ? 'Drafting…' : 'Draft a reply'}</button></div>` : null}</section>`;
}

/** @param {{one: any, value: any}} props */
function Suggestion({ one, value }) {
  const [title, icon] = KINDS[one.kind];
  const fill = () => {
    addToDraft(value.id, one.reply);
    putIn(value.id, one.suggestion, one.reply);
    pane.value = 'talk';
    requestAnimationFrame(focusReply);
  };
  return html`<li class="suggestion" aria-label="Suggestion: ${one.title}">
    <p class="suggestion-head"><${Mark} tone="machine" icon=${icon}>${title}, suggested<//><span class="note num" title="How likely an agent takes such a suggestion">${percent(one.confidence)}</span>
      <button type="button" class="icon-button tiny" aria-label="No help: ${one.title}" title="No help" onClick=${() => answerSuggestion(value.id, one.suggestion, 'dismissed')}><${Icon} name="cross" size=${14} /></button></p>
    <p class="suggestion-title">${one.title}</p>
    ${one.text ? html`<p class="suggestion-text" dir="auto">${one.text}</p>` : null}
    ${one.action ? html`<${Foreseen} said=${one.action} />` : null}
    <p class="note">${one.source}${one.at ? html`, <${Ago} at=${one.at} /> old` : null}</p>
    ${one.reply ? html`<button type="button" class="button small" onClick=${fill}>Put into the reply</button>` : null}
    ${one.kind === 'tip' ? html`<button type="button" class="button small" onClick=${() => answerSuggestion(value.id, one.suggestion, 'taken')}>Helped</button>` : null}
    ${one.action ? html`<${ToForm} one=${one} value=${value} />` : null}</li>`;
}

/** What the gate would say, in words. @param {any} said @returns {[string, import('../ui/icons.js').IconName, string]} */
function verdictOf(said) {
  if (said.verdict === 'allowed') return ['good', 'check', 'The gate would allow it'];
  if (said.verdict === 'denied') return ['bad', 'stop', 'The gate would deny it'];
  if (said.verdict === 'needs') return ['warn', 'clock', `The gate would ask for ${said.needs.map(remedyWords).join(' and ')}`];
  return ['plain', 'question', said.missing.length ? `Still missing: ${said.missing.join(', ').toLowerCase()}` : 'The gate cannot tell yet'];
}

/** What an action would be given, and what the gate would say to it now. @param {{said: any}} props */
function Foreseen({ said }) {
  const [tone, icon, words] = verdictOf(said);
  return html`${said.lines.length ? html`<${Pairs} rows=${said.lines.map((/** @type {any} */ line) => ({ label: line.label, value: inline(line.value) }))} />` : null}
    <p><${Mark} tone=${tone} icon=${icon}>${words}<//></p>
    ${said.reasons.length ? html`<p class="note">${said.reasons.join(' ')}</p>` : null}`;
}

/** Opens the action's form, filled in; it is read, sent and judged like any other. @param {{one: any, value: any}} props */
function ToForm({ one, value }) {
  const action = (value.actions ?? []).find((/** @type {any} */ each) => each.action === one.action.action);
  return action ? html`<button type="button" class="button small" onClick=${() => openForm(action, one.action.values, {}, one.suggestion)}>Open the form…</button>` : null;
}
