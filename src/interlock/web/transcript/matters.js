// @ts-check
// What has to be handled with care in this interaction: distress first, then legal matters, requests, complaints.
import { day } from '../format.js';
import { html } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { CopyId } from '../ui/parts.js';

/** What whoever has it should know at once. @type {Record<string, string>} */
const ADVICE = {
  vulnerable: 'The assistant has stepped aside and moves no money here. Take your time.',
  legal: 'The assistant has said nothing about the substance.',
  data_request: 'Nothing has been changed or promised yet.',
  complaint: 'On record; the customer has the reference.',
  abuse: 'The customer was asked to stay polite.',
};

/** The rules and models that say more than the kinds do. @param {any} one @returns {string[]} */
const others = (one) => one.by.map((/** @type {string} */ by) => by.replaceAll('_', ' ')).filter((/** @type {string} */ by) => !one.kinds.includes(by) && by !== one.matter);

/** @param {{matters: any[]}} props */
export function Matters({ matters }) {
  if (!matters.length) return null;
  return html`<ul class="matters" aria-label="To be handled with care">${matters.map((one) => html`<li key=${one.matter} class=${one.matter}><${Icon} name="alert" size=${18} />
    <div><p><strong>${one.title}</strong>${one.kinds.length ? `: ${one.kinds.join(', ')}` : ''} <span class="note">${ADVICE[one.matter] ?? ''}</span></p>
      ${one.records.map((/** @type {any} */ record) => html`<p key=${record.reference} class="note">On record as <${CopyId} id=${record.reference} label="reference" />${record.due ? html`, to be answered by <strong>${day(`${record.due}T12:00`)}</strong>` : null} · identity level ${record.level}</p>`)}
      ${others(one).length ? html`<p class="note">Recognised by ${others(one).join(', ')}</p>` : null}</div></li>`)}</ul>`;
}
