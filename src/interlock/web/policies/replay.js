// @ts-check
// What would another number, or another version, have said to the past? A form, and the report.
import { count, moneyInput, moneyText, parseMoney } from '../format.js';
import { html, useState } from '../lib.js';
import { At, Empty, ErrorNote, Mark } from '../ui/parts.js';
import { Flips, moneyList } from './flips.js';
import { follow, policies, releases, replay, replays, tryOnThePast, wanted } from './state.js';

const SINCE = /** @type {const} */ ({ '24h': 'the last 24 hours', '7d': 'the last 7 days', '30d': 'the last 30 days', all: 'everything that is recorded' });

export function Replay() {
  return html`<div class="page-column replay-columns"><section class="card"><h2>Try it on the past</h2><${Form} /><${Earlier} /></section>
    <section class="card replay-report" aria-live="polite"><h2>What would change</h2>${replay.value
      ? html`<${Report} job=${replay.value} />`
      : html`<${Empty} icon="back" title="Nothing tried yet">Every decision is judged again on the facts of then. Nothing is read anew, and nothing is changed.<//>`}</section></div>`;
}

function Form() {
  const [problem, setProblem] = useState('');
  const { rule, was, now, release, since } = wanted.value;
  const change = (/** @type {any} */ part) => (setProblem(''), (wanted.value = { ...wanted.value, ...part }));
  const withNumbers = policies.value.rules.filter((/** @type {any} */ one) => one.numbers.length);
  const chosen = withNumbers.find((/** @type {any} */ one) => one.rule === rule) ?? withNumbers[0];
  const numbers = chosen?.numbers ?? [];
  const old = numbers.map(String).includes(was) ? was : String(numbers[0] ?? '');
  const currency = chosen?.currencies[old] ?? '';
  const asNumber = () => (currency ? parseMoney(now, currency) : /^-?\d{1,15}$/.test(now.trim()) ? Number(now) : null);
  const running = replay.value?.state === 'running';
  const waiting = releases.value.waiting;
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const wantedNumber = asNumber();
    if (!release && wantedNumber === null) return setProblem(currency ? 'Write an amount such as 100.00.' : 'Write a whole number.');
    const body = release ? { release, since } : { constants: [{ rule: chosen.rule, was: Number(old), now: wantedNumber }], since };
    setProblem(await tryOnThePast(body));
  };
  return html`<form class="replay-form" onSubmit=${go}>
    ${waiting.length ? html`<label class="field"><span class="field-label">What to try</span><select value=${release} onChange=${(/** @type {any} */ event) => change({ release: event.target.value })}>
      <option value="">A number in a rule</option>${waiting.map((/** @type {any} */ one) => html`<option value=${one.release} key=${one.release}>The version that ${one.by.name} proposed</option>`)}</select></label>` : null}
    ${release ? null : chosen ? html`<label class="field"><span class="field-label">Rule</span><select value=${chosen.rule} onChange=${(/** @type {any} */ event) => change({ rule: event.target.value, was: '' })}>
        ${withNumbers.map((/** @type {any} */ one) => html`<option value=${one.rule} key=${one.rule}>${one.reason || one.rule}</option>`)}</select></label>
      <div class="replay-numbers"><label class="field"><span class="field-label">Number now</span><select value=${old} onChange=${(/** @type {any} */ event) => change({ was: event.target.value })}>${numbers.map((/** @type {number} */ one) => html`<option key=${one} value=${String(one)}>${numberWords(chosen, one)}</option>`)}</select></label>
      <label class="field"><span class="field-label">Instead</span><input inputmode=${currency ? 'decimal' : 'numeric'} placeholder=${currency ? moneyInput({ amount: Math.round(Number(old) / 2), currency }) : ''} value=${now} aria-invalid=${problem && asNumber() === null ? 'true' : null} onInput=${(/** @type {any} */ event) => change({ now: event.target.value })} /></label></div>`
      : html`<p class="note">No rule has a number in it.</p>`}
    <label class="field"><span class="field-label">On</span><select value=${since} onChange=${(/** @type {any} */ event) => change({ since: event.target.value })}>${Object.entries(SINCE).map(([id, title]) => html`<option value=${id} key=${id}>${title}</option>`)}</select></label>
    ${problem ? html`<${ErrorNote}>${problem}<//>` : null}
    <div class="form-end"><button type="submit" class="button primary" disabled=${running || (!release && !chosen)}>${running ? 'Judging again…' : 'Judge again'}</button></div></form>`;
}

/** A number of a rule as people write it: an amount with its currency. @param {any} rule @param {number} number @param {number} [like] the number in its place */
function numberWords(rule, number, like = number) {
  const currency = rule?.currencies[like];
  return currency ? moneyText({ amount: number, currency }) : String(number);
}

/** What was tried, in words. @param {any} job */
function triedWords(job) {
  const words = job.constants.map((/** @type {any} */ one) => {
    const rule = policies.value.rules.find((/** @type {any} */ each) => each.rule === one.rule);
    return `${one.rule}: ${numberWords(rule, one.was)} → ${numberWords(rule, one.now, one.was)}`;
  });
  return words.join(', ') || (job.release ? `version ${job.release}` : job.files.join(', '));
}

/** @param {{job: any}} props */
function Report({ job }) {
  const tried = triedWords(job);
  const head = html`<p class="note replay-tried">${tried} · by ${job.by.name} · <${At} at=${job.at} /></p>`;
  if (job.state === 'running') return html`${head}<p class="replay-state" role="status">${count(job.judgements, 'judgement')} judged again so far…</p>`;
  if (job.state !== 'done') return html`${head}<${ErrorNote}>There is no report: ${job.error || 'it was stopped'}<//>`;
  const { flipped, not_replayable: unknown, proposals, same, judgements } = job.report;
  const notKnown = unknown.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.proposals, 0);
  return html`${head}<p class="replay-head">${flipped.proposals
      ? html`<strong>${count(flipped.proposals, 'decision')}</strong> would change: <strong>${moneyList(flipped.money)}</strong>, ${count(flipped.customers, 'customer')}`
      : proposals ? html`<${Mark} tone="good" icon="check">No decision would change<//>` : 'Nothing was decided in that time.'}</p>
    <p class="note num">${count(proposals, 'proposal')} (${count(judgements, 'judgement')}) judged again · ${same} the same · ${notKnown} not known</p>
    ${flipped.proposals ? html`<${Flips} report=${flipped} />` : null}
    ${unknown.length ? html`<details open><summary>Not replayable: ${notKnown}</summary><ul class="unknown">${unknown.map((/** @type {any} */ one) => html`<li key=${one.reason}><strong class="num">${one.proposals}</strong> ${one.reason}</li>`)}</ul></details>` : null}`;
}

/** Replays of before, for a week. */
function Earlier() {
  const past = replays.value ?? [];
  if (!past.length) return null;
  return html`<details class="earlier"><summary>Tried before <span class="note num">${past.length}</span></summary><ul>${past.map((one) => html`<li key=${one.id}><button type="button" class="row-button" onClick=${() => ((replay.value = one), follow(one.id))}>
    <span>${triedWords(one)}</span><span class="note"><${At} at=${one.at} /></span></button></li>`)}</ul></details>`;
}
