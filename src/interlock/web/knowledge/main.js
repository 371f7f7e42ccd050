// @ts-check
// The articles: all of them with what should be looked at again, or one with its versions and the questions that it answered.
import { signedIn } from '../api.js';
import { now } from '../clock.js';
import { duration } from '../format.js';
import { register } from '../keys.js';
import { html, render, signal, useErrorBoundary } from '../lib.js';
import { nextTheme, TopBar } from '../ui/frame.js';
import { Icon } from '../ui/icons.js';
import { KeySheet, Palette } from '../ui/palette.js';
import { Empty, ErrorNote, Keys, Skeleton } from '../ui/parts.js';
import { Article, Head } from './article.js';
import { List } from './list.js';
import { article, articleName, follow, list, load, me, only, overlay, problem, readAt } from './state.js';

const failed = signal('');

function Page() {
  const [error, reset] = useErrorBoundary((fault) => console.error(fault));
  if (error) return html`<div class="page-state"><${Empty} icon="alert" title="This page has a fault"><p>${String(error.message ?? error)}</p><button type="button" class="button" onClick=${reset}>Show it again</button><//></div>`;
  if (failed.value) return html`<div class="page-state"><${Empty} icon="alert" title="The page cannot be opened"><p>${failed.value}</p><button type="button" class="button" onClick=${() => location.reload()}>Try again</button><//></div>`;
  const close = () => (overlay.value = '');
  const staff = me.value ?? { name: '', roles: ['supervisor'] };
  return html`<div class="app">
    <${TopBar} page="knowledge" roles=${staff.roles} name=${staff.name}>
      <button type="button" class="button quiet find" onClick=${() => (overlay.value = 'palette')}><${Icon} name="search" /><span class="wide-only">Find</span><${Keys} of="Ctrl+k" /></button>
      <button type="button" class="icon-button" aria-label="Show every key" title="Keys  ?" onClick=${() => (overlay.value = 'keys')}><${Icon} name="question" /></button><//>
    ${articleName ? html`<${Head} />` : null}
    <main class="view-body"><${Body} /></main>
    ${overlay.value === 'palette' ? html`<${Palette} onClose=${close} things=${things()} />` : null}
    ${overlay.value === 'keys' ? html`<${KeySheet} onClose=${close} />` : null}</div>`;
}

function Body() {
  const there = articleName ? article.value : list.value;
  if (!there && problem.value) return html`<div class="page-column"><${ErrorNote} onRetry=${load}>${problem.value}<//></div>`;
  if (!there) return html`<${Skeleton} lines=${8} label=${articleName ? 'Loading the article' : 'Loading the articles'} />`;
  return html`${problem.value ? html`<${Stale} />` : null}<${articleName ? Article : List} />`;
}

/** What is shown could not be read anew. */
function Stale() {
  const seconds = Math.max(0, (now.value - readAt.value) / 1000);
  return html`<div class="banner warn" role="alert"><${Icon} name="alert" /><span><strong>Not up to date.</strong> What you see is ${duration(seconds)} old. ${problem.value}</span>
    <button type="button" class="button small" onClick=${load}>Try again</button></div>`;
}

const things = () => (list.value?.articles ?? []).map((/** @type {any} */ one) => ({ id: one.article, title: one.title, group: 'Articles', run: () => location.assign(`/knowledge/${encodeURIComponent(one.article)}`) }));

register([
  ...(articleName ? [] : [{ id: 'marked', group: 'The page', title: 'Only what has to be looked at', key: 'm', run: () => (only.value = only.value === 'all' ? 'marked' : 'all') }]),
  { id: 'all', group: 'The page', title: 'All articles', run: () => location.assign('/knowledge') },
  { id: 'palette', group: 'The page', title: 'Find anything', key: 'Ctrl+k', whileTyping: true, hidden: true, run: () => (overlay.value = 'palette') },
  { id: 'keys', group: 'The page', title: 'Show every key', key: '?', run: () => (overlay.value = 'keys') },
  { id: 'theme', group: 'The page', title: 'Change the theme', key: 't', run: nextTheme },
]);

render(html`<${Page} />`, /** @type {Element} */ (document.getElementById('page')));
signedIn().then((answer) => ((me.value = answer.staff), load().then(follow)), (error) => (failed.value = error.message));
