// @ts-check
// What am I writing to the customer? The reply box keeps its place, and its draft for every interaction.
import { call } from '../api.js';
import { html, useEffect, useLayoutEffect, useRef, useState } from '../lib.js';
import { drafts } from '../store.js';
import { Icon } from '../ui/icons.js';
import { Keys } from '../ui/parts.js';
import { draftsChanged, sendReply } from './state.js';

const TYPING_EVERY_MS = 3000, LONGEST = 4000, TALLEST_PX = 220;

/** @param {{interaction: string, closed: string, customer: string, aloud: boolean}} props `closed` says why nothing can be written, or is empty; `aloud`: it is read out on the phone */
export function Composer({ interaction, closed, customer, aloud }) {
  const [text, setText] = useState(() => drafts.get(interaction));
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const typedAt = useRef(0);
  const outside = draftsChanged.value;
  useEffect(() => setText(drafts.get(interaction)), [outside]);
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.blockSize = 'auto';
    area.style.blockSize = `${Math.min(TALLEST_PX, area.scrollHeight + 2)}px`;
  }, [text]);
  /** @param {string} value */
  const write = (value) => {
    setText(value);
    drafts.set(interaction, value);
    if (value && Date.now() - typedAt.current > TYPING_EVERY_MS) {
      typedAt.current = Date.now();
      call('POST', `/v1/interactions/${interaction}/typing`, {}).catch(() => {}); // a signal: not worth a word
    }
  };
  const send = () => {
    const said = text.trim();
    if (!said || closed || said.length > LONGEST) return;
    sendReply(interaction, said);
    write('');
    box.current?.focus();
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.key === 'Escape') box.current?.blur();
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const over = text.trim().length - LONGEST;
  return html`<form class="composer" onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), send())}>
    <label class="visually-hidden" for="reply">Reply to ${customer}${aloud ? ', read out on the phone' : ''}</label>
    <textarea id="reply" ref=${box} rows="2" dir="auto" value=${text} disabled=${Boolean(closed)} placeholder=${closed || (aloud ? `Read out to ${customer} on the phone` : `Reply to ${customer}`)}
      onInput=${(/** @type {any} */ event) => write(event.target.value)} onKeyDown=${onKey} aria-describedby="reply-help" />
    <div class="composer-foot"><span id="reply-help" class="note">${over > 0
      ? html`<span class="field-error">${over} characters too long</span>`
      : closed ? '' : html`<${Keys} of="Enter" /> sends · <${Keys} of="Shift+Enter" /> new line${aloud ? ' · on the phone: what you write is read out' : ''}${text ? ' · draft kept' : ''}`}</span>
      <button type="submit" class="button primary" disabled=${!text.trim() || Boolean(closed) || over > 0}><${Icon} name="send" />Send</button></div></form>`;
}

/** Put the focus in the reply box. */
export const focusReply = () => /** @type {HTMLElement | null} */ (document.getElementById('reply'))?.focus();
