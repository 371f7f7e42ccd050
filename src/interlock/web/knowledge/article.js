// @ts-check
// What does an article say, which versions did it have, and which conversations did it answer in?
import { count } from '../format.js';
import { html } from '../lib.js';
import { At, Empty, Mark } from '../ui/parts.js';
import { article } from './state.js';
import { Contradictions, dayOf, Marks, scopeOf } from './words.js';

export function Head() {
  const one = article.value;
  return html`<header class="article-head"><a href="/knowledge" class="back-link" title="All articles">Knowledge</a><h1>${one?.title ?? 'Article'}</h1>${one ? html`<${Marks} one=${one} />` : null}</header>`;
}

export function Article() {
  const one = article.value;
  return html`<div class="page-column two">
    <div class="says"><section class="card" aria-labelledby="says"><h2 id="says">What it says <span class="note num">version ${one.version}</span></h2>
      ${one.passages.map((/** @type {any} */ part) => html`<div class="passage" key=${part.number}>${part.heading ? html`<h3>${part.heading}</h3>` : null}<p>${part.text}</p></div>`)}</section>
      <${Contradictions} all=${one.contradictions} /></div>
    <div class="about"><section class="card" aria-label="About it"><dl class="facts">
        <div><dt>Owner</dt><dd>${one.owner}</dd></div><div><dt>Said to</dt><dd>${scopeOf(one)}</dd></div>
        <div><dt>Valid</dt><dd class="num">${one.valid_from ? `from ${dayOf(one.valid_from)} ` : ''}${one.valid_until ? `until ${dayOf(one.valid_until)}` : 'without end'}</dd></div>
        <div><dt>Review by</dt><dd class="num">${dayOf(one.review_by)}</dd></div><div><dt>Source</dt><dd><code>${one.source}</code></dd></div></dl>
        ${one.withdrawn ? html`<p class="note">Withdrawn <${At} at=${one.withdrawn.at} /> by ${one.withdrawn.by}: ${one.withdrawn.reason}</p>` : null}
        ${one.questions.length ? html`<h3>Ways to ask for it</h3><ul class="asked">${one.questions.map((/** @type {string} */ each) => html`<li key=${each}>${each}</li>`)}</ul>` : null}</section>
      <section class="card" aria-labelledby="versions"><h2 id="versions">${count(one.versions.length, 'version')}</h2><ul class="versions">${one.versions.map((/** @type {any} */ each) => html`<${Version} key=${each.version} each=${each} now=${one.in_force} />`)}</ul></section>
      <section class="card" aria-labelledby="answers"><h2 id="answers">Answered <span class="num">${count(one.answered, 'question')}</span></h2>
        ${one.answers.length ? html`<ul class="answers">${one.answers.map((/** @type {any} */ each) => html`<li key=${each.interaction + each.at}><a href="/interactions/${each.interaction}"><${At} at=${each.at} /></a> <span>${each.heading || one.title}</span> <span class="note num">version ${each.version} · sure to ${Math.round(100 * each.score)} %${each.model ? ` · in the words of ${each.model}` : ''}</span></li>`)}</ul>` : html`<${Empty} title="No question yet">Each answer leads to the record of its conversation.<//>`}</section></div></div>`;
}

/** One version; what it said unfolds. @param {{each: any, now: number | null}} props */
function Version({ each, now }) {
  return html`<li><details><summary><span class="num">Version ${each.version}</span> ${each.version === now ? html`<${Mark} tone="good" icon="check">In force<//>` : null} <span class="note"><${At} at=${each.at} /> by ${each.by}</span></summary><pre class="source">${each.body}</pre></details></li>`;
}
