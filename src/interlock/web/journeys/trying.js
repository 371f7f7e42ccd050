// @ts-check
// How is this journey changed: its text, its scenarios played first, and perhaps some people before everybody?
import { count } from '../format.js';
import { html, useEffect, useState } from '../lib.js';
import { Dialog } from '../ui/dialog.js';
import { At, CopyId, ErrorNote, Mark, Skeleton } from '../ui/parts.js';
import { journeyName, me } from './state.js';
import { canary, change, changed, edits, look, submit, trial, trouble, written } from './trial.js';
import { outcomesOf, share as shareOf } from './words.js';

const EVERY_MS = 5000;
/** @type {Record<string, string>} */
const SEGMENTS = { '': 'Everybody', 'channel == "chat"': 'Those who write in the chat', 'channel == "voice"': 'Those who call', matched: 'Those who were recognised before', '!matched': 'Those who are new here' };

const mayPublish = () => (me.value?.roles ?? []).includes('admin');

export function Trying() {
  useEffect(() => {
    void look();
    const timer = setInterval(() => !document.hidden && look(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (!written.value || !canary.value) return trouble.value ? html`<div class="page-column"><${ErrorNote} onRetry=${look}>${trouble.value}<//></div>` : html`<${Skeleton} lines=${8} label="Loading what is written" />`;
  const tried = canary.value.canary;
  return html`<div class="page-column trying">
    ${trouble.value ? html`<${ErrorNote}><span class="lines-kept">${trouble.value}</span><//>` : null}
    ${tried ? html`<${Canary} key=${`${tried.release} ${tried.share} ${tried.segment}`} one=${tried} />` : null}
    ${trial.value ? html`<${Trial} one=${trial.value} />` : null}
    <${Change} free=${!tried} /></div>`;
}

/** The version that some people have, beside the one in force. @param {{one: any}} props */
function Canary({ one }) {
  const [share, setShare] = useState(String(one.share));
  const [asked, setAsked] = useState(/** @type {'' | 'end' | 'adopt'} */ (''));
  const runs = canary.value.journeys[journeyName];
  const wanted = Number(share), good = /^\d{1,2}$/.test(share) && wanted > 0;
  const widen = (/** @type {Event} */ event) => (event.preventDefault(), void change('share', { share: wanted }, `It is tried on ${wanted} % of the people.`));
  return html`<section class="card tried" aria-label="Tried on some people"><h2>Tried on ${one.share} % of the people</h2>
    <p>By ${one.by.name}, since <${At} at=${one.at} />${one.note ? html`: <span dir="auto">${one.note}</span>` : ''} <${CopyId} id=${one.release} label="version" />${one.segment ? html`<span class="note"> Only where <code>${one.segment}</code></span>` : null}</p>
    <ul class="changed-words">${one.changes.map((/** @type {string} */ each) => html`<li key=${each}>${each}</li>`)}</ul>
    ${runs ? html`<table class="table compact stacks"><thead><tr><th scope="col">This journey since then</th><th scope="col" class="right">Began</th><th scope="col" class="right">Over</th><th scope="col">Ended</th></tr></thead>
      <tbody><${Side} title="In force" runs=${runs.in_force} /><${Side} title="Tried" runs=${runs.canary} /></tbody></table>` : html`<p class="note">Nobody has begun this journey since then.</p>`}
    ${mayPublish() ? html`<form class="widen" onSubmit=${widen}><label class="field"><span class="field-label">Percent of the people</span><input inputmode="numeric" value=${share} aria-invalid=${good ? null : 'true'} onInput=${(/** @type {any} */ event) => setShare(event.target.value.trim())} /></label>
        <button type="submit" class="button" disabled=${!good || wanted === one.share}>${good && wanted < one.share ? 'Narrow it' : 'Widen it'}</button>
        <span class="widen-end"><button type="button" class="button danger" onClick=${() => setAsked('end')}>Take it back…</button><button type="button" class="button primary" onClick=${() => setAsked('adopt')}>Give it to everybody…</button></span></form>` : null}
    ${asked ? html`<${Ask} what=${asked} onClose=${() => setAsked('')} />` : null}</section>`;
}

/** How the runs of one side went. @param {{title: string, runs: any}} props */
function Side({ title, runs }) {
  const found = outcomesOf(runs.outcomes), over = found.reduce((sum, [, times]) => sum + times, 0);
  return html`<tr><td>${title}</td><td class="right num" data-of="Began">${runs.begun}</td><td class="right num" data-of="Over">${over}</td>
    <td data-of="Ended">${found.length ? html`<ul class="outcomes">${found.map(([outcome, times]) => html`<li key=${outcome}><span class="num">${times}</span> ${outcome.replaceAll('_', ' ')}${shareOf(times, over)}</li>`)}</ul>` : html`<span class="none">none</span>`}</td></tr>`;
}

/** The second, deliberate step. @param {{what: 'end' | 'adopt', onClose: () => void}} props */
function Ask({ what, onClose }) {
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const back = what === 'end';
  const go = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    await change(what, { note: note.trim() }, back ? 'Nobody begins on it any more.' : 'The version is in force.');
    onClose();
  };
  return html`<${Dialog} title=${back ? 'Take this version back?' : 'Give this version to everybody?'} onClose=${onClose}><form onSubmit=${go}>
    <p class="note">${back ? 'Nobody begins on it any more. Whoever did ends on it.' : 'Everybody who writes from now on begins on it.'}</p>
    <label class="field"><span class="field-label">Why (optional)</span><textarea rows="2" maxlength="500" value=${note} onInput=${(/** @type {any} */ event) => setNote(event.target.value)} /></label>
    <div class="form-end"><button type="button" class="button" onClick=${onClose}>Back</button><button type="submit" class="button ${back ? 'danger' : 'primary'}" disabled=${busy}>${back ? 'Take it back' : 'Give it to everybody'}</button></div></form><//>`;
}

/** How far the scenarios are, and what does not hold. @param {{one: any}} props */
function Trial({ one }) {
  const running = one.state === 'running';
  const [tone, icon, word] = running ? ['plain', 'clock', 'Playing'] : one.state === 'done' ? ['good', 'check', one.share ? `Tried on ${one.share} %` : one.in_force ? 'In force' : 'Waits for another person'] : ['bad', 'stop', 'Not in force'];
  const hold = one.played - one.failed;
  return html`<section class="card trial" aria-label="Scenarios"><h2>Scenarios <${Mark} tone=${tone} icon=${icon}>${word}<//></h2>
    <p role="status" class="num">${running ? `${one.played} of ${one.of} played so far` : `${hold} of ${one.of} hold`}${one.failed ? html`, <strong class="unheld">${one.failed} ${one.failed === 1 ? 'does' : 'do'} not</strong>` : ''}</p>
    ${running ? html`<progress max=${one.of} value=${one.played} aria-label="Scenarios played" />` : null}
    ${one.error && !one.failed ? html`<${ErrorNote}><span class="lines-kept">${one.error}</span><//>` : null}
    ${one.failures.length ? html`<ul class="failures">${one.failures.map((/** @type {any} */ each, /** @type {number} */ i) => html`<li key=${i}><p><strong>${each.scenario}</strong> <code>${each.file}:${each.line}</code></p>
      <dl class="pairs"><div><dt>Expected</dt><dd dir="auto">${each.expected}</dd></div><div><dt>Really</dt><dd dir="auto">${each.really}</dd></div></dl></li>`)}</ul>` : null}</section>`;
}

/** The text, and for whom it shall be. @param {{free: boolean}} props */
function Change({ free }) {
  const { own, files } = /** @type {any} */ (written.value);
  const [path, setPath] = useState(own);
  const [few, setFew] = useState(false);
  const [share, setShare] = useState('10');
  const [segment, setSegment] = useState('');
  const [note, setNote] = useState('');
  const shown = path in files ? path : own, text = edits.value[shown] ?? files[shown], paths = Object.keys(changed());
  const good = !few || /^[1-9]\d?$/.test(share), running = trial.value?.state === 'running';
  const edit = (/** @type {any} */ event) => (edits.value = { ...edits.value, [shown]: event.target.value });
  const go = (/** @type {Event} */ event) => (event.preventDefault(), void submit({ share: few ? Number(share) : 0, segment: few ? segment : '', note: note.trim() }));
  if (!mayPublish()) return html`<section class="card" aria-label="What is written"><h2>What is written</h2><p class="note card-note">Whoever has the role admin can change it here.</p><pre class="source" tabindex="0">${files[own]}</pre></section>`;
  return html`<section class="card" aria-label="Change it"><h2>Change it</h2><form class="change-form" onSubmit=${go}>
    <label class="field"><span class="field-label">File</span><select value=${shown} onChange=${(/** @type {any} */ event) => setPath(event.target.value)}>${Object.keys(files).map((each) => html`<option key=${each} value=${each}>${each}${paths.includes(each) ? ' (changed)' : ''}</option>`)}</select></label>
    <label class="field"><span class="field-label">Text</span><textarea class="editor" rows="22" spellcheck=${false} wrap="off" value=${text} onInput=${edit} /></label>
    <fieldset class="for-whom"><legend class="field-label">For whom</legend>
      <label><input type="radio" name="for" checked=${!few} onChange=${() => setFew(false)} /> Everybody</label>
      <label><input type="radio" name="for" checked=${few} disabled=${!free} onChange=${() => setFew(true)} /> Some people first${free ? '' : html` <span class="note">(one version is tried at a time)</span>`}</label></fieldset>
    ${few ? html`<div class="few"><label class="field"><span class="field-label">Percent of the people</span><input inputmode="numeric" value=${share} aria-invalid=${good ? null : 'true'} onInput=${(/** @type {any} */ event) => setShare(event.target.value.trim())} /></label>
      <label class="field"><span class="field-label">Among</span><select value=${segment} onChange=${(/** @type {any} */ event) => setSegment(event.target.value)}>${Object.entries(SEGMENTS).map(([cel, title]) => html`<option key=${cel} value=${cel}>${title}</option>`)}</select></label></div>` : null}
    <label class="field"><span class="field-label">Why (optional)</span><input maxlength="500" value=${note} onInput=${(/** @type {any} */ event) => setNote(event.target.value)} /></label>
    <p class="note">${paths.length ? `${count(paths.length, 'file')} changed: ${paths.join(', ')}. ` : ''}The scenarios are played first; where one does not hold, nothing comes into force.</p>
    <div class="form-end"><button type="button" class="button" disabled=${!paths.length || running} onClick=${() => (edits.value = {})}>Undo the changes</button>
      <button type="submit" class="button primary" disabled=${!paths.length || !good || running}>${running ? 'Playing…' : few ? 'Play the scenarios and try it' : 'Play the scenarios and publish'}</button></div></form></section>`;
}
