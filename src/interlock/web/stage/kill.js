// @ts-check
// What if a node dies in the middle of a refund? One is started for that, killed, and the other one goes on.
import { html } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { Mark } from '../ui/parts.js';
import { arm, interaction, stage } from './state.js';

const UNDER_WAY = new Set(['starting', 'armed', 'killed']);
const toTheSecond = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
/** @param {string | null} iso */
const moment = (iso) => (iso ? html`<time class="num" datetime=${iso}>${toTheSecond.format(new Date(iso))}</time>` : '…');

export function KillButton() {
  const under = UNDER_WAY.has(stage.value?.second?.state);
  return html`<button type="button" class="button small" disabled=${under || !interaction.value} title=${interaction.value ? '' : 'Say something first: it needs a conversation'} onClick=${arm}><${Icon} name="bolt" size=${14} />Kill the node in the middle of a refund</button>`;
}

/** How far it is, told as it happens. */
export function KillStrip() {
  const second = stage.value?.second;
  if (!second || second.state === 'off') return null;
  const made = (stage.value.books?.entries ?? []).filter((/** @type {any} */ one) => second.proposal && one.reference === second.proposal).length;
  if (second.state === 'starting') return html`<p class="kill" role="status"><${Mark} icon="clock">Starting<//> A second node starts on the same database…</p>`;
  if (second.state === 'armed') return html`<p class="kill" role="status"><${Mark} tone="warn" icon="bolt">Armed<//> <span>The chat now goes through the second node, and the shop is slow. Have something refunded: the node is killed in the middle of it.</span></p>`;
  if (second.state === 'failed') return html`<p class="kill" role="alert"><${Mark} tone="bad" icon="alert">Not possible<//> ${second.problem}</p>`;
  return html`<dl class="kill" role="status"><div><dt>Killed in the middle of the call</dt><dd>${moment(second.killed_at)}</dd></div>
    <div><dt>Taken over by the other node</dt><dd>${moment(second.taken_over_at)}</dd></div><div><dt>Done</dt><dd>${moment(second.done_at)}</dd></div>
    <div><dt>Second node is back</dt><dd>${moment(second.back_at)}</dd></div>
    <div class="kill-count"><dt>Refunds in the books</dt><dd class="num" id="killed-refunds">${made}</dd></div></dl>`;
}
