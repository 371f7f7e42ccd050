// @ts-check
// Why was it judged so? What the customer is told, what the agent can do, and the derivation for whoever may read the log.
import { get } from '../api.js';
import { duration } from '../format.js';
import { html, useEffect, useState } from '../lib.js';
import { At, CopyId, ErrorNote, Skeleton } from '../ui/parts.js';
import { inline } from './values.js';
import { metWords, nameOf } from './words.js';

const VERDICTS = /** @type {Record<string, string>} */ ({ allowed: 'Allowed', needs: 'Not yet', denied: 'Denied' });

/** Read when it is shown. @param {{proposal: string}} props */
export function Explained({ proposal }) {
  const [found, setFound] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState('');
  const read = () => void (setProblem(''), get(`/v1/proposals/${proposal}/why`).then(setFound, (error) => setProblem(error.message)));
  useEffect(read, [proposal]);
  if (problem) return html`<${ErrorNote} onRetry=${read}>${problem}<//>`;
  if (!found) return html`<${Skeleton} lines=${2} label="Loading why" />`;
  return html`<div class="explained">
    ${found.customer ? html`<h4>The customer is told</h4><p>${found.customer}</p>` : null}
    ${found.agent ? html`<h4>For you</h4><p>${found.agent.says}</p>${found.agent.missing.length > 1 ? html`<ol>${found.agent.missing.map((/** @type {any} */ one) => html`<li key=${one.remedy}>${one.do}</li>`)}</ol>` : null}` : null}
    ${found.judgements?.length ? html`<details class="derivation"><summary>Full derivation <span class="note num">${found.judgements.length}</span></summary><${Derivation} judgements=${found.judgements} /></details>` : null}</div>`;
}

/** The same, folded until it is asked for. @param {{proposal: string}} props */
export function WhyFolded({ proposal }) {
  const [opened, setOpened] = useState(false);
  return html`<details class="why" onToggle=${(/** @type {any} */ event) => event.target.open && setOpened(true)}><summary>Why?</summary><div class="why-body">${opened ? html`<${Explained} proposal=${proposal} />` : null}</div></details>`;
}

/** Every judgement with its rules, what they looked at, and what was held. @param {{judgements: any[]}} props */
export function Derivation({ judgements }) {
  return judgements.map((one, i) => html`<${Judgement} key=${i} one=${one} />`);
}

/** @param {{one: any}} props */
function Judgement({ one }) {
  return html`<section><h4>${VERDICTS[one.verdict]} <span class="note"><${At} at=${one.at} /> · version <${CopyId} id=${one.release} label="version" /> · proposed by ${nameOf(one.by)}</span></h4>
    ${one.release_at_hand ? null : html`<p class="note">That version cannot be read any more; this is what was recorded.</p>`}
    <ul class="rulings">${one.rules.map((/** @type {any} */ rule) => html`<li key=${rule.rule}><span>${rule.reason || 'Grants it.'}${rule.looked_at.length ? html`<span class="looked-at">${rule.looked_at.map((/** @type {any} */ value) => html`<span key=${value.path}><code>${value.path.replace(/^context\./, '')}</code> ${inline(value.value)} <span class="note">${value.source}${value.age_s ? `, ${duration(value.age_s)} before` : ''}</span></span>`)}</span>` : null}</span><${CopyId} id=${rule.rule} label="rule" /></li>`)}</ul>
    ${one.risk?.signals.length ? html`<p class="note">Risk ${one.risk.score}: ${one.risk.signals.map((/** @type {any} */ each) => `${each.title}${each.weight ? ` (${each.weight})` : ''}`).join(' · ')}</p>` : null}
    ${one.met.length ? html`<p class="note">${one.met.map((/** @type {any} */ met) => `${metWords(met.remedy)} by ${nameOf(met.kind === 'customer' ? 'customer' : met.by)}`).join(' · ')}</p>` : null}
    ${one.reservations.map((/** @type {any} */ held) => html`<p class="note" key=${held.ledger}>Held in “${held.title || held.ledger}”: ${inline(held.amount)}</p>`)}
    ${one.shadow.length ? html`<p class="note">In shadow, these would have decided otherwise: ${one.shadow.join(', ')}</p>` : null}
    ${one.shadow_errors.map((/** @type {string} */ each) => html`<p class="field-error" key=${each}>In shadow and not evaluated: ${each}</p>`)}</section>`;
}
