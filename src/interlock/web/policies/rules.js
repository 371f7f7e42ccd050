// @ts-check
// What does each rule say, to whom does it belong, how often did it decide; and what would those in shadow change?
import { count, humanise } from '../format.js';
import { html, useState } from '../lib.js';
import { remedyWords } from '../transcript/words.js';
import { Icon } from '../ui/icons.js';
import { At, CopyId, Empty, Mark, Pairs } from '../ui/parts.js';
import { FlipTable, moneyList } from './flips.js';
import { policies, show, wanted } from './state.js';

export function Rules() {
  const [action, setAction] = useState('');
  const [find, setFind] = useState('');
  const document = policies.value;
  const text = find.trim().toLowerCase();
  const fits = (/** @type {any} */ rule) => (!action || !rule.actions || rule.actions.includes(action)) && (!text || `${rule.rule} ${rule.reason} ${rule.customer_reason} ${rule.owner}`.toLowerCase().includes(text));
  const found = document.rules.filter(fits);
  return html`<div class="page-column">
    <${Shadow} />
    <div class="rule-filter">
      <label><span class="visually-hidden">Action</span><select value=${action} onChange=${(/** @type {any} */ event) => setAction(event.target.value)}>
        <option value="">All actions</option>${document.actions.map((/** @type {any} */ one) => html`<option value=${one.action} key=${one.action}>${one.title}</option>`)}</select></label>
      <label class="rule-find"><span class="visually-hidden">Find a rule</span><input type="search" placeholder="Find by name, reason or owner" value=${find} onInput=${(/** @type {any} */ event) => setFind(event.target.value)} /></label>
      <p class="note num">${count(found.length, 'rule')} · ${count(document.judgements, 'judgement')} in 30 days</p></div>
    ${found.length
      ? html`<ul class="rules" aria-label="Rules">${found.map((/** @type {any} */ rule) => html`<${RuleRow} key=${rule.rule} rule=${rule} />`)}</ul>`
      : html`<${Empty} icon="search" title="No rule fits">Try another word, or all actions.<//>`}</div>`;
}

/** @param {string} action */
const titleOf = (action) => policies.value.actions.find((/** @type {any} */ one) => one.action === action)?.title.toLowerCase() ?? action;

/** What it does, in a word. @param {any} rule @returns {[string, string, any]} */
function effectOf(rule) {
  if (rule.expired) return ['Has ended', 'plain', 'clock'];
  if (rule.effect === 'permit') return ['Grants', 'good', 'check'];
  if (rule.remedy) return [`Asks for ${remedyWords(rule.remedy)}`, 'warn', 'clock'];
  return ['Denies', 'bad', 'stop'];
}

/** @param {{rule: any}} props */
function RuleRow({ rule }) {
  const [word, tone, icon] = effectOf(rule);
  const says = rule.reason || `${rule.roles.map(humanise).join(', ') || 'Everybody'} may: ${(rule.actions ?? ['everything']).map(titleOf).join(', ')}`;
  return html`<li><details class="rule"><summary>
    <span class="rule-says"><strong>${says}</strong><span class="note"><code>${rule.rule}</code>${rule.owner ? ` · ${rule.owner}` : ''}${rule.generated ? ' · generated' : ''}</span></span>
    <span class="rule-marks"><${Mark} tone=${tone} icon=${icon}>${word}<//>${rule.mode === 'shadow' ? html`<${Mark}>In shadow<//>` : null}${rule.severity === 'high' ? html`<${Mark} tone="bad" icon="alert">High<//>` : null}</span>
    <span class="rule-use num">${rule.decided ? html`${rule.decided}×<span class="note">last <${At} at=${rule.last} /></span>` : html`<span class="note">not in 30 days</span>`}</span></summary>
    <div class="rule-body">
      <${Pairs} rows=${[
        rule.customer_reason && { label: 'Customer hears', value: rule.customer_reason },
        rule.remedy && { label: 'Cured by', value: `${remedyWords(rule.remedy)}${rule.remedy.startsWith('approve:') ? ` of a ${rule.remedy.slice(8)}` : ''}` },
        { label: 'Actions', value: rule.actions ? rule.actions.join(', ') : 'all' },
        rule.overridable && { label: 'Overridable by', value: rule.overridable },
        rule.expires && { label: 'Last day', value: rule.expires },
        { label: 'Name', value: html`<${CopyId} id=${rule.rule} label="rule" />` },
        { label: 'Written in', value: rule.generated ? 'generated from the risk of the action' : `${rule.file}, line ${rule.line}` },
      ].filter(Boolean)} />
      <pre class="source" tabindex="0">${rule.text}</pre>
      ${rule.numbers.length ? html`<p><button type="button" class="button small" onClick=${() => tryNumber(rule)}><${Icon} name="back" size=${14} />Try another number on the past</button></p>` : null}</div></details></li>`;
}

/** @param {any} rule */
function tryNumber(rule) {
  wanted.value = { ...wanted.value, rule: rule.rule, was: String(rule.numbers[0]), now: '', release: '' };
  show('replay');
}

/** What rules in shadow would have changed; nothing where none is in shadow. */
function Shadow() {
  const shadow = policies.value.shadow;
  if (!shadow.length) return null;
  return html`<section class="card"><h2>In shadow: what would they change?</h2><ul class="shadow">${shadow.map((/** @type {any} */ one) => html`<li key=${one.rule}>
    <p><strong><code>${one.rule}</code></strong> ${one.flipped.proposals
      ? html`would have changed ${count(one.flipped.proposals, 'decision')} for ${count(one.flipped.customers, 'customer')}: ${moneyList(one.flipped.money)}`
      : `fired on ${count(one.fired, 'proposal')} and would have changed none`} <span class="note">in 30 days</span></p>
    ${Object.entries(one.errors).map(([why, times]) => html`<p class="field-error"><${Icon} name="alert" size=${14} /> Could not be evaluated ${count(/** @type {number} */ (times), 'time')}: ${why}</p>`)}
    ${one.flipped.proposals ? html`<details><summary class="note">Which decisions</summary><${FlipTable} flips=${one.flipped.flips} total=${one.flipped.proposals} /></details>` : null}</li>`)}</ul></section>`;
}
