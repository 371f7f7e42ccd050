// @ts-check
// Which versions were there, what waits for a second person, and how is an old one put into force again?
import { get } from '../api.js';
import { count } from '../format.js';
import { html, signal, useState } from '../lib.js';
import { Dialog } from '../ui/dialog.js';
import { At, CopyId, ErrorNote, Mark, Skeleton } from '../ui/parts.js';
import { act, may, releases, show, wanted } from './state.js';

const asked = signal(/** @type {null | {what: 'approve' | 'reject' | 'roll-back', one: any}} */ (null));

export function Versions() {
  const { versions, waiting, approvals, role, canary } = releases.value;
  return html`<div class="page-column">
    ${canary ? html`<${Canary} one=${canary} />` : null}
    ${waiting.map((/** @type {any} */ one) => html`<${Waiting} key=${one.release} one=${one} />`)}
    <section class="card"><h2>Versions</h2><p class="note card-note">${approvals ? `A change of anything but journeys, queues, cases and scenarios is approved by ${count(approvals, 'other person', 'other people')} with the role ${role}.` : 'Whoever may publish does so alone. A second person can be asked for in tenant.yaml: publish.approvals.'}</p>
      <ol class="versions">${versions.map((/** @type {any} */ one, /** @type {number} */ i) => html`<${Version} key=${`${one.release} ${one.at}`} one=${one} newest=${i === 0} />`)}</ol></section>
    ${asked.value ? html`<${Ask} ...${asked.value} />` : null}</div>`;
}

/** Journeys that some people are tried on first. @param {{one: any}} props */
function Canary({ one }) {
  return html`<section class="card waiting-version"><h2>Tried on ${one.share} % of the people</h2><div class="card-in">
    <p>Begun by ${one.by.name}, <${At} at=${one.at} />${one.note ? html`: <span dir="auto">${one.note}</span>` : ''}${one.segment ? html` <span class="note">Only where <code>${one.segment}</code></span>` : null} <${CopyId} id=${one.release} label="version" /></p>
    <${Changes} changes=${one.changes} /><p class="note">New interactions of these people begin on it; the rules are those in force. How it does is on the pages of the <a href="/journeys">journeys</a>, under <em>Change and try</em>.</p></div></section>`;
}

/** @param {{one: any}} props */
function Waiting({ one }) {
  const tryIt = () => ((wanted.value = { ...wanted.value, release: one.release }), show('replay'));
  return html`<section class="card waiting-version"><h2>Waits for ${one.approved_by.length ? 'another approval' : 'an approval'}</h2><div class="card-in">
    <p>${one.by.name} proposed this <${At} at=${one.at} />${one.note ? html`: <span dir="auto">${one.note}</span>` : ''}${one.approved_by.length ? html` <span class="note">Approved by ${one.approved_by.map((/** @type {any} */ by) => by.name).join(', ')}</span>` : null}</p>
    <${Changes} changes=${one.changes} /><${Difference} release=${one.release} />
    ${one.stale ? html`<${ErrorNote}>Another version came into force since. It has to be proposed anew, so that what is approved is what changes.<//>` : null}
    <div class="form-end"><button type="button" class="button" onClick=${tryIt}>Try it on the past</button>
      <button type="button" class="button danger" onClick=${() => (asked.value = { what: 'reject', one })}>Reject…</button>
      <button type="button" class="button primary" disabled=${one.stale || !may.approve(one)} title=${may.approve(one) ? null : 'Somebody else with the role has to approve it'} onClick=${() => (asked.value = { what: 'approve', one })}>Approve…</button></div></div></section>`;
}

/** @param {{one: any, newest: boolean}} props */
function Version({ one, newest }) {
  return html`<li><div class="version-head"><${At} at=${one.at} /><span>by ${one.by.name}${one.approved_by.length ? html`, approved by ${one.approved_by.map((/** @type {any} */ by) => by.name).join(', ')}` : null}</span>
      ${newest ? html`<${Mark} tone="good" icon="check">In force<//>` : null}${one.undoes ? html`<${Mark} icon="back">Rolls back ${one.undoes}<//>` : null}<span class="version-end"><${CopyId} id=${one.release} label="version" />
      ${!newest && may.publish() ? html`<button type="button" class="button small" onClick=${() => (asked.value = { what: 'roll-back', one })}>Roll back to this…</button>` : null}</span></div>
    ${one.note ? html`<p dir="auto">${one.note}</p>` : null}<${Changes} changes=${one.changes} /><${Difference} release=${one.release} /></li>`;
}

/** @param {{changes: string[]}} props */
function Changes({ changes }) {
  return html`<ul class="changes">${changes.map((each) => html`<li key=${each}>${each}</li>`)}</ul>`;
}

/** The difference line by line, read when it is opened. @param {{release: string}} props */
function Difference({ release }) {
  const [found, setFound] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState('');
  const open = (/** @type {any} */ event) => event.target.open && !found && get(`/v1/releases/${release}`).then(setFound, (error) => setProblem(error.message));
  return html`<details onToggle=${open}><summary class="note">Line by line</summary>${problem ? html`<${ErrorNote}>${problem}<//>` : found
    ? html`<pre class="source difference" tabindex="0">${found.difference.map((/** @type {string} */ line, /** @type {number} */ i) => html`<span key=${i} class=${/^(---|\+\+\+|@@) /.test(line) ? 'place' : line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : ''}>${line}\n</span>`)}${found.cut ? '…' : ''}</pre>`
    : html`<${Skeleton} lines=${3} label="Loading the difference" />`}</details>`;
}

const WORDS = {
  approve: { title: 'Put this version into force?', verb: 'Approve version', label: '' },
  reject: { title: 'Reject this version?', verb: 'Reject version', label: 'Why, for whoever proposed it' },
  'roll-back': { title: 'Put this old version into force again?', verb: 'Roll back', label: 'Why (optional)' },
};

/** The second, deliberate step. @param {{what: 'approve' | 'reject' | 'roll-back', one: any}} props */
function Ask({ what, one }) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const words = WORDS[what];
  const close = () => (asked.value = null);
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    const body = what === 'approve' ? {} : what === 'reject' ? { reason: text.trim() } : { note: text.trim() };
    const said = what === 'approve' ? 'The version is in force.' : what === 'reject' ? 'The version is rejected.' : 'The old version is in force again.';
    if (await act(`/v1/releases/${one.release}/${what}`, body, said)) close();
    else setBusy(false);
  };
  return html`<${Dialog} title=${words.title} onClose=${close}><form onSubmit=${go}>
    ${what === 'roll-back' ? html`<p class="note">It is published anew${releases.value.approvals ? ', and waits for another person like any other change' : ''}. What it changes against the version in force is the other way round of what is listed above it.</p>` : html`<${Changes} changes=${one.changes} />`}
    ${words.label ? html`<label class="field"><span class="field-label">${words.label}</span><textarea rows="2" maxlength="500" required=${what === 'reject'} value=${text} onInput=${(/** @type {any} */ event) => setText(event.target.value)} /></label>` : null}
    <div class="form-end"><button type="button" class="button" onClick=${close}>Back</button><button type="submit" class="button ${what === 'reject' ? 'danger' : 'primary'}" disabled=${busy || (what === 'reject' && !text.trim())}>${words.verb}</button></div></form><//>`;
}
