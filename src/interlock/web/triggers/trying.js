// @ts-check
// What would happen with an event now? A form with the event, and every check with its answer; nothing is done.
import { html, useState } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { At, Empty, ErrorNote, MachineSign, Mark, Pairs } from '../ui/parts.js';
import { choose, example, outcome, test, tested, triggers, written, wrong } from './state.js';
import { capital, toneOf } from './words.js';

export function Trying() {
  const all = triggers.value.triggers;
  const trigger = all.find((/** @type {any} */ one) => one.trigger === tested.value);
  const [busy, setBusy] = useState(false);
  if (!trigger) return null;
  const text = written.value[trigger.trigger] ?? example(trigger);
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    await test(trigger, text);
    setBusy(false);
  };
  return html`<section class="card trying" aria-label="Test a trigger"><h2>Test a trigger</h2>
    <form onSubmit=${go}>
      ${all.length > 1 ? html`<label class="field"><span class="field-label">Trigger</span><select value=${trigger.trigger} onChange=${(/** @type {any} */ event) => choose(event.target.value)}>${all.map((/** @type {any} */ one) => html`<option key=${one.trigger} value=${one.trigger}>${one.title}</option>`)}</select></label>` : null}
      <label class="field"><span class="field-label">${trigger.kind === 'event' ? 'Event (CloudEvents 1.0, JSON)' : 'Fields of the fact (JSON)'}</span>
        <textarea id="event" class="event" rows="12" spellcheck="false" value=${text} aria-invalid=${wrong.value ? 'true' : null} onInput=${(/** @type {any} */ event) => (written.value = { ...written.value, [trigger.trigger]: event.target.value })}></textarea></label>
      ${wrong.value ? html`<${ErrorNote}>${wrong.value}<//>` : null}
      <p class="note">Reads what would be read, and changes nothing.</p>
      <div class="form-end"><button type="submit" class="button primary" disabled=${busy}>${busy ? 'Looking…' : 'Tell what would happen'}</button></div></form>
    <div aria-live="polite">${outcome.value ? html`<${Outcome} found=${outcome.value} />` : html`<${Empty} icon="bolt" title="Nothing tested yet">Fill in a customer and send the form.<//>`}</div></section>`;
}

/** @param {{found: any}} props */
function Outcome({ found }) {
  const [tone, icon] = toneOf(found.would);
  const words = found.would === 'fires' ? 'It would fire' : `It would be ${found.would}`;
  const slots = Object.entries(found.slots).map(([name, value]) => ({ label: name.replaceAll('_', ' '), value: typeof value === 'object' ? JSON.stringify(value) : String(value) }));
  return html`<div class="outcome"><p><${Mark} tone=${tone} icon=${icon}>${words}${found.until ? html` until <${At} at=${found.until} />` : null}<//></p>
    <ul class="checks">${found.checks.map((/** @type {any} */ one) => html`<li key=${one.what} class=${one.passed ? 'is-met' : 'is-missing'}><${Icon} name=${one.passed ? 'check' : 'stop'} size=${14} /><span><strong>${capital(one.what)}</strong><span class="visually-hidden">${one.passed ? ' holds: ' : ' does not hold: '}</span> <span class="note">${one.words}</span></span></li>`)}</ul>
    ${found.reach ? html`<h3>She would read</h3><div class="said">${found.says.map((/** @type {string} */ text, /** @type {number} */ i) => html`<p key=${i}>${i ? null : html`<${MachineSign} />`}<span>${text}</span></p>`)}</div>` : null}
    ${found.mail ? html`<h3>Mail to ${found.mail.to}</h3><p class="note">${found.mail.subject ?? found.mail.action}${found.mail.news ? html`<span class="block">${found.mail.news}</span>` : null}</p>` : null}
    ${slots.length && found.would === 'fires' ? html`<details><summary>Slots of ${found.journey.replaceAll('_', ' ')}</summary><${Pairs} rows=${slots} /></details>` : null}</div>`;
}
