// @ts-check
// A journey in words: its steps as a nested list, and everything about the step that is looked at.
import { count, humanise } from '../format.js';
import { html } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { Empty, Pairs } from '../ui/parts.js';
import { counts } from './layout.js';
import { journey, toggle, unfolded } from './state.js';
import { armWord, capital, kindOf, placeOf, share, stood } from './words.js';

/** @param {{path: string, nodeKey: string}} props */
export function Details({ path, nodeKey }) {
  const step = journey.value.steps[path];
  if (!step) return html`<aside class="step-details card"><${Empty} title="No step is chosen" /></aside>`;
  const [word, icon] = kindOf(step.kind);
  const own = step.arms.filter((/** @type {any} */ arm) => !arm.default && !['then', 'else'].includes(arm.name));
  const defaults = step.arms.filter((/** @type {any} */ arm) => arm.default);
  return html`<aside class="step-details card" aria-label="The chosen step">
    <p class="note"><${Icon} name=${icon} size=${14} /> ${capital(placeOf(path))}</p>
    <h2>${word} ${step.kind === 'say' ? '' : html`<code>${step.text}</code>`}</h2>
    ${step.hears ? html`<blockquote class="hears" dir="auto">${step.hears}</blockquote>` : null}
    ${Object.entries(step.to).map(([profile, words]) => html`<p class="note" key=${profile}>To the profile <strong>${humanise(profile).toLowerCase()}</strong></p><blockquote class="hears" dir="auto">${words}</blockquote>`)}
    ${counts(step.kind) ? html`<${Numbers} path=${path} />` : html`<p class="note">${step.kind === 'end' ? html`<${Ended} outcome=${step.text} />` : 'No run waits at this step, so none is counted here.'}</p>`}
    ${own.length ? html`<h3>Its own branches</h3><p>${own.map((/** @type {any} */ arm) => armWord(arm.name)).join(', ')}</p>` : null}
    ${defaults.length ? html`<h3>As everywhere</h3><p>${defaults.map((/** @type {any} */ arm) => armWord(arm.name)).join(', ')}</p>
      <button type="button" class="button small" aria-pressed=${unfolded.value.has(nodeKey)} onClick=${() => toggle(nodeKey)}>${unfolded.value.has(nodeKey) ? 'Fold them' : 'Show them in the picture'}</button>` : null}</aside>`;
}

/** How many steps end with that outcome: it is not recorded at which of them a run did. @param {string} outcome */
export const endsCalled = (outcome) => Object.values(journey.value.steps).filter((/** @type {any} */ one) => one.kind === 'end' && one.text === outcome).length;

/** @param {{outcome: string}} props */
function Ended({ outcome }) {
  const times = journey.value.traffic.outcomes[outcome] ?? 0;
  const same = endsCalled(outcome);
  return html`${count(times, 'run')} ended so in this time${same > 1 ? `, at one of ${same} steps of that name` : ''}.`;
}

/** @param {{path: string}} props */
function Numbers({ path }) {
  const seen = journey.value.traffic.steps[path] ?? { waiting: 0, reached: 0, left: 0, median_s: null };
  return html`<${Pairs} rows=${[
    { label: 'Wait here now', value: html`<span class="num">${count(seen.waiting, 'run')}</span>` },
    { label: 'Came to it', value: html`<span class="num">${count(seen.reached, 'run')}</span>` },
    { label: 'Left here', value: html`<span class="num">${count(seen.left, 'run')}${share(seen.left, seen.reached)}</span>` },
    { label: 'Stood here', value: html`<span class="num">${stood(seen.median_s)}</span>`, note: seen.median_s === null ? '' : 'median of those that went on' },
  ]} />`;
}

/** The whole journey as a nested list. */
export function Outline() {
  return html`<div class="page-column"><section class="card outline"><h2>Steps in order</h2><p class="note card-note">The same as the picture: each step with its branches beneath it.</p>
    <${Block} steps=${journey.value.first} at="" /></section></div>`;
}

/** @param {{steps: string[], at: string}} props */
function Block({ steps, at }) {
  return html`<ol class="outline-block">${steps.map((path) => html`<${Line} key=${path} path=${path} at=${`${at}/${path}`} />`)}</ol>`;
}

/** @param {{path: string, at: string}} props */
function Line({ path, at }) {
  const step = journey.value.steps[path];
  const [word, icon] = kindOf(step.kind);
  const seen = journey.value.traffic.steps[path];
  const own = step.arms.filter((/** @type {any} */ arm) => !arm.default);
  const defaults = step.arms.filter((/** @type {any} */ arm) => arm.default);
  const text = step.kind === 'say' ? step.text : html`<code>${step.text}</code>`;
  return html`<li><p><${Icon} name=${icon} size=${14} /> <strong>${word}</strong> ${text}${step.hears && step.kind !== 'say' ? html` <span class="note">“${step.hears}”</span>` : null}${Object.entries(step.to).map(([profile, words]) => html` <span class="note" key=${profile}>${humanise(profile).toLowerCase()}: “${words}”</span>`)}
      ${seen ? html` <span class="note num">${[seen.waiting && `${seen.waiting} now`, `${seen.reached} came`, seen.left && `${seen.left} left${share(seen.left, seen.reached)}`, seen.median_s !== null && stood(seen.median_s)].filter(Boolean).join(' · ')}</span>` : null}</p>
    ${own.map((/** @type {any} */ arm) => html`<div class="outline-arm" key=${arm.name}><p class="outline-name">${armWord(arm.name)}${arm.waits ? ' (goes on waiting)' : ''}</p><${Block} steps=${arm.steps} at=${`${at}/${arm.name}`} /></div>`)}
    ${defaults.length ? html`<div class="outline-arm"><button type="button" class="button small quiet" aria-expanded=${unfolded.value.has(at)} onClick=${() => toggle(at)}>${unfolded.value.has(at) ? 'Fold' : 'Show'} ${count(defaults.length, 'default branch', 'default branches')}</button>
      ${unfolded.value.has(at) ? defaults.map((/** @type {any} */ arm) => html`<div class="outline-arm" key=${arm.name}><p class="outline-name">${armWord(arm.name)}${arm.waits ? ' (goes on waiting)' : ''}</p><${Block} steps=${arm.steps} at=${`${at}/${arm.name}`} /></div>`) : null}</div>` : null}</li>`;
}
