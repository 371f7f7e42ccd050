// @ts-check
// Which articles are there, how often does each answer, and which should somebody look at again?
import { count } from '../format.js';
import { html } from '../lib.js';
import { Empty } from '../ui/parts.js';
import { list, only } from './state.js';
import { Contradictions, dayOf, Marks, scopeOf } from './words.js';

export function List() {
  const { articles, contradictions, days } = list.value;
  if (!articles.length) return html`<div class="page-column"><${Empty} icon="book" title="There is no article yet">Write Markdown files into knowledge/ beside the definitions, or bring a folder in with <code>interlock knowledge ingest</code>.<//></div>`;
  const marked = articles.filter((/** @type {any} */ one) => one.marks.length || one.contradicts.length);
  const shown = only.value === 'marked' ? marked : articles;
  return html`<div class="page-column"><section class="card">
    <div class="card-head"><h2>${count(articles.length, 'article')}</h2>
      <div class="spans" role="group" aria-label="Articles that are listed">${[['all', 'All'], ['marked', `To look at (${marked.length})`]].map(([id, title]) => html`<button type="button" key=${id} class="button small ${only.value === id ? '' : 'quiet'}" aria-pressed=${only.value === id} onClick=${() => (only.value = /** @type {any} */ (id))}>${title}</button>`)}</div></div>
    ${shown.length ? html`<div class="table-scroll"><table class="table stacks articles"><thead><tr><th scope="col">Article</th><th scope="col">State</th><th scope="col">Owner</th><th scope="col">Said until</th><th scope="col">Review by</th><th scope="col" class="right">Answers in ${days} days</th></tr></thead>
      <tbody>${shown.map((/** @type {any} */ one) => html`<${Row} key=${one.article} one=${one} />`)}</tbody></table></div>` : html`<${Empty} icon="check" title="All is well">No article has to be looked at.<//>`}</section>
    <${Contradictions} all=${contradictions} /></div>`;
}

/** @param {{one: any}} props */
function Row({ one }) {
  return html`<tr><td><a class="article-link" href="/knowledge/${encodeURIComponent(one.article)}">${one.title}</a><span class="note"><code>${one.article}</code> · <span class="num">version ${one.version}</span> · ${scopeOf(one)}</span></td>
    <td data-of="State"><${Marks} one=${one} /></td><td data-of="Owner">${one.owner}</td>
    <td data-of="Said until" class="num">${dayOf(one.valid_until, 'no end')}</td><td data-of="Review by" class="num">${dayOf(one.review_by)}</td>
    <td data-of="Answers" class="right num">${one.used || html`<span class="none">none</span>`}</td></tr>`;
}
