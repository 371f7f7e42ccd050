// @ts-check
// What was said? Messages in order, by whom, with cards; new ones are read out, old ones are not.
import { clock, day } from '../format.js';
import { html, useEffect, useLayoutEffect, useRef } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { Card } from './cards.js';
import { t } from './words.js';

const NEAR_END_PX = 120, GROUP_MS = 120_000;

/** @param {{store: import('./store.js').ChatStore}} props */
export function Log({ store }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const atEnd = useRef(true);
  const messages = store.messages.value;
  const unsent = store.unsent.value.filter((one) => !messages.some((message) => message.id === one.id));
  const size = messages.length + unsent.length + (store.typing.value ? 0.5 : 0) + (store.coming.value?.text.length ?? 0) / 100_000 + Object.keys(store.answers.value).length / 1000;
  useLayoutEffect(() => {
    if (box.current && (atEnd.current || unsent.length)) box.current.scrollTop = box.current.scrollHeight;
  }, [size, store.opened.value]);
  useEffect(() => {
    // What grows or gets less room (a problem beside a field, the place in line) must not hide the newest words.
    const watcher = new ResizeObserver(() => box.current && atEnd.current && (box.current.scrollTop = box.current.scrollHeight));
    if (box.current) for (const element of [box.current, ...box.current.children]) watcher.observe(element);
    return () => watcher.disconnect();
  }, [size]);
  const onScroll = () => {
    const element = box.current;
    if (!element) return; // scrolled by its own end
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
  };
  const lastOwn = messages.findLastIndex((message) => message.author.kind === 'customer');
  return html`<div class="log" role="log" aria-label=${t('Conversation')} aria-live=${store.settled.value ? 'polite' : 'off'} tabindex="0" ref=${box} onScroll=${onScroll}>
    ${store.greeting.value ? html`<div class="row virtual_agent"><p class="by"><${Icon} name="machine" size=${13} />${t('Virtual assistant')}</p><p class="bubble">${store.greeting.value}</p></div>` : null}
    ${messages.map((message, i) => html`<${Row} key=${message.id} message=${message} before=${messages[i - 1]} store=${store} active=${i > lastOwn && !unsent.length} next=${messages.slice(i + 1).find((one) => one.author.kind === 'customer')?.text ?? ''} />`)}
    ${unsent.map((message) => html`<${Unsent} key=${message.id} message=${message} store=${store} />`)}
    ${store.coming.value ? html`<${Draft} draft=${store.coming.value} />` : null}
    ${store.typing.value ? html`<p class="typing"><i /><i /><i /><span>${t('{name} is writing', { name: store.typing.value })}</span></p>` : null}</div>`;
}

/** Its name, and always that it is a machine. @param {string | undefined} name */
const assistant = (name) => (name && !/assistant/i.test(name) ? t('{name} · virtual assistant', { name }) : t('Virtual assistant'));

/** @param {{message: any, before: any, store: any, active: boolean, next: string}} props */
function Row({ message, before, store, active, next }) {
  const { author } = message;
  const newDay = !before || new Date(before.at).toDateString() !== new Date(message.at).toDateString();
  const newTalk = before && before.interaction && message.interaction && before.interaction !== message.interaction;
  const grouped = !newDay && !newTalk && before.author.kind === author.kind && before.author.name === author.name && before.author.model === author.model && Date.parse(message.at) - Date.parse(before.at) < GROUP_MS;
  const by = author.kind === 'customer' ? t('You') : author.kind === 'virtual_agent' ? assistant(author.name) : author.name || (author.kind === 'agent' ? t('Colleague') : '');
  return html`${newDay || newTalk ? html`<p class="divider">${newTalk ? t('New conversation · ') : ''}${new Date(message.at).toDateString() === new Date().toDateString() ? t('Today') : day(message.at)}</p>` : null}
    <div class="row ${author.kind} ${grouped ? 'grouped' : ''}">
      ${by ? html`<p class="by ${grouped || author.kind === 'customer' ? 'hidden' : ''}">${author.kind === 'virtual_agent' ? html`<${Icon} name="machine" size=${13} />` : null}${by}${author.model ? html` <span class="written" title=${t('Written by a language model, within the bounds of the company')}>${t('AI')}</span>` : null}</p>` : null}
      ${message.text ? html`<p class="bubble" dir="auto" title=${clock(message.at)}>${message.text}</p>` : null}
      ${message.card ? html`<${Card} card=${message.card} store=${store} active=${active} next=${next} />` : null}</div>`;
}

/** What is still being said; read out once it is whole. @param {{draft: {text: string, gone: boolean}}} props */
function Draft({ draft }) {
  if (draft.gone) return html`<p class="taken-back" role="status">${t('The assistant has taken back what it began to say.')}</p>`;
  return html`<div class="row virtual_agent draft" aria-hidden="true"><p class="by"><${Icon} name="machine" size=${13} />${t('Virtual assistant')}</p><p class="bubble" dir="auto">${draft.text}<i class="caret" /></p></div>`;
}

/** @param {{message: any, store: any}} props */
function Unsent({ message, store }) {
  const waits = store.link.value !== 'live';
  return html`<div class="row customer unsent"><p class="by hidden">${t('You')}</p><p class="bubble" dir="auto">${message.text}</p>
    ${message.problem
      ? html`<p class="send-state bad"><${Icon} name="alert" size=${13} />${t('Not sent: {problem}', { problem: message.problem })} <button type="button" class="link" onClick=${() => store.retry(message)}>${t('Try again')}</button> <button type="button" class="link" onClick=${() => store.discard(message.id)}>${t('Remove')}</button></p>`
      : html`<p class="send-state">${message.sent ? '' : waits ? t('Sent as soon as you are connected') : t('Sending…')}</p>`}</div>`;
}
