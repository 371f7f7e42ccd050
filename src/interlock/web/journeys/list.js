// @ts-check
// Which journeys are in force, how many runs are under way, how did they end lately, and which is ready to go live?
import { count } from '../format.js';
import { html } from '../lib.js';
import { Empty, Mark } from '../ui/parts.js';
import { journeys, SPANS } from './state.js';
import { capital, outcomesOf, toneOf } from './words.js';

const MOST_OUTCOMES = 4;

export function List() {
  const all = journeys.value ?? [];
  if (!all.length) return html`<div class="page-column"><${Empty} icon="book" title="No journey is in force">Write one into journeys/ and publish it.<//></div>`;
  return html`<div class="page-column"><section class="card"><h2>${count(all.length, 'journey')} in force</h2>
    <div class="table-scroll"><table class="table stacks journeys"><thead><tr><th scope="col">Journey</th><th scope="col">Readiness</th><th scope="col">Signed off</th><th scope="col" class="right">Under way</th>${Object.keys(all[0].ended).map((span) => html`<th scope="col" key=${span}>Ended in ${SPANS[span]}</th>`)}</tr></thead>
      <tbody>${all.map((one) => html`<${Row} key=${one.journey} one=${one} />`)}</tbody></table></div></section></div>`;
}

/** @param {{one: any}} props */
function Row({ one }) {
  const [tone, icon] = toneOf(one.verdict);
  return html`<tr><td><a class="journey-link" href="/journeys/${encodeURIComponent(one.journey)}">${one.title}</a><span class="note"><code>${one.journey}</code> · ${count(one.steps, 'step')}${one.default ? html` · <span title="It comes with the product; a journey of your own with 'matter: ${one.matter}' stands in its place.">default</span>` : one.matter ? ' · in place of the default' : ''}</span></td>
    <td data-of="Readiness"><a class="plain-link" href="/journeys/${encodeURIComponent(one.journey)}#readiness"><${Mark} tone=${tone} icon=${icon}>${capital(one.verdict)}<//></a></td>
    <td data-of="Signed off"><${Signed} signoffs=${one.signoffs} /></td>
    <td data-of="Under way" class="right num">${one.live || html`<span class="none">none</span>`}</td>
    ${Object.entries(one.ended).map(([span, ended]) => html`<td key=${span} data-of="Ended in ${SPANS[span]}"><${Outcomes} ended=${ended} /></td>`)}</tr>`;
}

/** @param {{signoffs: any[]}} props */
function Signed({ signoffs }) {
  return html`<span class="signed">${signoffs.map((one) => {
    const [tone, icon] = toneOf(one.standing);
    return html`<${Mark} key=${one.role} tone=${tone} icon=${icon} title=${one.who ? `${one.who}, ${one.date}` : 'Nobody yet'}>${one.role === 'it' ? 'IT' : 'Business'}: ${one.standing}<//>`;
  })}</span>`;
}

/** How runs ended, the most frequent first. @param {{ended: any}} props */
export function Outcomes({ ended }) {
  const found = outcomesOf(ended.outcomes);
  if (!found.length) return html`<span class="none">${ended.began ? `${count(ended.began, 'run')} began, none ended` : 'none'}</span>`;
  const rest = found.slice(MOST_OUTCOMES).reduce((sum, [, times]) => sum + times, 0);
  return html`<ul class="outcomes">${found.slice(0, MOST_OUTCOMES).map(([outcome, times]) => html`<li key=${outcome} class=${outcome === 'left' ? 'is-left' : ''}><span class="num">${times}</span> ${outcome.replaceAll('_', ' ')}</li>`)}${rest ? html`<li><span class="num">${rest}</span> other</li>` : null}</ul>`;
}
