// @ts-check
// Who is here, since when, and with what in hand?
import { slowNow } from '../clock.js';
import { duration, since } from '../format.js';
import { html } from '../lib.js';
import { ChannelIcon, Icon } from '../ui/icons.js';
import { Menu } from '../ui/menu.js';
import { Ago, Empty, Mark } from '../ui/parts.js';
import { termOf } from '../transcript/words.js';
import { ask, board, looking } from './state.js';

const ORDER = ['not_responding', 'available', 'other_work', 'break', 'offline'];
const SETTABLE = ['available', 'break', 'other_work', 'offline'];

/** @param {any} pending */
const presenceOf = (pending) => (pending && typeof pending === 'object' ? pending.presence : pending) || '';

export function Agents() {
  const agents = [...(board.value?.agents ?? [])].sort((a, b) => ORDER.indexOf(a.presence) - ORDER.indexOf(b.presence) || a.name.localeCompare(b.name));
  if (!agents.length) return html`<${Empty} title="Nobody has signed in yet">Agents appear here when they first sign in.<//>`;
  return html`<div class="table-scroll"><table class="table board-table"><thead><tr><th scope="col">Agent</th><th scope="col">Presence</th><th scope="col" class="right">Since</th><th scope="col">Load</th><th scope="col">In hand</th><th scope="col">Queues and skills</th><th scope="col"><span class="visually-hidden">Change</span></th></tr></thead>
    <tbody>${agents.map((agent) => html`<${AgentRow} key=${agent.id} agent=${agent} />`)}</tbody></table></div>`;
}

/** @param {{agent: any}} props */
function AgentRow({ agent }) {
  const next = presenceOf(agent.pending);
  const titles = new Map((board.value?.queues ?? []).map((/** @type {any} */ queue) => [queue.name, queue.title]));
  return html`<tr class=${agent.presence === 'offline' ? 'faint' : ''}>
    <th scope="row">${agent.name}</th>
    <td>${agent.presence === 'not_responding' ? html`<${Mark} tone="bad" icon="alert">Not responding<//>` : html`<span class="presence-cell"><span class="dot ${agent.presence}" aria-hidden="true" />${termOf(agent.presence)}${agent.reason ? html`<span class="note">${agent.reason}</span>` : null}</span>`}
      ${next ? html`<span class="note under">then ${termOf(next).toLowerCase()}</span>` : null}</td>
    <td class="right"><${Ago} at=${agent.since} /></td>
    <td><${Load} load=${agent.load} capacity=${agent.capacity} />${agent.takes?.length ? html`<span class="note under" title="How many of each channel at once, were there nothing else">${agent.takes.map((/** @type {any} */ one) => `${termOf(one.channel).toLowerCase()} ${one.most}`).join(', ')}</span>` : null}</td>
    <td><span class="hand-list">${(agent.work ?? []).map((/** @type {any} */ work) => html`<button type="button" class="hand ${work.state}" onClick=${() => (looking.value = work.interaction)} title="Look in: ${termOf(work.state)} for ${duration(since(work.since, slowNow.value))}">
      ${work.state === 'wrap_up' ? html`<${Icon} name="wrap" size=${13} />` : html`<${ChannelIcon} channel=${work.channel ?? 'chat'} />`}${termOf(work.state)} <${Ago} at=${work.since} /></button>`)}${agent.work?.length ? null : html`<span class="none">–</span>`}</span></td>
    <td class="note">${(agent.queues ?? []).map((/** @type {string} */ name) => titles.get(name) ?? name).join(', ')}
      ${agent.skills?.length ? html`<span class="under">${agent.skills.map((/** @type {any} */ one) => `${one.skill.replaceAll('_', ' ')} ${one.level}`).join(', ')}</span>` : null}</td>
    <td class="right"><${Menu} name="Change ${agent.name}'s presence" className="icon-button" floating label=${html`<${Icon} name="more" />`}>
      ${(/** @type {() => void} */ close) => SETTABLE.filter((presence) => presence !== agent.presence).map((presence) => html`<button type="button" onClick=${() => (close(), ask(`/v1/agents/${agent.id}/presence`, { presence }))}><span class="dot ${presence}" aria-hidden="true" />Set ${termOf(presence).toLowerCase()}</button>`)}<//></td></tr>`;
}

/** Taken units of all units. @param {{load: number, capacity: number}} props */
function Load({ load, capacity }) {
  if (!capacity) return html`<span class="none">–</span>`;
  return html`<span class="load" title="${load} of ${capacity} units taken"><span class="slots" aria-hidden="true">${Array.from({ length: Math.min(8, capacity) }, (_, i) => html`<i class=${i < load ? 'taken' : ''} key=${i} />`)}</span><span class="num">${load} of ${capacity}</span></span>`;
}
