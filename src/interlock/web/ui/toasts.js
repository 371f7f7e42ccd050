// @ts-check
// What is said in passing? Short notes at the bottom edge; they never cover what is being worked on and never take the focus.
import { html, signal } from '../lib.js';
import { Icon } from './icons.js';

const SHOWN_MS = 6000;
let next = 1;

/** @type {import('../lib.js').Signal<Array<{id: number, text: string, tone: string}>>} */
export const toasts = signal([]);

/** @param {string} text @param {'plain' | 'bad'} [tone] */
export function say(text, tone = 'plain') {
  const id = next++;
  toasts.value = [...toasts.value.slice(-2), { id, text, tone }];
  setTimeout(() => dismiss(id), tone === 'bad' ? 2 * SHOWN_MS : SHOWN_MS);
}

/** Say what went wrong. @param {unknown} error */
export function sayProblem(error) {
  say(error instanceof Error ? error.message : String(error), 'bad');
}

/** @param {number} id */
function dismiss(id) {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">${toasts.value.map(
    (toast) => html`<div class="toast ${toast.tone}" key=${toast.id}>
      ${toast.tone === 'bad' ? html`<${Icon} name="alert" />` : null}<span>${toast.text}</span>
      <button type="button" class="icon-button tiny" aria-label="Dismiss" onClick=${() => dismiss(toast.id)}><${Icon} name="cross" size=${13} /></button></div>`,
  )}</div>`;
}
