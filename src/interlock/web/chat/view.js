// @ts-check
// The customer's window: a button in the corner, and a panel with who is there, what was said, and where to write.
import { slowNow } from '../clock.js';
import { duration, ordinal, since } from '../format.js';
import { html, useEffect, useLayoutEffect, useRef, useState } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { Carry, CarryLink } from './carry.js';
import { Log } from './log.js';
import { t } from './words.js';

const TYPING_EVERY_MS = 3000, LONGEST = 4000, TALLEST_PX = 132;
const coarse = () => matchMedia('(pointer: coarse)').matches;

/** @typedef {import('./store.js').ChatStore} ChatStore */

/** @param {{store: ChatStore}} props */
export function Chat({ store }) {
  const launcher = useRef(/** @type {HTMLElement | null} */ (null));
  const wasOpen = useRef(store.opened.peek());
  const open = store.opened.value;
  useEffect(() => {
    if (wasOpen.current && !open) launcher.current?.focus();
    wasOpen.current = open;
  }, [open]);
  const unread = store.unread.value;
  return html`<div class="chat ${open ? 'is-open' : ''}">
    ${open ? html`<${Panel} store=${store} />` : null}
    <button type="button" ref=${launcher} class="launcher" aria-expanded=${open} aria-label=${open ? t('Close the chat') : unread ? t('Open the chat, {count} unread', { count: unread }) : t('Open the chat')} onClick=${() => store.setOpen(!open)}>
      <${Icon} name=${open ? 'down' : 'chat'} size=${26} />${!open && unread ? html`<span class="unread" aria-hidden="true">${unread > 9 ? '9+' : unread}</span>` : null}</button>
    <p class="sr" role="status">${!open && store.settled.value && unread ? unread === 1 ? t('1 new message in the chat') : t('{count} new messages in the chat', { count: unread }) : ''}</p></div>`;
}

/** The window without its button, where a page has a place for it. @param {{store: ChatStore}} props */
export function InlineChat({ store }) {
  return html`<div class="chat inline is-open"><${Panel} store=${store} inline=${true} /></div>`;
}

/** @param {{store: ChatStore, inline?: boolean}} props */
function Panel({ store, inline = false }) {
  const panel = useRef(/** @type {HTMLElement | null} */ (null));
  const [ask, setAsk] = useState('');
  useEffect(() => {
    if (inline) return;
    const target = coarse() ? panel.current : /** @type {HTMLElement | null | undefined} */ (panel.current?.querySelector('textarea'));
    target?.focus({ preventScroll: true });
  }, []);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    if (ask) setAsk('');
    else if (store.carry.value) store.carry.value = null;
    else if (!inline) store.setOpen(false);
  };
  const { ended, holder } = store.state.value;
  return html`<section class="panel" role=${inline ? 'region' : 'dialog'} aria-label=${store.title.value || t('Chat')} ref=${panel} tabindex="-1" onKeyDown=${onKey}>
    <${Head} store=${store} onAsk=${setAsk} inline=${inline} />
    ${store.link.value === 'lost' ? html`<p class="strip warn" role="status"><${Icon} name="alert" /><span>${t('No connection. What you write is kept and sent when it is back.')}</span><button type="button" class="link" onClick=${() => store.reconnect()}>${t('Try now')}</button></p>` : null}
    <${StateLine} store=${store} />
    ${store.link.value === 'connecting' && !store.greeting.value ? html`<div class="log loading" role="status"><span class="bone" /><span class="bone" /><span>${t('Connecting…')}</span></div>` : html`<${Log} store=${store} />`}
    ${ask ? html`<div class="ask" role="alertdialog" aria-label=${ask === 'queue' ? t('Leave the queue?') : t('End the chat?')}><p>${ask === 'queue' ? t('Leave the queue? You lose your place.') : t('End the chat?')}</p>
      <button type="button" class="primary" autofocus onClick=${() => (store.leave(), setAsk(''))}>${ask === 'queue' ? t('Leave queue') : t('End chat')}</button><button type="button" onClick=${() => setAsk('')}>${ask === 'queue' ? t('Keep my place') : t('Go on')}</button></div>` : null}
    ${ended && !store.fresh.value ? html`<div class="ended"><p>${t('This conversation has ended.')}</p><button type="button" class="primary" onClick=${() => (store.fresh.value = true)}>${t('Start a new conversation')}</button></div>` : null}
    <${Carry} store=${store} />
    <${Composer} store=${store} />
    ${holder === 'virtual_agent' && !ended && !ask ? html`<div class="exit"><button type="button" class="link" onClick=${() => store.say(t('I would like to talk to a person'))}><${Icon} name="person" size=${14} />${t('Talk to a person')}</button><${CarryLink} store=${store} /></div>` : null}</section>`;
}

/** @param {{store: ChatStore, onAsk: (what: string) => void, inline: boolean}} props */
function Head({ store, onAsk, inline }) {
  const { holder, agent_name: agent, ended, interaction } = store.state.value;
  const who = holder === 'agent' ? html`<${Icon} name="person" size=${14} />${agent || t('A colleague')}` : holder === 'queue' ? html`<${Icon} name="clock" size=${14} />${t('Waiting for a person')}` : html`<${Icon} name="machine" size=${14} />${t('Virtual assistant')}`;
  return html`<header class="head"><div><h2>${store.title.value || t('Chat')}</h2><p class=${holder === 'virtual_agent' ? 'machine' : ''}>${who}</p></div>
    ${interaction && !ended ? html`<button type="button" class="head-button" onClick=${() => onAsk(holder === 'queue' ? 'queue' : 'chat')}>${holder === 'queue' ? t('Leave queue') : t('End chat')}</button>` : null}
    ${inline ? null : html`<button type="button" class="head-icon" aria-label=${t('Close the window; the conversation goes on')} onClick=${() => store.setOpen(false)}><${Icon} name="down" size=${20} /></button>`}</header>`;
}

/** Where I am: in line, with somebody, or about to be cut off. @param {{store: ChatStore}} props */
function StateLine({ store }) {
  const { queue, silence_warned: warned, holder, ended } = store.state.value;
  if (ended) return null;
  if (holder === 'queue' && queue) {
    const waited = since(queue.since, slowNow.value);
    const rest = queue.expected_s ? Math.max(0, queue.expected_s - waited) : 0;
    return html`<div class="strip place" role="status"><span class="place-number">${queue.place ? ordinal(queue.place) : '…'}</span>
      <span><strong>${queue.place ? t('You are {place} in line', { place: ordinal(queue.place), number: queue.place }) : t('You are in line')}</strong><br />${t('waiting {time}', { time: duration(waited) })}${rest > 30 ? t(' · about {time} to go', { time: duration(rest) }) : ''}</span></div>`;
  }
  if (warned) return html`<p class="strip warn" role="alert"><${Icon} name="clock" /><span>${t('This conversation ends soon if you do not answer.')}</span><button type="button" onClick=${() => store.say(t('I am still here'))}>${t('I am still here')}</button></p>`;
  return null;
}

/** @param {{store: ChatStore}} props */
function Composer({ store }) {
  const text = store.draft.value;
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const typedAt = useRef(0);
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(TALLEST_PX, area.scrollHeight)}px`;
  }, [text]);
  useEffect(() => {
    if (store.fresh.value) box.current?.focus();
  }, [store.fresh.value]);
  /** @param {string} value */
  const write = (value) => {
    store.write(value);
    if (value && Date.now() - typedAt.current > TYPING_EVERY_MS) {
      typedAt.current = Date.now();
      store.sendTyping();
    }
  };
  const send = () => {
    const said = text.trim();
    if (!said || said.length > LONGEST) return;
    store.say(said);
    write('');
    box.current?.focus();
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const { ended, holder, agent_name: agent } = store.state.value;
  const hint = store.fresh.value ? t('How can we help?') : ended ? t('Write to pick this conversation up again') : holder === 'agent' ? (agent ? t('Write to {name}', { name: agent }) : t('Write to our colleague')) : t('Write a message');
  const over = text.trim().length - LONGEST;
  return html`<form class="composer" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), send())}>
    ${over > 0 ? html`<p class="send-state bad" role="alert">${t('{count} characters too long', { count: over })}</p>` : null}
    <textarea ref=${box} rows="1" dir="auto" aria-label=${hint} placeholder=${hint} value=${text} enterkeyhint="send" onInput=${(/** @type {any} */ event) => write(event.target.value)} onKeyDown=${onKey} />
    <button type="submit" class="send" aria-label=${t('Send')} disabled=${!text.trim() || over > 0}><${Icon} name="send" size=${20} /></button></form>`;
}
