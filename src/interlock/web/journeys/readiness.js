// @ts-check
// May this journey go live? What is missing and who signed it off first; then what it calls, and what happens when that fails.
import { count } from '../format.js';
import { html } from '../lib.js';
import { remedyWords } from '../transcript/words.js';
import { Icon } from '../ui/icons.js';
import { CopyId, Empty, Mark, Pairs } from '../ui/parts.js';
import { readiness } from './state.js';
import { armWord, capital, kindOf, placeOf, toneOf } from './words.js';

export function Readiness() {
  const found = readiness.value;
  return html`<div class="page-column readiness">
    <div class="readiness-first"><section class="card" aria-label="Missing"><h2>Missing</h2>${found.missing.length ? html`<ul class="missing">${found.missing.map((/** @type {any} */ one, /** @type {number} */ i) => html`<${Missing} key=${i} one=${one} />`)}</ul>` : html`<${Empty} icon="check" title="Nothing is missing" />`}</section>
      <${SignOffs} found=${found} /></div>
    <section class="card" aria-label="Actions"><h2>${count(found.calls.length, 'action')} on the way</h2>${found.calls.length ? html`<ul class="calls">${found.calls.map((/** @type {any} */ call) => html`<${Call} key=${call.path} call=${call} />`)}</ul>` : html`<p class="note">It calls nothing.</p>`}
      ${found.parts.map((/** @type {any} */ part) => html`<p key=${part.journey}>It runs <a href="/journeys/${encodeURIComponent(part.journey)}#readiness">${part.journey}</a>: <${Word} of=${part.verdict} /></p>`)}</section>
    <section class="card" aria-label="Systems"><h2>Systems behind it</h2>${found.systems.length ? found.systems.map((/** @type {any} */ one) => html`<${System} key=${one.connector} system=${one} />`) : html`<p class="note">None.</p>`}</section>
    <section class="card" aria-label="When a step does not succeed"><h2>When a step does not succeed</h2>${found.failures.map((/** @type {any} */ one) => html`<${Failure} key=${one.path} failure=${one} />`)}</section></div>`;
}

/** @param {{of: string}} props */
function Word({ of }) {
  const [tone, icon] = toneOf(of);
  return html`<${Mark} tone=${tone} icon=${icon}>${capital(of)}<//>`;
}

/** @param {{one: any}} props */
function Missing({ one }) {
  return html`<li><${Word} of=${one.level} /><div><p>${one.text}</p><p class="note">${capital(one.mend)}.</p></div></li>`;
}

/** @param {{found: any}} props */
function SignOffs({ found }) {
  return html`<section class="card" aria-label="Signed off"><h2>Signed off</h2><p class="note card-note">Version <${CopyId} id=${found.version} label="version" /> A change of its file makes another one.</p>
    <ul class="signoffs">${found.signoffs.map((/** @type {any} */ one) => html`<li key=${one.role}><p><strong>${one.role === 'it' ? 'IT' : 'The business'}</strong> <${Word} of=${one.standing} /></p>
      ${one.who ? html`<p class="note">${one.who}, ${one.date}${one.standing === 'outdated' ? `, as ${one.version}` : ''}</p>` : null}
      ${one.standing === 'signed' ? null : html`<p class="note">In signoffs.yaml:</p><pre class="source" tabindex="0">${`- { journey: ${found.journey}, role: ${one.role}, who: …,\n    date: …, version: ${found.version} }`}</pre>`}</li>`)}</ul></section>`;
}

/** @param {{call: any}} props */
function Call({ call }) {
  const { action } = call;
  const asks = action.demands.filter((/** @type {any} */ one) => one.always), may = action.demands.filter((/** @type {any} */ one) => !one.always);
  return html`<li><header><strong>${action.title}</strong> <${Word} of=${action.verdict} />${action.effect === 'read' ? html`<${Mark}>Reads<//>` : html`<${Mark} icon="bolt">Changes something<//>`}<${Mark} tone=${action.risk === 'high' ? 'bad' : 'plain'} icon=${action.risk === 'high' ? 'alert' : null}>${capital(action.risk)} risk<//></header>
    <p class="note">${capital(placeOf(call.path))} · <code>${action.action}</code></p><p>${action.why.join(' ')}</p>
    <${Pairs} rows=${[
      { label: 'Identity', value: `${call.level ? `Level ${call.level}, established by ${call.verified.map((/** @type {any} */ one) => `${placeOf(one.path)} (${one.by})`).join(', ')}` : 'Nobody is established on the way'}${call.demanded ? `; rules look for level ${call.demanded}` : ''}` },
      asks.length && { label: 'Always asked for', value: html`<${Demands} demands=${asks} />` },
      may.length && { label: 'In some cases', value: html`<${Demands} demands=${may} />` },
      action.limits.length && { label: 'Limits', value: html`<ul>${action.limits.map((/** @type {any} */ one) => html`<li key=${one.ledger}>${one.title || one.ledger} <span class="note">${one.rules.length ? one.rules.join(', ') : 'counted only'}</span></li>`)}</ul>` },
      action.effect === 'execute' && { label: 'If an answer is lost', value: [action.idempotency ? `tried again with the same key (${action.idempotency})` : 'never tried again', action.lookup ? `looked up by ${action.lookup}` : 'no look-up', action.undo ? `taken back by ${action.undo}` : 'nothing takes it back'].join(' · ') },
      { label: 'Permitted by', value: action.grants.join(', ') || 'no rule' },
    ].filter(Boolean)} /></li>`;
}

/** @param {{demands: any[]}} props */
function Demands({ demands }) {
  return html`<ul>${demands.map((one) => html`<li key=${one.rule}>${capital(one.remedy ? remedyWords(one.remedy) : `level ${one.level}`)}: ${one.reason} <span class="note">${one.rule}</span></li>`)}</ul>`;
}

/** @param {{system: any}} props */
function System({ system }) {
  return html`<div class="system"><p><strong>${system.title}</strong> <code>${system.connector}</code> ${system.health ? html`<${Mark} tone="good" icon="check">Health check ${system.health}<//>` : html`<${Mark} tone="warn" icon="alert">No health check<//>`}</p>
    <table class="table compact stacks"><thead><tr><th scope="col">Operation</th><th scope="col"></th><th scope="col">What for</th></tr></thead><tbody>${system.operations.map((/** @type {any} */ one) => html`<tr key=${one.operation + one.effect}><td><code>${one.operation}</code></td><td data-of="Effect">${one.effect === 'write' ? html`<${Mark} icon="bolt">Writes<//>` : 'Reads'}</td><td data-of="What for">${capital(one.why.join(', '))}</td></tr>`)}</tbody></table>
    <p class="note"><${Icon} name="shield" size=${14} /> Its breaker ${system.breaker}. Looked after by ${system.owner}.</p></div>`;
}

/** @param {{failure: any}} props */
function Failure({ failure }) {
  const [word, icon] = kindOf(failure.step);
  const own = failure.branches.filter((/** @type {any} */ one) => !one.default), rest = failure.branches.length - own.length;
  return html`<details class="failure" open=${own.length > 0}><summary><${Icon} name=${icon} size=${14} /> <strong>${word} <code>${failure.text}</code></strong> <span class="note">${placeOf(failure.path)} · ${own.length ? `${own.length} of its own, ` : ''}${rest} as everywhere</span></summary>
    <table class="table compact stacks"><thead><tr><th scope="col">When it is</th><th scope="col">The customer hears</th><th scope="col">And then</th></tr></thead><tbody>
    ${failure.branches.map((/** @type {any} */ one) => html`<tr key=${one.name}><td>${capital(armWord(one.name))}${one.default ? html` <span class="note">default</span>` : null}</td><td data-of="The customer hears" dir="auto">${one.says.join(' ') || html`<span class="none">nothing</span>`}</td><td data-of="And then">${one.ends.join(', ') || html`<span class="none">nobody wrote it</span>`}</td></tr>`)}</tbody></table></details>`;
}
