// @ts-check
// Which triggers are in force, how often did each fire, wait and not fire, and what became of the latest?
import { count } from '../format.js';
import { html } from '../lib.js';
import { At, CopyId, Empty, Mark } from '../ui/parts.js';
import { choose, tested, triggers } from './state.js';
import { capital, reachWords, toneOf, whyWords } from './words.js';

export function List() {
  const { triggers: all, days } = triggers.value;
  if (!all.length) return html`<section class="card"><${Empty} icon="bolt" title="No trigger is in force">Write one into triggers/ and publish it.<//></section>`;
  return html`<section class="card"><h2>${count(all.length, 'trigger')} in force</h2>
    <div class="table-scroll"><table class="table stacks triggers"><thead><tr><th scope="col">Trigger</th><th scope="col">Waits for</th><th scope="col">Needs</th>${['fired', 'held', 'refused'].map((how) => html`<th scope="col" class="right" key=${how}>${capital(how)}</th>`)}<th scope="col"><span class="visually-hidden">Test</span></th></tr></thead>
      <tbody>${all.map((/** @type {any} */ one) => html`<${Row} key=${one.trigger} one=${one} />`)}</tbody></table></div>
    <p class="note">Counted over ${days} days; a firing that waits counts as held until it is decided.</p></section>`;
}

/** @param {{one: any}} props */
function Row({ one }) {
  const needs = [one.consent && `consent to ${one.consent.replaceAll('_', ' ')}`, one.quiet_hours && `not at ${one.quiet_hours}`, one.once_per && `once per ${one.once_per}`, `${one.per_day} a day`];
  return html`<tr><td><strong>${one.title}</strong><span class="note block"><code>${one.trigger}</code> begins <a href="/journeys/${encodeURIComponent(one.journey)}">${one.journey.replaceAll('_', ' ')}</a></span></td>
    <td data-of="Waits for"><span>${one.kind === 'event' ? 'Event' : 'Fact'} <code>${one.on}</code></span>${one.when === 'true' ? null : html`<span class="note block">when <code>${one.when}</code></span>`}</td>
    <td data-of="Needs"><ul class="needs">${needs.filter(Boolean).map((need) => html`<li key=${need}>${need}</li>`)}</ul></td>
    ${['fired', 'held', 'refused'].map((how) => html`<td key=${how} data-of=${capital(how)} class="right num">${one.counts[how] || html`<span class="none">0</span>`}</td>`)}
    <td class="right"><button type="button" class="button small" aria-pressed=${tested.value === one.trigger} onClick=${() => (choose(one.trigger), document.getElementById('event')?.focus())}>Test</button></td></tr>`;
}

export function Latest() {
  const lines = triggers.value.latest;
  const titles = Object.fromEntries(triggers.value.triggers.map((/** @type {any} */ one) => [one.trigger, one.title]));
  return html`<section class="card"><h2>What became of them</h2>${lines.length
    ? html`<div class="table-scroll"><table class="table stacks"><thead><tr><th scope="col">When</th><th scope="col">Trigger</th><th scope="col">Customer</th><th scope="col">Outcome</th><th scope="col">Why</th></tr></thead>
      <tbody>${lines.map((/** @type {any} */ one) => html`<${Line} key=${one.firing} one=${one} title=${titles[one.trigger] ?? one.trigger} />`)}</tbody></table></div>`
    : html`<${Empty} icon="bolt" title="Nothing happened yet">An event is told by POST /v1/events; test one beside this list.<//>`}</section>`;
}

/** @param {{one: any, title: string}} props */
function Line({ one, title }) {
  const [tone, icon] = toneOf(one.how);
  return html`<tr><td class="num"><${At} at=${one.at} /></td><td data-of="Trigger">${title}</td>
    <td data-of="Customer">${one.customer ? html`<${CopyId} id=${one.customer} label="customer" />` : html`<span class="none">nobody known</span>`}</td>
    <td data-of="Outcome"><${Mark} tone=${tone} icon=${icon}>${capital(one.how)}<//></td>
    <td data-of="Why"><${Why} one=${one} /></td></tr>`;
}

/** @param {{one: any}} props */
function Why({ one }) {
  if (one.how === 'fired') return html`<a href="/interactions/${encodeURIComponent(one.interaction)}">${reachWords(one.reach)}</a>${one.mail ? ' and by mail' : ''}`;
  const more = one.why === 'duplicate' ? '' : one.detail;
  return html`<span>${whyWords(one.why)}${one.until ? html`; again at <${At} at=${one.until} />` : null}</span>${more ? html`<span class="note block">${more}</span>` : null}`;
}
