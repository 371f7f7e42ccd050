// @ts-check
// The desk: my interactions, the one in hand, what is known.
import { signedIn } from '../api.js';
import { effect, html, render, signal, useErrorBoundary } from '../lib.js';
import { LinkBanner, TopBar } from '../ui/frame.js';
import { Icon } from '../ui/icons.js';
import { KeySheet, Palette } from '../ui/palette.js';
import { Empty, Keys } from '../ui/parts.js';
import { Toasts } from '../ui/toasts.js';
import { startAlarm } from './alarm.js';
import { registerDesk, workEntries } from './commands.js';
import { Conversation } from './conversation.js';
import { KnownColumn } from './known.js';
import { OfferPill } from './offers.js';
import { NotificationItem, PresenceMenu, SoundButton } from './presence.js';
import { folds, forgetDrafts, live, me, overlay, pane, resendPending } from './state.js';
import { WorkColumn } from './work.js';

const who = signal(/** @type {any} */ (null));
const failed = signal('');

function Desk() {
  const [error, reset] = useErrorBoundary((problem) => console.error(problem));
  if (error) return html`<div class="page-state"><${Empty} icon="alert" title="This page has a fault"><p>${String(error.message ?? error)}</p><p>Your drafts are kept.</p><button type="button" class="button" onClick=${reset}>Show it again</button><//></div>`;
  if (failed.value) return html`<div class="page-state"><${Empty} icon="alert" title="The desk cannot be opened"><p>${failed.value}</p><button type="button" class="button" onClick=${() => location.reload()}>Try again</button><//></div>`;
  const close = () => (overlay.value = '');
  const staff = who.value?.staff ?? { name: '', roles: ['agent'] };
  return html`<div class="app">
    <${TopBar} page="desk" roles=${staff.roles} name=${staff.name} lent=${me.value?.deciding_for ?? []} menu=${(/** @type {() => void} */ done) => html`<${NotificationItem} close=${done} />`}>
      <${OfferPill} />
      <button type="button" class="button quiet find" onClick=${() => (overlay.value = 'palette')}><${Icon} name="search" /><span class="wide-only">Find</span><${Keys} of="Ctrl+k" /></button>
      <button type="button" class="icon-button" aria-label="Show every key" title="Keys  ?" onClick=${() => (overlay.value = 'keys')}><${Icon} name="question" /></button>
      <${SoundButton} /><${PresenceMenu} /><//>
    <${LinkBanner} live=${live} />
    <div class="desk ${folds.value.left ? 'fold-left' : ''} ${folds.value.right ? 'fold-right' : ''}"><${WorkColumn} /><${Conversation} /><${KnownColumn} /></div>
    <${Tabs} />
    <${Toasts} />
    ${overlay.value === 'palette' ? html`<${Palette} onClose=${close} things=${workEntries()} />` : null}
    ${overlay.value === 'keys' ? html`<${KeySheet} onClose=${close} />` : null}</div>`;
}

/** A narrow window shows one column at a time. */
function Tabs() {
  const unread = (me.value?.work ?? []).reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + (one.unread || 0), 0) + (me.value?.offers?.length ?? 0);
  const tabs = /** @type {const} */ ([['work', 'My interactions', 'fold'], ['talk', 'In hand', 'chat'], ['known', 'Known', 'person']]);
  return html`<nav class="tabs" aria-label="Columns">${tabs.map(([id, title, icon]) => html`<button type="button" aria-pressed=${pane.value === id} onClick=${() => (pane.value = id)}>
    <${Icon} name=${icon} size=${20} /><span>${title}</span>${id === 'work' && unread ? html`<span class="badge">${unread}</span>` : null}</button>`)}</nav>`;
}

render(html`<${Desk} />`, /** @type {Element} */ (document.getElementById('page')));
registerDesk();
startAlarm();
signedIn().then((answer) => {
  who.value = answer;
  resendPending();
}, (error) => (failed.value = error.message));
const stopForgetting = effect(() => {
  if (!me.value) return;
  forgetDrafts();
  queueMicrotask(() => stopForgetting());
});
