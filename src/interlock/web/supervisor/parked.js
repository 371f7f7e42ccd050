// @ts-check
// What was given up on, or is late; why; and how is it tried again?
import { get, post } from '../api.js';
import { humanise, recordOf } from '../format.js';
import { html, useEffect, useState } from '../lib.js';
import { At, CopyId, ErrorNote, Mark, Skeleton } from '../ui/parts.js';
import { say } from '../ui/toasts.js';
import { board, me } from './state.js';

const MAY = ['supervisor', 'admin'];

/** Shown while something is parked. */
export function Parked() {
  const parked = board.value?.parked ?? 0;
  const may = (me.value?.roles ?? []).some((role) => MAY.includes(role));
  const [due, setDue] = useState(/** @type {any[] | null} */ (null));
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState('');
  const read = () => void (setProblem(''), get('/v1/due').then((answer) => setDue(answer.due.filter((/** @type {any} */ one) => one.state === 'parked' || (one.state === 'overdue' && one.attempts > 0))), (error) => setProblem(error.message)));
  useEffect(() => (parked && may ? read() : undefined), [parked, may]);
  if (!parked || !may) return null;
  const retry = async (/** @type {string} */ what, /** @type {any} */ body) => {
    setBusy(what);
    try {
      await post('/v1/due/retry', body);
      say('It is tried again.');
      read();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy('');
    }
  };
  const given = (due ?? []).filter((one) => one.state === 'parked');
  return html`<section class="card" aria-label="Parked work"><h2 class="card-head">Parked work
      ${given.length > 1 ? html`<button type="button" class="button small" disabled=${Boolean(busy)} onClick=${() => retry('all', { all_parked: true })}>Try all again</button>` : null}</h2>
    ${problem ? html`<div class="parked-note"><${ErrorNote} onRetry=${read}>${problem}<//></div>` : null}
    ${due ? html`<ul class="parked">${due.map((one) => html`<li key=${one.id}>
        <${Mark} tone=${one.state === 'parked' ? 'bad' : 'warn'} icon=${one.state === 'parked' ? 'stop' : 'clock'}>${one.state === 'parked' ? 'Given up on' : 'Being tried'}<//>
        <span class="parked-what"><strong>${humanise(one.command)}</strong> <span class="note">${one.attempts} tries, due <${At} at=${one.at} /></span>
          <span class="note parked-why">${one.reason}</span></span>
        ${one.lane.startsWith('i_') ? html`<a href=${recordOf(one.lane)}>Open record</a>` : html`<${CopyId} id=${one.lane} label="lane" />`}
        ${one.state === 'parked' ? html`<button type="button" class="button small" disabled=${Boolean(busy)} aria-label="Try ${humanise(one.command)} again" onClick=${() => retry(one.id, { ids: [one.id] })}>${busy === one.id ? 'Asking…' : 'Try again'}</button>` : html`<span />`}</li>`)}</ul>` : problem ? null : html`<${Skeleton} lines=${2} label="Loading what is parked" />`}
    <p class="note parked-note">Mend what made it fail first. It goes on in its old place, and is done once.</p></section>`;
}
