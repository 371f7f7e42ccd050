// @ts-check
// The journeys: all of them with their runs and readiness, or one drawn step by step as it is walked now.
import { signedIn } from '../api.js';
import { now } from '../clock.js';
import { count, duration } from '../format.js';
import { register } from '../keys.js';
import { html, render, signal, useErrorBoundary } from '../lib.js';
import { nextTheme, TopBar } from '../ui/frame.js';
import { Icon } from '../ui/icons.js';
import { KeySheet, Palette } from '../ui/palette.js';
import { Empty, ErrorNote, Keys, Mark, Skeleton } from '../ui/parts.js';
import { Toasts } from '../ui/toasts.js';
import { Changes, Compare } from './changes.js';
import { List, Outcomes } from './list.js';
import { Outline } from './outline.js';
import { Picture } from './picture.js';
import { Readiness } from './readiness.js';
import { choose, follow, journey, journeyName, journeys, load, me, overlay, problem, readAt, readiness, show, SPANS, TITLES, view, within } from './state.js';
import { Trying } from './trying.js';
import { capital, toneOf } from './words.js';

const failed = signal('');
const VIEWS = { picture: Picture, list: Outline, readiness: Readiness, change: Trying };

function Page() {
  const [error, reset] = useErrorBoundary((fault) => console.error(fault));
  if (error) return html`<div class="page-state"><${Empty} icon="alert" title="This page has a fault"><p>${String(error.message ?? error)}</p><button type="button" class="button" onClick=${reset}>Show it again</button><//></div>`;
  if (failed.value) return html`<div class="page-state"><${Empty} icon="alert" title="The page cannot be opened"><p>${failed.value}</p><button type="button" class="button" onClick=${() => location.reload()}>Try again</button><//></div>`;
  const close = () => (overlay.value = '');
  const staff = me.value ?? { name: '', roles: ['supervisor'] };
  return html`<div class="app">
    <${TopBar} page="journeys" roles=${staff.roles} name=${staff.name}>
      <button type="button" class="button quiet find" onClick=${() => (overlay.value = 'palette')}><${Icon} name="search" /><span class="wide-only">Find</span><${Keys} of="Ctrl+k" /></button>
      <button type="button" class="icon-button" aria-label="Show every key" title="Keys  ?" onClick=${() => (overlay.value = 'keys')}><${Icon} name="question" /></button><//>
    ${journeyName ? html`<${Head} />` : null}
    <main class="view-body ${journeyName && view.value === 'picture' ? 'flush' : ''}"><${Body} /></main><${Toasts} />
    ${overlay.value === 'palette' ? html`<${Palette} onClose=${close} things=${things()} />` : null}
    ${overlay.value === 'keys' ? html`<${KeySheet} onClose=${close} />` : null}</div>`;
}

/** What this journey is, how it stands, and the views of it. */
function Head() {
  const one = journey.value;
  const [tone, icon] = toneOf(readiness.value?.verdict ?? '');
  return html`<header class="journey-head">
    <div class="journey-title"><a href="/journeys" class="back-link" title="All journeys"><${Icon} name="book" size=${14} />Journeys</a><h1>${one?.title ?? journeyName}</h1>
      ${readiness.value ? html`<a class="plain-link" href="#readiness"><${Mark} tone=${tone} icon=${icon}>${capital(readiness.value.verdict)}<//></a>` : null}</div>
    ${one ? html`<div class="journey-now"><p><strong class="num">${one.traffic.live}</strong> under way · <strong class="num">${one.traffic.began}</strong> began in</p>
      <div class="spans" role="group" aria-label="Time that is counted">${Object.entries(SPANS).map(([id, title]) => html`<button type="button" key=${id} class="button small ${within.value === id ? '' : 'quiet'}" aria-pressed=${within.value === id} onClick=${() => choose(id)}>${title}</button>`)}</div>
      <${Outcomes} ended=${one.traffic} />
      ${one.earlier.began || one.earlier.live ? html`<p class="note">${count(one.earlier.began, 'run')} of other versions of this journey are not counted at its steps.</p>` : null}</div>` : null}
    <nav class="views" aria-label="Views">${Object.entries(TITLES).map(([id, title], i) => html`<a key=${id} href="#${id}" aria-current=${view.value === id ? 'page' : null}>${title}<${Keys} of=${String(i + 1)} /></a>`)}<${Compare} /></nav></header>`;
}

function Body() {
  const there = journeyName ? journey.value && readiness.value : journeys.value;
  if (!there && problem.value) return html`<div class="page-column"><${ErrorNote} onRetry=${load}>${problem.value}<//></div>`;
  if (!there) return html`<${Skeleton} lines=${8} label=${journeyName ? 'Loading the journey' : 'Loading the journeys'} />`;
  return html`${problem.value ? html`<${Stale} />` : null}${journeyName && (view.value === 'picture' || view.value === 'list') ? html`<${Changes} />` : null}<${journeyName ? VIEWS[view.value] : List} />`;
}

/** What is shown could not be read anew. */
function Stale() {
  const seconds = Math.max(0, (now.value - readAt.value) / 1000);
  return html`<div class="banner warn" role="alert"><${Icon} name="alert" /><span><strong>Not up to date.</strong> What you see is ${duration(seconds)} old. ${problem.value}</span>
    <button type="button" class="button small" onClick=${load}>Try again</button></div>`;
}

const things = () => (journeys.value ?? []).map((one) => ({ id: one.journey, title: one.title, group: 'Journeys', run: () => location.assign(`/journeys/${encodeURIComponent(one.journey)}`) }));

register([
  ...(journeyName ? Object.entries(TITLES).map(([id, title], i) => ({ id: `view-${id}`, group: 'Views', title: `Show ${title.toLowerCase()}`, key: String(i + 1), run: () => show(/** @type {any} */ (id)) })) : []),
  ...(journeyName ? Object.entries(SPANS).map(([id, title]) => ({ id: `span-${id}`, group: 'Time', title: `Count the last ${title}`, run: () => choose(id) })) : []),
  { id: 'all', group: 'The page', title: 'All journeys', run: () => location.assign('/journeys') },
  { id: 'palette', group: 'The page', title: 'Find anything', key: 'Ctrl+k', whileTyping: true, hidden: true, run: () => (overlay.value = 'palette') },
  { id: 'keys', group: 'The page', title: 'Show every key', key: '?', run: () => (overlay.value = 'keys') },
  { id: 'theme', group: 'The page', title: 'Change the theme', key: 't', run: nextTheme },
]);

render(html`<${Page} />`, /** @type {Element} */ (document.getElementById('page')));
signedIn().then((answer) => ((me.value = answer.staff), load().then(follow)), (error) => (failed.value = error.message));
