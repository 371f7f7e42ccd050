// @ts-check
// The policies page: the rules with their use, the past judged again, the versions.
import { signedIn } from '../api.js';
import { register } from '../keys.js';
import { html, render, signal, useErrorBoundary } from '../lib.js';
import { nextTheme, TopBar } from '../ui/frame.js';
import { Icon } from '../ui/icons.js';
import { KeySheet, Palette } from '../ui/palette.js';
import { Empty, ErrorNote, Keys, Skeleton } from '../ui/parts.js';
import { Toasts } from '../ui/toasts.js';
import { Replay } from './replay.js';
import { Rules } from './rules.js';
import { load, me, overlay, policies, problem, releases, show, TITLES, view } from './state.js';
import { Versions } from './versions.js';

const failed = signal('');
const VIEWS = { rules: Rules, replay: Replay, versions: Versions };

function Policies() {
  const [error, reset] = useErrorBoundary((fault) => console.error(fault));
  if (error) return html`<div class="page-state"><${Empty} icon="alert" title="This page has a fault"><p>${String(error.message ?? error)}</p><button type="button" class="button" onClick=${reset}>Show it again</button><//></div>`;
  if (failed.value) return html`<div class="page-state"><${Empty} icon="alert" title="The page cannot be opened"><p>${failed.value}</p><button type="button" class="button" onClick=${() => location.reload()}>Try again</button><//></div>`;
  const close = () => (overlay.value = '');
  const staff = me.value ?? { name: '', roles: ['supervisor'] };
  const waiting = releases.value?.waiting.length;
  return html`<div class="app">
    <${TopBar} page="policies" roles=${staff.roles} name=${staff.name}>
      <button type="button" class="button quiet find" onClick=${() => (overlay.value = 'palette')}><${Icon} name="search" /><span class="wide-only">Find</span><${Keys} of="Ctrl+k" /></button>
      <button type="button" class="icon-button" aria-label="Show every key" title="Keys  ?" onClick=${() => (overlay.value = 'keys')}><${Icon} name="question" /></button><//>
    <nav class="views" aria-label="Views">${Object.entries(TITLES).map(([id, title], i) => html`<a href="#${id}" aria-current=${view.value === id ? 'page' : null}>${title}${id === 'versions' && waiting ? html`<span class="badge">${waiting}</span>` : null}<${Keys} of=${String(i + 1)} /></a>`)}</nav>
    <main class="view-body"><${Body} /></main><${Toasts} />
    ${overlay.value === 'palette' ? html`<${Palette} onClose=${close} things=${[]} />` : null}
    ${overlay.value === 'keys' ? html`<${KeySheet} onClose=${close} />` : null}</div>`;
}

function Body() {
  if (problem.value && !policies.value) return html`<div class="page-column"><${ErrorNote} onRetry=${load}>${problem.value}<//></div>`;
  if (!policies.value) return html`<${Skeleton} lines=${8} label="Loading the rules" />`;
  return html`<${VIEWS[view.value]} />`;
}

register([
  ...Object.entries(TITLES).map(([id, title], i) => ({ id: `view-${id}`, group: 'Views', title: `Show ${title.toLowerCase()}`, key: String(i + 1), run: () => show(/** @type {any} */ (id)) })),
  { id: 'palette', group: 'The page', title: 'Find anything', key: 'Ctrl+k', whileTyping: true, hidden: true, run: () => (overlay.value = 'palette') },
  { id: 'keys', group: 'The page', title: 'Show every key', key: '?', run: () => (overlay.value = 'keys') },
  { id: 'theme', group: 'The page', title: 'Change the theme', key: 't', run: nextTheme },
]);

render(html`<${Policies} />`, /** @type {Element} */ (document.getElementById('page')));
signedIn().then((answer) => ((me.value = answer.staff), load()), (error) => (failed.value = error.message));
