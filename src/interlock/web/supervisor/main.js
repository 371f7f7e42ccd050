// @ts-check
// The supervisor's page: the floor, the approvals, the wallboard.
import { signedIn } from '../api.js';
import { register } from '../keys.js';
import { html, render, signal, useErrorBoundary } from '../lib.js';
import { LinkBanner, nextTheme, TopBar } from '../ui/frame.js';
import { Icon } from '../ui/icons.js';
import { KeySheet, Palette } from '../ui/palette.js';
import { Empty, ErrorNote, Keys, Mark, Skeleton } from '../ui/parts.js';
import { Toasts } from '../ui/toasts.js';
import { Agents } from './agents.js';
import { Approvals, decide, InboxStrip, possible } from './approvals.js';
import { Lockouts } from './lockouts.js';
import { LookDialog } from './look.js';
import { Parked } from './parked.js';
import { Queues } from './queues.js';
import { Slas } from './slas.js';
import { board, boardDoc, chosen, current, inbox, lentToMe, live, looking, me, move, overlay, show, view, waiting } from './state.js';
import { openBreaker, openHalt, Switches } from './switches.js';
import { Wall } from './wall.js';

const TITLES = /** @type {Record<string, string>} */ ({ floor: 'Floor', approvals: 'Approvals', wall: 'Wallboard' });
/** Who sees the floor; others come for approvals alone, with authority that they were lent. */
const FLOOR = ['supervisor', 'manager', 'admin'];
const who = signal(/** @type {any} */ (null));
const failed = signal('');

function Supervisor() {
  const [error, reset] = useErrorBoundary((problem) => console.error(problem));
  if (error) return html`<div class="page-state"><${Empty} icon="alert" title="This page has a fault"><p>${String(error.message ?? error)}</p><button type="button" class="button" onClick=${reset}>Show it again</button><//></div>`;
  if (failed.value) return html`<div class="page-state"><${Empty} icon="alert" title="The page cannot be opened"><p>${failed.value}</p><button type="button" class="button" onClick=${() => location.reload()}>Try again</button><//></div>`;
  const close = () => (overlay.value = '');
  const staff = who.value?.staff ?? { name: '', roles: ['supervisor'] };
  const floor = staff.roles.some((/** @type {string} */ role) => FLOOR.includes(role));
  const views = Object.entries(TITLES).filter(([id]) => floor || id === 'approvals');
  const shown = floor ? view.value : 'approvals';
  return html`<div class="app">
    <${TopBar} page="supervisor" roles=${staff.roles} name=${staff.name} lent=${floor ? [] : lentToMe.value.map((one) => ({ by: one.by.name }))}>
      <button type="button" class="button quiet find" onClick=${() => (overlay.value = 'palette')}><${Icon} name="search" /><span class="wide-only">Find</span><${Keys} of="Ctrl+k" /></button>
      <button type="button" class="icon-button" aria-label="Show every key" title="Keys  ?" onClick=${() => (overlay.value = 'keys')}><${Icon} name="question" /></button><//>
    <${LinkBanner} live=${live} />
    <nav class="views" aria-label="Views">${views.map(([id, title], i) => html`<a href="#${id}" aria-current=${shown === id ? 'page' : null}>${title}${id === 'approvals' && waiting.value.length ? html`<span class="badge">${waiting.value.length}</span>` : null}<${Keys} of=${String(i + 1)} /></a>`)}</nav>
    ${shown === 'approvals' ? html`<main class="view-body flush"><${Approvals} /></main>` : html`<main class="view-body"><${BoardState}>${shown === 'wall' ? html`<${Wall} />` : html`<${Floor} />`}<//></main>`}
    <${LookDialog} /><${Toasts} />
    ${overlay.value === 'palette' ? html`<${Palette} onClose=${close} things=${things()} />` : null}
    ${overlay.value === 'keys' ? html`<${KeySheet} onClose=${close} />` : null}</div>`;
}

/** @param {{children?: any}} props */
function BoardState({ children }) {
  if (board.value) return children;
  return boardDoc.problem.value ? html`<${ErrorNote}>${boardDoc.problem.value}<//>` : html`<${Skeleton} lines=${8} label="Loading the board" />`;
}

function Floor() {
  const { interactions, parked, alerts = [] } = board.value;
  const figures = [['Open interactions', interactions.open, ''], ['With the virtual agent', interactions.with_virtual_agent, 'machine'], ['Waiting', interactions.waiting, ''], ['With agents', interactions.with_agents, '']];
  const halted = board.value.switches?.length ?? 0;
  return html`<div class="floor"><${InboxStrip} />
    ${halted ? html`<a class="inbox-strip halted-strip" href="#floor" onClick=${() => document.querySelector('.card.halted')?.scrollIntoView()}><${Icon} name="stop" /><strong>${halted === 1 ? 'One kill switch is thrown' : `${halted} kill switches are thrown`}</strong></a>` : null}
    <dl class="figures">${figures.map(([label, value, tone]) => html`<div class=${tone}><dt>${tone ? html`<${Icon} name="machine" size=${13} /> ` : null}${label}</dt><dd class="num">${value}</dd></div>`)}
      ${parked ? html`<div><dt>Parked work</dt><dd class="num">${parked} <${Mark} tone="warn" icon="alert">Needs a look<//></dd></div>` : null}</dl>
    ${alerts.length ? html`<section class="card" aria-label="Alerts"><h2>Alerts</h2><ul class="alerts">${alerts.map((/** @type {any} */ alert) => html`<li key=${alert.what}><${Mark} tone="warn" icon="alert">${alert.what}<//>${alert.count > 1 ? html` <span class="note num">${alert.count} times</span>` : null}</li>`)}</ul></section>` : null}
    <${Parked} />
    <section class="card"><h2>Queues</h2><${Queues} /></section>
    <${Slas} />
    <section class="card"><h2>Agents</h2><${Agents} /></section><${Switches} /><${Lockouts} /></div>`;
}

/** What the palette finds besides commands. */
const things = () => [
  ...inbox.value.map((one) => ({ id: one.id, title: one.item.says, group: { approval: 'Approval', draft: 'Draft', override: 'Override', denied: 'Denied', unknown: 'Unknown outcome' }[one.kind], run: () => (show('approvals'), (chosen.value = one.id)) })),
  ...(board.value?.agents ?? []).flatMap((/** @type {any} */ agent) => (agent.work ?? []).slice(0, 1).map((/** @type {any} */ work) => ({ id: `look-${agent.id}`, title: `Look in on ${agent.name}`, group: 'Agents', run: () => (looking.value = work.interaction) }))),
];

const inInbox = () => view.value === 'approvals' || !(me.value?.roles ?? []).some((role) => FLOOR.includes(role));
const OPENS = /** @type {Record<string, string>} */ ({ approval: 'approve', draft: 'send', override: 'grant' });
register([
  ...Object.entries(TITLES).map(([id, title], i) => ({ id: `view-${id}`, group: 'Views', title: `Show ${title.toLowerCase()}`, key: String(i + 1), run: () => show(id) })),
  { id: 'next', group: 'Approvals', title: 'Next', key: 'j', when: inInbox, run: () => move(1) },
  { id: 'before', group: 'Approvals', title: 'The one before', key: 'k', when: inInbox, run: () => move(-1) },
  { id: 'approve', group: 'Approvals', title: 'Approve, send or agree (asks once more)', key: 'a', when: () => inInbox() && possible(OPENS[current.value?.kind ?? ''] ?? ''), run: () => decide(OPENS[current.value?.kind ?? '']) },
  { id: 'reject', group: 'Approvals', title: 'Reject with reasons', key: 'x', when: () => inInbox() && possible('reject'), run: () => decide('reject') },
  { id: 'counter', group: 'Approvals', title: 'Counter with less', key: 'c', when: () => inInbox() && possible('counter'), run: () => decide('counter') },
  { id: 'ask-back', group: 'Approvals', title: 'Ask back', key: 'q', when: () => inInbox() && possible('ask'), run: () => decide('ask') },
  { id: 'escalate', group: 'Approvals', title: 'Pass on', key: 'e', when: () => inInbox() && possible('escalate'), run: () => decide('escalate') },
  { id: 'lend', group: 'Approvals', title: 'Lend my authority', key: 'd', when: inInbox, run: () => (overlay.value = 'lend') },
  { id: 'halt', group: 'The floor', title: 'Halt something at once…', run: () => (show('floor'), openHalt()) },
  { id: 'breaker', group: 'The floor', title: 'Open a breaker by hand…', run: () => (show('floor'), openBreaker()) },
  { id: 'palette', group: 'The page', title: 'Find anything', key: 'Ctrl+k', whileTyping: true, hidden: true, run: () => (overlay.value = 'palette') },
  { id: 'keys', group: 'The page', title: 'Show every key', key: '?', run: () => (overlay.value = 'keys') },
  { id: 'theme', group: 'The page', title: 'Change the theme', key: 't', run: nextTheme },
]);

render(html`<${Supervisor} />`, /** @type {Element} */ (document.getElementById('page')));
signedIn().then((answer) => ((who.value = answer), (me.value = answer.staff)), (error) => (failed.value = error.message));
