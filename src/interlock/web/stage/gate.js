// @ts-check
// What does the gate say? Every proposal in words, its verdict, the rules that decided, what is missing, and why.
import { moneyText } from '../format.js';
import { html } from '../lib.js';
import { WhyFolded } from '../transcript/explained.js';
import { metWords, nameOf, remedyWords, stateOf, waitsForWords } from '../transcript/words.js';
import { Icon } from '../ui/icons.js';
import { At, CopyId, Empty, MachineSign, Mark } from '../ui/parts.js';
import { proposals } from './state.js';

const AFTER = new Set(['succeeded', 'failed', 'unknown', 'running']);
/** The verdict on a proposal in two words, whatever became of it since. @param {any} entry @returns {{word: string, tone: string, icon: any}} */
function verdictOf(entry) {
  if (entry.state === 'judging') return { word: 'Being judged', tone: 'plain', icon: 'clock' };
  if (entry.state === 'needs') return { word: 'Not yet', tone: 'warn', icon: 'clock' };
  if (AFTER.has(entry.state)) return { word: 'Allowed', tone: 'good', icon: 'check' };
  if (entry.state === 'denied') return { word: 'No', tone: 'bad', icon: 'stop' };
  return { ...stateOf(entry.state), tone: 'bad' };
}

export function Gate() {
  const list = proposals.value;
  if (!list.length) return html`<${Empty} icon="shield" title="Nothing was proposed yet">Whatever the assistant wants to look up or do, it proposes here first.<//>`;
  return html`<ol class="verdicts" aria-label="Verdicts, newest first" aria-live="polite">${list.map((entry) => html`<${Verdict} key=${entry.id} entry=${entry} />`)}</ol>`;
}

/** @param {{entry: any}} props */
function Verdict({ entry }) {
  const verdict = verdictOf(entry), after = AFTER.has(entry.state) ? stateOf(entry.state) : null;
  const rulings = (entry.rulings ?? []).filter((/** @type {any} */ one) => entry.state !== 'denied' || !one.remedy), missing = entry.state === 'needs' ? entry.needs ?? [] : [];
  const said = entry.says && entry.says !== entry.title ? entry.says : entry.title;
  const order = entry.args?.order_id && !String(said).includes(entry.args.order_id) ? ` · ${entry.args.order_id}` : '';
  const amount = entry.amount && !String(said).includes(moneyText(entry.amount)) ? ` · ${moneyText(entry.amount)}` : '';
  return html`<li class="verdict ${verdict.tone}"><p class="verdict-head"><${Mark} tone=${verdict.tone} icon=${verdict.icon}>${verdict.word}<//>
      ${after ? html`<span class="verdict-after ${after.tone}">${after.word}</span>` : null}<span class="note verdict-at"><${At} at=${entry.at} /></span></p>
    <p class="verdict-says" dir="auto">${said}${order}${amount}</p>
    ${rulings.length ? html`<ul class="verdict-rules">${rulings.map((/** @type {any} */ one) => html`<li><span>${one.reason || (verdict.tone === 'good' ? 'Permitted, and nothing stands in the way.' : 'No rule permits this.')}</span><${CopyId} id=${one.rule} label="rule" /></li>`)}</ul>` : null}
    ${entry.met?.length || missing.length ? html`<ul class="verdict-missing">
      ${(entry.met ?? []).map((/** @type {any} */ one) => html`<li class="met"><${Icon} name="check" size=${13} />${metWords(one.remedy)}${one.by ? html` by ${nameOf(one.by)}` : null}</li>`)}
      ${missing.map((/** @type {any} */ one) => html`<li><${Icon} name="clock" size=${13} />Missing: ${remedyWords(one.remedy)}, from ${waitsForWords(one.from)}</li>`)}</ul>` : null}
    <div class="verdict-foot"><span class="note">${entry.by?.kind === 'virtual_agent' ? html`<${MachineSign} name=${nameOf(entry.by)} />` : nameOf(entry.by)} proposed <code>${entry.action}</code></span><${WhyFolded} proposal=${entry.id} /></div></li>`;
}
