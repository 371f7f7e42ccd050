// @ts-check
// What was promised to this customer, by whom, until when, and was it kept?
import { get } from '../api.js';
import { html, useEffect, useState } from '../lib.js';
import { inline } from '../transcript/values.js';
import { Ago, At, ErrorNote, Mark } from '../ui/parts.js';

const STATES = /** @type {Record<string, [string, string]>} */ ({ open: ['warn', 'To be kept'], kept: ['good', 'Kept'], broken: ['bad', 'Not kept'] });
const MADE_BY = /** @type {Record<string, string>} */ ({ journey: 'by the virtual agent', policy: 'by another program' });

/** The promises of an interaction's customer; looked up again with everything new that happens in it. @param {{value: any}} props */
export function Promises({ value }) {
  const [promises, setPromises] = useState(/** @type {any[]} */ ([]));
  const [problem, setProblem] = useState('');
  const path = `/v1/interactions/${encodeURIComponent(value.id)}/promises`;
  useEffect(() => {
    if (value.customer.matched) get(path).then((answer) => (setPromises(answer.promises), setProblem('')), (error) => setProblem(error.message));
  }, [path, value.customer.matched, value.entries.length]);
  if (problem) return html`<section class="known-section"><h3>Promises</h3><${ErrorNote}>${problem}<//></section>`;
  if (!promises.length) return null;
  return html`<section class="known-section"><h3>Promises</h3><ul class="journeys promises">${promises.map((one) => html`<li key=${one.promise}>
    <p class="journey-title">${one.title} <${Mark} tone=${STATES[one.state][0]}>${STATES[one.state][1]}<//></p>
    <p>${one.value ? html`<span class="num">${inline(one.value)}</span>, ` : null}about <code>${one.about}</code>${one.words ? html`: <span dir="auto">${one.words}</span>` : null}</p>
    <p class="note">Promised ${MADE_BY[one.source] ?? `by ${one.by}`} <${Ago} at=${one.made_at} /> ago${one.state === 'open' ? html`, holds until <${At} at=${one.valid_until} />` : null}</p></li>`)}</ul></section>`;
}
