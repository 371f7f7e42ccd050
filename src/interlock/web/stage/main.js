// @ts-check
// The stage: chat, verdicts, the agent's screen and the shop's books side by side; what was tried, and what came of it.
import { get, post, setCsrf } from '../api.js';
import { count } from '../format.js';
import { html, render, signal, useErrorBoundary } from '../lib.js';
import { LinkBanner, Logo, TopBar } from '../ui/frame.js';
import { Icon } from '../ui/icons.js';
import { Empty, ErrorNote, Skeleton } from '../ui/parts.js';
import { Toasts } from '../ui/toasts.js';
import { Agent } from './agent.js';
import { Books } from './books.js';
import { Chat, Tries } from './chat.js';
import { Gate } from './gate.js';
import { KillButton, KillStrip } from './kill.js';
import { openReplay, ReplayDialog } from './replay.js';
import { fold, folds, links, live, open, problem, proposals, stage } from './state.js';

const who = signal(/** @type {any} */ (undefined));
const failed = signal('');

function Stage() {
  const [error, reset] = useErrorBoundary((thrown) => console.error(thrown));
  if (error) return html`<div class="page-state"><${Empty} icon="alert" title="This page has a fault"><p>${String(error.message ?? error)}</p><button type="button" class="button" onClick=${reset}>Show it again</button><//></div>`;
  if (who.value === undefined) return html`<div class="page-state"><${Skeleton} lines=${4} label="Opening the stage" /></div>`;
  if (who.value === null) return html`<${Entrance} />`;
  const { staff } = who.value;
  return html`<div class="app"><${TopBar} page="stage" roles=${staff.roles} name=${staff.name} />
    ${live.value ? html`<${LinkBanner} live=${live.value} />` : null}
    <main class="stage"><${Counters} /><${KillStrip} />
      <div class="panes">
        <${Pane} id="chat" icon="chat" title="The customer’s chat" link=${{ href: links.value.mailbox, says: 'Mailbox' }}><${Chat} /><${Tries} /><//>
        <${Pane} id="gate" icon="shield" title="The gate" count=${proposals.value.length} link=${{ href: '/supervisor#approvals', says: 'Approvals' }}><div class="pane-scroll"><${Gate} /></div><//>
        <${Pane} id="agent" icon="person" title="The agent" link=${{ href: '/desk', says: 'Desk' }}><${Agent} /><//>
        <${Pane} id="books" icon="book" title="The shop’s ledger" count=${stage.value?.books?.compared} link=${{ href: links.value.ledger, says: 'Ledger' }}><div class="pane-scroll"><${Books} /></div><//>
      </div></main><${ReplayDialog} /><${Toasts} /></div>`;
}

/** @param {{id: import('./state.js').Pane, icon: any, title: string, count?: number, link?: {href: string | undefined, says: string}, children?: any}} props */
function Pane({ id, icon, title, count = 0, link, children }) {
  const folded = Boolean(folds.value[id]);
  return html`<section class="pane ${id} ${folded ? 'folded' : ''}" aria-label=${title}>
    <header class="pane-head"><button type="button" class="pane-fold" aria-expanded=${!folded} title=${folded ? `Unfold: ${title}` : `Fold: ${title}`} onClick=${() => fold(id)}><${Icon} name=${icon} /><h2>${title}</h2>${count ? html`<span class="pane-count num">${count}</span>` : null}<${Icon} name="down" size=${14} /></button>
      ${link?.href && !folded ? html`<a class="pane-link" href=${link.href} target="_blank">${link.says}<${Icon} name="chevron" size=${13} /></a>` : null}</header>
    <div class="pane-body" hidden=${folded}>${children}</div></section>`;
}

/** How often it was tried, and what got through: that is compared, not claimed. */
function Counters() {
  const value = stage.value;
  const { books, refused } = value ?? {};
  const wrong = books?.unauthorised;
  return html`<header class="counters"><div class="lead"><h1>Try to talk it into something</h1>
      <p class="note">The model suggests, the gate decides. Whatever you get the assistant to say, look what reaches the shop.</p>
      <p class="acts"><button type="button" class="button small" onClick=${openReplay}><${Icon} name="back" size=${14} />What if the limit had been lower?</button><${KillButton} /></p></div>
    <dl><div><dt>Attempts refused</dt><dd class="num" id="refused">${refused?.all ?? '–'}</dd><dd class="note">${refused ? `${refused.here} in this conversation` : ''}</dd></div>
      <div class=${wrong ? 'bad' : 'good'}><dt>Unauthorised effects</dt><dd class="num" id="unauthorised">${wrong ?? '–'}${books ? html`<${Icon} name=${wrong ? 'alert' : 'check'} size=${20} label=${wrong ? 'not all is well' : 'all is well'} />` : null}</dd>
        <dd class="note">${books ? `${count(books.compared, 'refund')} in the shop’s books, each compared with the log` : value?.problem ?? ''}</dd></div></dl>
    ${problem.value ? html`<${ErrorNote}>${problem.value}<//>` : null}</header>`;
}

/** Nobody is signed in: one button does. */
function Entrance() {
  const enter = async () => {
    try {
      const demo = await get('/v1/demo');
      const sofia = demo.staff.find((/** @type {any} */ one) => one.role === 'supervisor');
      const answer = await post('/v1/sign-in', { login: sofia.login, password: demo.password });
      begin(answer);
    } catch (error) {
      failed.value = error instanceof Error ? error.message : String(error);
    }
  };
  return html`<main class="entrance"><p class="entrance-brand"><${Logo} />Interlock</p><h1>The stage</h1>
    <p>A customer’s chat, the gate’s verdicts, the agent’s screen and the shop’s ledger side by side. Five minutes: talk the assistant into what it must not do, and watch what reaches the shop.</p>
    ${failed.value ? html`<${ErrorNote}>${failed.value}<//>` : null}
    <button type="button" class="button primary large" onClick=${enter}><${Icon} name="person" />Enter as the demo’s supervisor</button></main>`;
}

/** @param {any} answer */
function begin(answer) {
  setCsrf(answer.csrf ?? '');
  const roles = answer.staff.roles;
  who.value = roles.includes('supervisor') || roles.includes('admin') ? answer : null;
  if (who.value) open();
}

render(html`<${Stage} />`, /** @type {Element} */ (document.getElementById('page')));
get('/v1/me').then(begin, () => (who.value = null));
