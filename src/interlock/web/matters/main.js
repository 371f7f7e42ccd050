// @ts-check
// The matters that wait for a person: complaints, data-subject requests, legal matters, distress, abuse.
import { signedIn } from '../api.js';
import { now } from '../clock.js';
import { duration, recordOf } from '../format.js';
import { register } from '../keys.js';
import { html, render, signal, useErrorBoundary } from '../lib.js';
import { nextTheme, TopBar } from '../ui/frame.js';
import { Icon } from '../ui/icons.js';
import { KeySheet, Palette } from '../ui/palette.js';
import { Empty, Keys } from '../ui/parts.js';
import { Toasts } from '../ui/toasts.js';
import { List } from './list.js';
import { follow, found, load, me, overlay, problem, readAt, show } from './state.js';

const failed = signal('');

function Page() {
  const [error, reset] = useErrorBoundary((fault) => console.error(fault));
  if (error) return html`<div class="page-state"><${Empty} icon="alert" title="This page has a fault"><p>${String(error.message ?? error)}</p><button type="button" class="button" onClick=${reset}>Show it again</button><//></div>`;
  if (failed.value) return html`<div class="page-state"><${Empty} icon="alert" title="The page cannot be opened"><p>${failed.value}</p><button type="button" class="button" onClick=${() => location.reload()}>Try again</button><//></div>`;
  const close = () => (overlay.value = '');
  const staff = me.value ?? { name: '', roles: ['supervisor'] };
  return html`<div class="app">
    <${TopBar} page="matters" roles=${staff.roles} name=${staff.name}>
      <button type="button" class="button quiet find" onClick=${() => (overlay.value = 'palette')}><${Icon} name="search" /><span class="wide-only">Find</span><${Keys} of="Ctrl+k" /></button>
      <button type="button" class="icon-button" aria-label="Show every key" title="Keys  ?" onClick=${() => (overlay.value = 'keys')}><${Icon} name="question" /></button><//>
    <main class="view-body"><h1 class="visually-hidden">Matters</h1><${Body} /></main><${Toasts} />
    ${overlay.value === 'palette' ? html`<${Palette} onClose=${close} things=${things()} />` : null}
    ${overlay.value === 'keys' ? html`<${KeySheet} onClose=${close} />` : null}</div>`;
}

function Body() {
  return html`${found.value && problem.value ? html`<${Stale} />` : null}<div class="page-column"><${List} /></div>`;
}

/** What is shown could not be read anew. */
function Stale() {
  const seconds = Math.max(0, (now.value - readAt.value) / 1000);
  return html`<div class="banner warn" role="alert"><${Icon} name="alert" /><span><strong>Not up to date.</strong> What you see is ${duration(seconds)} old. ${problem.value}</span>
    <button type="button" class="button small" onClick=${load}>Try again</button></div>`;
}

const things = () => (found.value?.matters ?? []).map((/** @type {any} */ one) => ({ id: one.interaction, title: `${one.about} ${one.reference}`, group: 'Matters', run: () => (location.href = recordOf(one.interaction)) }));

register([
  { id: 'open', group: 'The page', title: 'What is open', key: 'o', run: () => show(false) },
  { id: 'settled', group: 'The page', title: 'What is settled', key: 's', run: () => show(true) },
  { id: 'palette', group: 'The page', title: 'Find anything', key: 'Ctrl+k', whileTyping: true, hidden: true, run: () => (overlay.value = 'palette') },
  { id: 'keys', group: 'The page', title: 'Show every key', key: '?', run: () => (overlay.value = 'keys') },
  { id: 'theme', group: 'The page', title: 'Change the theme', key: 't', run: nextTheme },
]);

render(html`<${Page} />`, /** @type {Element} */ (document.getElementById('page')));
signedIn().then((answer) => ((me.value = answer.staff), load().then(follow)), (error) => (failed.value = error.message));
