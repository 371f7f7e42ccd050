// @ts-check
// The record of one interaction: its transcript, and each proposal with its judgements, their derivation and its effects.
import { get, signedIn } from '../api.js';
import { register } from '../keys.js';
import { count, moneyText } from '../format.js';
import { html, render, signal, useEffect, useErrorBoundary } from '../lib.js';
import { Derivation } from '../transcript/explained.js';
import { Matters } from '../transcript/matters.js';
import { Transcript } from '../transcript/transcript.js';
import { nameOf, stateOf, termOf } from '../transcript/words.js';
import { nextTheme, TopBar } from '../ui/frame.js';
import { Icon } from '../ui/icons.js';
import { At, CopyId, Empty, ErrorNote, MachineSign, Mark, Skeleton } from '../ui/parts.js';

const interaction = decodeURIComponent(location.pathname.split('/').pop() ?? '');
const chosen = () => decodeURIComponent(location.hash.slice(1));
const me = signal(/** @type {any} */ (null));
const record = signal(/** @type {any} */ (null));
const problem = signal('');
const load = () => void ((problem.value = ''), get(`/v1/interactions/${encodeURIComponent(interaction)}/record`).then((found) => (record.value = found), (error) => (problem.value = error.message)));

function Page() {
  const [error, reset] = useErrorBoundary((fault) => console.error(fault));
  if (error) return html`<div class="page-state"><${Empty} icon="alert" title="This page has a fault"><p>${String(error.message ?? error)}</p><button type="button" class="button" onClick=${reset}>Show it again</button><//></div>`;
  const staff = me.value ?? { name: '', roles: ['supervisor'] };
  return html`<div class="app"><${TopBar} page="record" roles=${staff.roles} name=${staff.name} /><main class="view-body">
    ${record.value ? html`<${Record} value=${record.value.interaction} proposals=${record.value.proposals} />`
      : problem.value ? html`<div class="record"><${ErrorNote} onRetry=${load}>${problem.value}<//></div>`
        : html`<${Skeleton} lines=${8} label="Loading the record" />`}</main></div>`;
}

/** @param {{value: any, proposals: any[]}} props */
function Record({ value, proposals }) {
  const entries = new Map(value.entries.filter((/** @type {any} */ one) => one.kind === 'action').map((/** @type {any} */ one) => [one.id, one]));
  useEffect(() => document.getElementById(`proposal-${chosen()}`)?.scrollIntoView({ block: 'start' }), []);
  return html`<div class="record">
    <header class="record-head"><p class="note">Record of an interaction</p><h1 dir="auto">${value.customer?.name || 'Unknown customer'}</h1>
      <p class="note">${termOf(value.channel)} · began <${At} at=${value.started_at} /> · ${value.ended_at ? html`ended <${At} at=${value.ended_at} />` : 'still open'} · ${value.assurance?.label || 'Not identified'} · <${CopyId} id=${value.id} label="interaction" /></p>
      <p class="note"><${Icon} name="shield" size=${14} /> That you have read it is recorded${value.customer?.masked ? '; personal details are masked' : ''}.</p><${Matters} matters=${value.matters ?? []} /></header>
    <section class="record-story" aria-label="Transcript"><h2>Transcript</h2>${value.entries.length ? html`<${Transcript} entries=${value.entries} label="Transcript, to read" />` : html`<${Empty} title="Nothing was said" />`}</section>
    <section class="record-proposals" aria-label="Proposals"><h2>${count(proposals.length, 'proposal')}</h2>
      ${proposals.length ? html`<ol>${proposals.map((one) => html`<${Proposal} key=${one.proposal} one=${one} entry=${entries.get(one.proposal)} />`)}</ol>` : html`<${Empty} title="Nothing was proposed">Nobody asked for an action in this interaction.<//>`}</section></div>`;
}

/** @param {{one: any, entry: any}} props */
function Proposal({ one, entry }) {
  const state = stateOf(entry.state);
  const machine = entry.by?.kind === 'virtual_agent' || entry.by?.kind === 'external_agent';
  return html`<li id="proposal-${one.proposal}" class="card ${one.proposal === chosen() ? 'chosen' : ''}">
    <header class="action-head"><strong class="action-title">${entry.says || entry.title}</strong>${entry.amount ? html`<span class="action-amount num">${moneyText(entry.amount)}</span>` : null}<${Mark} tone=${state.tone} icon=${state.icon}>${state.word}<//></header>
    <p class="note">Proposed by ${machine ? html`<${MachineSign} name=${nameOf(entry.by)} />` : nameOf(entry.by)} <${At} at=${entry.at} /> · <${CopyId} id=${one.proposal} label="proposal" /></p>
    ${one.customer ? html`<h3>The customer is told</h3><p>${one.customer}</p>` : null}
    <h3>${count(one.judgements.length, 'judgement')}</h3><${Derivation} judgements=${one.judgements} />
    <h3>Effects</h3>${one.effects.length ? html`<ul class="effects">${one.effects.map((/** @type {any} */ effect, /** @type {number} */ i) => html`<li key=${i}><${Effect} effect=${effect} /> <span class="note"><${At} at=${effect.at} /></span></li>`)}</ul>` : html`<p class="note">None: nothing was carried out.</p>`}</li>`;
}

const FOUND = /** @type {Record<string, string>} */ ({ lookup: 'found by looking it up', person: 'found by a person' });

/** @param {{effect: any}} props */
function Effect({ effect }) {
  const found = FOUND[effect.found_by] ? html` <span class="note">${FOUND[effect.found_by]}</span>` : null;
  if (effect.what === 'started') return html`<${Mark} icon="clock">Started${effect.attempt > 1 ? `, try ${effect.attempt}` : ''}<//>`;
  if (effect.what === 'succeeded') return html`<${Mark} tone="good" icon="check">Done<//>${effect.moved ? html` <span class="num">${moneyText(effect.moved)} moved</span>` : null}${found}`;
  if (effect.what === 'failed') return html`<${Mark} tone="bad" icon="alert">Failed<//> ${effect.reason}${found}`;
  return html`<${Mark} tone="warn" icon="question">Outcome unknown<//> ${effect.reason}`;
}

register([{ id: 'theme', group: 'The page', title: 'Change the theme', key: 't', run: nextTheme }]);
render(html`<${Page} />`, /** @type {Element} */ (document.getElementById('page')));
signedIn().then((answer) => ((me.value = answer.staff), load()), (error) => (problem.value = error.message));
