// @ts-check
// What is known: who it is and how sure we are, where the journeys stand, what was tried, and what can be done.
import { html, useState } from '../lib.js';
import { Tried } from '../transcript/transcript.js';
import { inline } from '../transcript/values.js';
import { slowNow } from '../clock.js';
import { humanise, since } from '../format.js';
import { Icon } from '../ui/icons.js';
import { Ago, At, CopyId, Empty, Keys, Mark, Pairs, Skeleton } from '../ui/parts.js';
import { Actions } from './actions.js';
import { Promises } from './promises.js';
import { Suggestions } from './suggestions.js';
import { toneRows } from './tone.js';
import { ask, folds, open, openDoc, pane, pathOf, selected } from './state.js';

const VERIFY_LEVEL = 2, CODE_VALID_S = 600;

export function KnownColumn() {
  const value = open.value;
  const unfold = () => (folds.value = { ...folds.value, right: !folds.value.right });
  if (folds.value.right) return html`<aside class="rail right" aria-label="What is known, folded"><button type="button" class="icon-button" aria-label="Unfold what is known" title="Unfold  ]" onClick=${unfold}><${Icon} name="fold" /></button>
    ${value ? html`<${RailBadge} assurance=${value.assurance} />` : null}</aside>`;
  return html`<aside class="column right ${pane.value === 'known' ? 'shown' : ''}" aria-label="What is known" id="column-known" tabindex="-1">
    <div class="column-head"><h2>What is known</h2><button type="button" class="icon-button fold" aria-label="Fold what is known" title="Fold  ]" onClick=${unfold}><${Icon} name="unfold" /></button></div>
    <div class="column-scroll">${value ? html`<${Known} key=${value.id} value=${value} />` : selected.value && !openDoc.value?.problem.value ? html`<${Skeleton} lines=${6} label="Loading what is known" />` : html`<${Empty} title="Nobody in hand">Who the customer is, what was tried and what you can do stands here.<//>`}</div></aside>`;
}

/** @param {{value: any}} props */
function Known({ value }) {
  const facts = value.facts ?? [];
  const lines = value.assist?.summary ?? [];
  return html`<${Suggestions} value=${value} />
    ${lines.length ? html`<${Section} title="Summary"><${Summary} lines=${lines} /><//>` : null}
    <${Section} title="Customer"><${Customer} value=${value} /><//>
    <${Promises} value=${value} />
    <${Section} title="Actions"><${Actions} value=${value} /><//>
    <${Section} title="Journeys"><${Journeys} journeys=${value.journeys ?? []} holder=${value.holder?.kind} /><//>
    <${Section} title="What was tried"><${Tried} entries=${value.entries} /><//>
    ${facts.length ? html`<${Section} title="Facts"><${Pairs} rows=${facts.map((/** @type {any} */ fact) => ({ label: fact.label, value: inline(fact.value), note: fact.note }))} /><//>` : null}
    <p class="note release">Definitions: ${value.release ? html`<${CopyId} id=${value.release} label="release" />` : '–'}</p>`;
}

/** What it has come to, each line with where it comes from. @param {{lines: any[]}} props */
function Summary({ lines }) {
  return html`<${Pairs} rows=${lines.map((line) => ({ label: line.label, value: html`<span dir="auto">${line.text}</span> <span class="note"><${At} at=${line.at} /></span>` }))} />
    <p class="note"><${Icon} name="machine" size=${13} /> Taken from the transcript, word for word.</p>`;
}

/** @param {{title: string, children?: any}} props */
function Section({ title, children }) {
  return html`<section class="known-section"><h3>${title}</h3>${children}</section>`;
}

/** How sure we are who it is: the words, how and when. @param {{assurance: any}} props */
function Assurance({ assurance }) {
  const level = assurance?.level ?? 0;
  const good = level >= VERIFY_LEVEL && assurance.valid !== false;
  const words = assurance?.label || ['Not identified', 'Matched, not verified', 'Verified by one factor', 'Verified by two factors'][level];
  return html`<div class="assurance ${good ? 'good' : level ? 'some' : 'none-yet'}"><${Icon} name="shield" size=${20} />
    <div><p class="assurance-label">${words}</p>
      <p class="note">${level ? html`Level ${level}${assurance.by ? ` · by ${assurance.by.replaceAll('_', ' ')}` : ''}${assurance.at ? html` · <${At} at=${assurance.at} />, <${Ago} at=${assurance.at} /> ago` : ''}` : 'Nothing has been established.'}
        ${level && assurance.valid === false ? html` <${Mark} tone="warn" icon="clock">Not valid any more<//>` : null}</p></div></div>`;
}

/** @param {{assurance: any}} props */
function RailBadge({ assurance }) {
  return html`<span class="rail-level" title=${assurance?.label ?? ''}><${Icon} name="shield" /><span class="num">${assurance?.level ?? 0}</span></span>`;
}

/** @param {{value: any}} props */
function Customer({ value }) {
  const { customer, assurance } = value;
  const rows = [
    customer.name && { label: 'Name', value: html`<span dir="auto">${customer.name}</span>` },
    customer.email && { label: 'E-mail', value: html`<span class="masked-able">${customer.email}</span>` },
    customer.phone && { label: 'Phone', value: html`<span class="num">${customer.phone}</span>` },
    customer.id && { label: 'Customer', value: html`<${CopyId} id=${customer.id} label="customer" />` },
  ].filter(Boolean);
  const tone = toneRows(value.tone);
  return html`<${Assurance} assurance=${assurance} />
    ${rows.length ? html`<${Pairs} rows=${rows} />` : html`<p class="note">Not matched to a customer yet. Ask for an order number and the e-mail address.</p>`}
    ${tone.length ? html`<${Pairs} rows=${tone} />` : null}
    ${customer.matched && customer.masked ? html`<p class="note"><${Icon} name="shield" size=${13} /> Details are masked until the customer is verified.</p>` : null}
    <${Verify} value=${value} />`;
}

/** Send a code to the address that was registered before. @param {{value: any}} props */
function Verify({ value }) {
  const [sentAt, setSentAt] = useState('');
  const [busy, setBusy] = useState(false);
  const asked = value.entries.findLast((/** @type {any} */ entry) => entry.code === 'code_sent' || entry.code === 'code_failed');
  const openSince = asked?.code === 'code_sent' && since(asked.at, slowNow.value) < CODE_VALID_S ? asked.at : sentAt;
  const verified = value.assurance?.level >= VERIFY_LEVEL && value.assurance.valid !== false;
  if (verified || !value.customer.matched || value.my_state !== 'handling') return null;
  const verify = async () => {
    setBusy(true);
    if (await startVerification()) setSentAt(new Date(slowNow.peek()).toISOString());
    setBusy(false);
  };
  return html`<div class="verify"><button type="button" class="button" id="verify" disabled=${busy} onClick=${verify}><${Icon} name="shield" />${openSince ? 'Send another code' : 'Verify customer'} <${Keys} of="v" /></button>
    <p class="note" role="status">${openSince ? html`Code sent <${Ago} at=${openSince} /> ago. This changes by itself when it is entered.` : 'Sends a one-time code to the address registered with the shop.'}</p></div>`;
}

/** @returns {Promise<any>} */
export const startVerification = () => ask(pathOf('verify'), { level: VERIFY_LEVEL });

/** What a run waits for, where its own word does not say it. @type {Record<string, string>} */
const WAITS_FOR = { call: 'the journey that it called', time: 'its time' };

/** @param {{journeys: any[], holder: string}} props */
function Journeys({ journeys, holder }) {
  if (!journeys.length) return html`<p class="note">None has begun.</p>`;
  return html`<ul class="journeys">${journeys.map((run) => html`<li key=${run.run}>
    <p class="journey-title">${run.title || humanise(run.journey)}
      ${run.outcome || (run.waits_for === 'hand_over' && holder === 'agent') ? html`<${Mark}>${run.outcome?.replaceAll('_', ' ') ?? 'handed over'}<//>` : html`<${Mark} tone="machine" icon="clock">${run.waits_for ? `waits for ${WAITS_FOR[run.waits_for] ?? run.waits_for.replaceAll('_', ' ')}` : 'under way'}<//>`}</p>
    ${run.slots?.length ? html`<${Pairs} rows=${run.slots.map((/** @type {any} */ slot) => ({ label: humanise(slot.name), value: inline(slot.value) }))} />` : null}</li>`)}</ul>`;
}
