// @ts-check
// How did it go? One disposition, a note if it helps; what was chosen is kept until it is saved.
import { post } from '../api.js';
import { html, useState } from '../lib.js';
import { keep, recall } from '../store.js';
import { Icon } from '../ui/icons.js';
import { ErrorNote, Keys, Mark } from '../ui/parts.js';
import { say } from '../ui/toasts.js';
import { me, select, selected } from './state.js';

/** The lines of a summary as a note. @param {any[]} lines */
const asNote = (lines) => lines.map((line) => `${line.label}: ${line.text}`).join('\n');

/** @param {{interaction: string, customer: string, assist?: any}} props */
export function WrapUpPanel({ interaction, customer, assist }) {
  const [draft, setDraft] = useState(() => recall(`draft.${interaction}/wrap`, { disposition: '', note: '' }));
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const dispositions = me.value?.dispositions ?? [];
  const likely = assist?.disposition, lines = assist?.summary ?? [];
  /** @param {any} change */
  const change = (change) => {
    const next = { ...draft, ...change };
    setDraft(next);
    setProblem('');
    keep(`draft.${interaction}/wrap`, next);
  };
  const save = async () => {
    if (!draft.disposition) return setProblem('Choose how it came out.');
    setBusy(true);
    try {
      await post(`/v1/interactions/${interaction}/disposition`, { ...draft, suggested: likely?.value ?? '' });
      keep(`draft.${interaction}/wrap`, null);
      say(`Wrapped up: ${customer}`);
      const rest = (me.peek()?.work ?? []).filter((/** @type {any} */ one) => one.interaction !== interaction);
      if (selected.peek() === interaction) rest.length ? select(rest[0].interaction) : (selected.value = '');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    return setBusy(false);
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const typing = /** @type {HTMLElement} */ (event.target).tagName === 'TEXTAREA';
    const chosen = typing ? undefined : dispositions[Number(event.key) - 1];
    if (chosen) change({ disposition: chosen.value });
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
    else return;
    event.preventDefault();
  };
  return html`<form class="wrap-up" onKeyDown=${onKey} onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), save())} aria-label="Wrap-up">
    <fieldset><legend>How did it come out?</legend>
      <div class="dispositions" id="dispositions">${dispositions.map((/** @type {any} */ one, /** @type {number} */ i) => html`<label class="choice ${draft.disposition === one.value ? 'chosen' : ''}">
        <input type="radio" name="disposition" value=${one.value} checked=${draft.disposition === one.value} onChange=${() => change({ disposition: one.value })} />
        <span>${one.label}</span>${likely?.value === one.value ? html`<${Mark} tone="machine" icon="machine">suggested<//>` : null}${i < 9 ? html`<${Keys} of=${String(i + 1)} />` : null}</label>`)}</div>
      ${likely ? html`<p class="note why">A suggestion, you decide. ${likely.why}. ${likely.shown ? `Colleagues took it ${likely.taken} of ${likely.shown} times.` : 'Nobody has been offered it yet.'}</p>` : null}</fieldset>
    <label class="field"><span class="field-label">Note for colleagues <span class="note">optional</span></span>
      <textarea rows="2" dir="auto" value=${draft.note} onInput=${(/** @type {any} */ event) => change({ note: event.target.value })} /></label>
    ${lines.length && !draft.note ? html`<button type="button" class="button small" onClick=${() => change({ note: asNote(lines) })}><${Icon} name="machine" />Use the summary as note</button>` : null}
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="submit" class="button primary" disabled=${busy}>Finish wrap-up <${Keys} of="Ctrl+Enter" /></button></div></form>`;
}
