// @ts-check
// What became of a proposed action? A card: what, for how much, the verdict in a word, and why one click away.
import { clock, humanise, moneyText } from '../format.js';
import { html, useState } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { Ago, At, CopyId, MachineSign, Mark, Pairs } from '../ui/parts.js';
import { Explained } from './explained.js';
import { WaitsForMe } from './todo.js';
import { hasTable, inline, isRecord, Value } from './values.js';
import { metWords, nameOf, remedyWords, stateOf, waitsForWords } from './words.js';

/** States in which a reason says something that the line of remedies does not. */
const OVER = new Set(['denied', 'declined', 'rejected', 'expired', 'failed', 'unknown', 'countered', 'discarded', 'withdrawn']);
/** What a judgement keeps beside the facts that people ask for. */
const NOT_SHOWN = new Set(['met', 'args', 'type', 'exists', 'id']);

/** @param {{entry: any, rowEnd?: ((row: any, list: string) => any) | null}} props */
export function ActionCard({ entry, rowEnd = null }) {
  const state = stateOf(entry.state);
  const machine = entry.by?.kind === 'virtual_agent' || entry.by?.kind === 'external_agent';
  const quiet = entry.state === 'succeeded' && !entry.amount;
  return html`<article class="action-card ${machine ? 'by-machine' : ''} ${entry.state}" aria-label="Action: ${entry.title}, ${state.word}">
    <header class="action-head">
      <span class="action-title">${entry.title}</span>
      ${entry.amount ? html`<span class="action-amount num">${moneyText(entry.amount)}</span>` : null}
      <${Mark} tone=${quiet ? 'plain' : state.tone} icon=${state.icon}>${state.word}<//>
    </header>
    ${entry.says && entry.says !== entry.title ? html`<p class="action-says">${entry.says}</p>` : null}
    ${entry.counters ? html`<p class="note"><${Icon} name="back" size=${14} /> Counter-offer${entry.was ? html` instead of <s class="num">${entry.was}</s>` : null}</p>` : null}
    <${Sends} lines=${entry.sends} />
    <${Waiting} entry=${entry} />
    ${rowEnd ? html`<${WaitsForMe} entry=${entry} />` : entry.question ? html`<p class="note"><${Icon} name="question" size=${14} /> ${entry.question.by ? `${entry.question.by} asks back` : 'Asked back'}: ${entry.question.text}</p>` : null}
    ${entry.overridden?.length ? html`<p class="note"><${Icon} name="shield" size=${14} /> Overridden by two people: ${entry.overridden.join(', ')}</p>` : null}
    ${entry.reason && OVER.has(entry.state) ? html`<p class="action-reason">${entry.reason}${entry.file_reason ? html`<span class="file-reason">For the file: ${entry.file_reason}</span>` : null}</p>` : null}
    ${entry.result && entry.state === 'succeeded' ? html`<details class="result" open=${(rowEnd && hasTable(entry.result)) || null}>
      <summary>Result</summary><${Value} value=${entry.result} rowEnd=${rowEnd} /></details>` : null}
    <footer class="action-foot">
      ${machine ? html`<span class="note">Proposed by <${MachineSign} name=${nameOf(entry.by)} /></span>` : html`<span class="note">Proposed by ${nameOf(entry.by)}</span>`}
      <${Why} entry=${entry} />
    </footer></article>`;
}

/** Every word that goes out, before somebody sends it. @param {{lines: any[] | undefined}} props */
export function Sends({ lines }) {
  if (!lines?.length) return null;
  return html`<dl class="sends" aria-label="Goes out exactly so">${lines.map((line) => html`<div key=${line.label}><dt>${line.label}</dt><dd dir="auto">${inline(line.value)}</dd></div>`)}</dl>`;
}

/** What is still missing and from whom, and what was met. @param {{entry: any}} props */
function Waiting({ entry }) {
  const met = entry.met ?? [];
  const needs = entry.state === 'needs' ? entry.needs ?? [] : [];
  if (!met.length && !needs.length) return null;
  return html`<ul class="remedies">
    ${met.map((/** @type {any} */ one) => html`<li class="met"><${Icon} name="check" size=${14} />${metWords(one.remedy)}
      ${one.by ? html` by ${nameOf(one.by)}` : null} <span class="note"><${At} at=${one.at} /></span></li>`)}
    ${needs.map((/** @type {any} */ one, /** @type {number} */ i) => html`<li class=${i === 0 ? 'waiting' : 'later'}><${Icon} name="clock" size=${14} />
      ${i === 0
        ? html`<span>Waits for <strong>${waitsForWords(one.from)}</strong>: ${remedyWords(one.remedy)} <span class="note">${one.until ? html`until <${At} at=${one.until} />` : html`since <${Ago} at=${one.since} />`}</span></span>`
        : html`<span>then ${waitsForWords(one.from)}: ${remedyWords(one.remedy)}</span>`}</li>`)}</ul>`;
}

/** The facts of a judgement in one list: those that come in groups (resource, ledger, …) are taken out of them. @param {Record<string, any>} facts @returns {Array<[string, any]>} */
function flatFacts(facts) {
  return Object.entries(facts).filter(([name]) => !NOT_SHOWN.has(name)).flatMap(([name, value]) => {
    if (!isRecord(value) || typeof value.name === 'string' || typeof value.label === 'string') return [/** @type {[string, any]} */ ([name, value])];
    return Object.entries(value).filter(([inner]) => !NOT_SHOWN.has(inner));
  });
}

/** The rules, the facts and the policy version behind a verdict. @param {{entry: any, open?: boolean}} props */
export function Why({ entry, open = false }) {
  const [opened, setOpened] = useState(open);
  const rulings = entry.rulings ?? [];
  const facts = flatFacts(entry.facts ?? {});
  if (!rulings.length && !facts.length && !entry.policy) return null;
  return html`<details class="why" open=${open || null} onToggle=${(/** @type {any} */ event) => event.target.open && setOpened(true)}><summary>Why?</summary>
    <div class="why-body">${opened ? html`<${Explained} proposal=${entry.id ?? entry.proposal} />` : null}
      ${rulings.length
        ? html`<h4>Rules that decided</h4><ul class="rulings">${rulings.map((/** @type {any} */ ruling) => html`<li><span>${ruling.reason || 'No rule permits this.'}</span><${CopyId} id=${ruling.rule} label="rule" /></li>`)}</ul>`
        : html`<p>No rule stood in the way.</p>`}
      ${facts.length ? html`<h4>Judged on</h4><${Pairs} rows=${facts.map(([name, value]) => ({ label: humanise(name), value: inline(value) }))} />` : null}
      <h4>On record</h4><${Pairs} rows=${[
        entry.policy && { label: 'Policy version', value: html`<${CopyId} id=${entry.policy} label="policy version" />` },
        { label: 'Proposal', value: html`<${CopyId} id=${entry.id ?? entry.proposal} label="proposal" />` },
        entry.at && { label: 'Proposed', value: clock(entry.at) },
      ].filter(Boolean)} />
    </div></details>`;
}
