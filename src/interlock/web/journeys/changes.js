// @ts-check
// What has this journey otherwise than in an earlier version: in words here, and marked in the picture.
import { clock, count } from '../format.js';
import { html } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { ErrorNote, Mark } from '../ui/parts.js';
import { changes, chosen, compare, comparing, earlier, since } from './state.js';
import { kindOf, placeOf } from './words.js';

const TONES = /** @type {Record<string, [string, string]>} */ ({ added: ['good', 'new'], removed: ['bad', 'gone'], changed: ['warn', 'changed'] });

/** The change of a step, where the picture is compared. @param {string} path */
export const changeOf = (path) => changes.value?.steps.find((/** @type {any} */ one) => one.path === path && one.how !== 'removed');

/** The mark of a changed step. @param {{path: string}} props */
export function ChangeMark({ path }) {
  const change = changeOf(path);
  return change ? html`<span class="step-change ${change.how}">${TONES[change.how][1]}</span>` : null;
}

/** With which version it is compared; nothing where there was only this one. */
export function Compare() {
  const versions = earlier.value;
  if (!versions?.length) return null;
  return html`<label class="compare">Compare with <select aria-label="Compare with an earlier version" value=${since.value} onChange=${(/** @type {any} */ event) => compare(event.target.value)}>
    <option value="">no other version</option>
    ${versions.map((/** @type {any} */ one) => html`<option key=${one.release} value=${one.release}>${clock(one.at)}${one.note ? ` · ${one.note}` : ''}</option>`)}</select></label>`;
}

/** The differences in words. */
export function Changes() {
  if (!since.value) return null;
  if (comparing.value) return html`<section class="changes card"><${ErrorNote} onRetry=${() => compare(since.value)}>${comparing.value}<//></section>`;
  const found = changes.value;
  if (!found) return html`<section class="changes card"><p class="note" role="status">Comparing…</p></section>`;
  const { steps, examples_added: learned, examples_removed: forgotten } = found;
  const none = !steps.length && !learned.length && !forgotten.length;
  return html`<section class="changes card" aria-label="Changes since that version"><h2>${none ? 'Nothing that the picture shows is different' : `${count(steps.length, 'step')} different since then`}</h2>
    ${none ? html`<p class="note">Words for branches, conditions of slots or comments may be.</p>` : null}
    <ul>${steps.map((/** @type {any} */ one) => html`<${Change} key=${`${one.how} ${one.path}`} one=${one} />`)}
      ${learned.length ? html`<li><${Mark} tone="good">new<//> ${count(learned.length, 'example')}: ${learned.map((/** @type {string} */ text) => `“${text}”`).join(', ')}</li>` : null}
      ${forgotten.length ? html`<li><${Mark} tone="bad">gone<//> ${count(forgotten.length, 'example')}: ${forgotten.map((/** @type {string} */ text) => `“${text}”`).join(', ')}</li>` : null}</ul></section>`;
}

/** @param {{one: any}} props */
function Change({ one }) {
  const [tone, word] = TONES[one.how];
  const [verb, icon] = kindOf(one.kind);
  const said = one.hears || one.text, before = one.was[1] || one.was[0];
  const place = one.how === 'removed' ? `was ${placeOf(one.path)}` : placeOf(one.path);
  return html`<li><${Mark} tone=${tone}>${word}<//> <${Icon} name=${icon} size=${14} /> <strong>${verb}</strong> <span dir="auto">${said}</span>
    ${one.how === 'changed' && (one.text !== one.was[0] || one.hears !== one.was[1]) ? html`<del dir="auto">${before === said ? one.was[0] : before}</del>` : null}
    ${one.fields.length ? html`<span class="note">otherwise: <code>${one.fields.join(', ')}</code></span>` : null}
    ${one.how === 'removed' ? html`<span class="note">${place}</span>` : html`<a class="plain-link note" href="#picture" onClick=${() => (chosen.value = one.path)}>${place}</a>`}</li>`;
}
