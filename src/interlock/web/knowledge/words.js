// @ts-check
// What are the states of an article called, and which sign stands beside each?
import { html } from '../lib.js';
import { Mark } from '../ui/parts.js';

/** @type {Record<string, [string, any, string]>} */
const MARKS = {
  withdrawn: ['bad', 'stop', 'Withdrawn'], expired: ['bad', 'stop', 'Expired'], not_yet: ['plain', 'clock', 'Not valid yet'], ends_soon: ['warn', 'clock', 'Ends soon'],
  review_overdue: ['warn', 'alert', 'Review overdue'], review_soon: ['plain', 'clock', 'Review due soon'],
};

/** Why somebody should look at an article; that it is in force where all is well. @param {{one: any}} props */
export function Marks({ one }) {
  const marks = one.marks.map((/** @type {string} */ mark) => {
    const [tone, icon, word] = MARKS[mark] ?? ['plain', null, mark];
    return html`<${Mark} key=${mark} tone=${tone} icon=${icon}>${word}<//>`;
  });
  if (one.contradicts?.length) marks.push(html`<${Mark} key="against" tone="warn" icon="alert">May contradict ${one.contradicts.join(', ')}<//>`);
  return html`<span class="marks">${marks.length ? marks : html`<${Mark} tone="good" icon="check">In force<//>`}</span>`;
}

/** A day of the calendar, as it is written in the file: "31 Mar 2027". @param {string | null} day @param {string} without */
export const dayOf = (day, without = '–') => (day ? new Date(`${day}T12:00:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }) : without);

/** @type {Record<string, string>} */
const CHANNELS = { chat: 'chat', message: 'messages', email: 'e-mail', voice: 'phone', callback: 'call-backs', task: 'tasks', desk: 'desk', api: 'API' };
/** Where and to whom an article may be said. @param {any} one */
export const scopeOf = (one) => `${one.audience.map((/** @type {string} */ who) => `${who}s`).join(' and ')}, ${one.channels.length ? one.channels.map((/** @type {string} */ each) => CHANNELS[each] ?? each).join(' and ') : 'every channel'}`;

/** Two sentences that may contradict each other. @param {{all: any[]}} props */
export function Contradictions({ all }) {
  if (!all.length) return null;
  return html`<section class="card" aria-labelledby="against"><h2 id="against">May contradict each other</h2>
    <p class="note card-note">Different numbers in sentences about the same matter. Somebody has to read them; no machine has.</p>
    <ul class="against">${all.map((pair) => html`<li key=${pair.first.article + pair.first.passage + pair.second.article + pair.second.passage}>
      ${[pair.first, pair.second].map((said) => html`<blockquote><p>${said.sentence}</p><footer><a href="/knowledge/${encodeURIComponent(said.article)}">${said.article}</a> <span class="note num">version ${said.version}</span></footer></blockquote>`)}</li>`)}</ul></section>`;
}
