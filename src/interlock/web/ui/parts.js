// @ts-check
// Which small parts do all pages share? Times, keys, marks, identifiers, skeletons, empty and error states.
import { now, slowNow } from '../clock.js';
import { clock, duration, exact, fullTime, since } from '../format.js';
import { keyLabel } from '../keys.js';
import { html, useEffect, useState } from '../lib.js';
import { Icon } from './icons.js';

/** A moment, with the full one on hover. @param {{at: string | null | undefined}} props */
export function At({ at }) {
  return at ? html`<time datetime=${at} title=${fullTime(at)}>${clock(at)}</time>` : null;
}

/** How long since, in minutes; ticks slowly. @param {{at: string | null | undefined, fallback?: string}} props */
export function Ago({ at, fallback = '' }) {
  return at ? html`<time class="num" datetime=${at} title=${fullTime(at)}>${duration(since(at, slowNow.value))}</time>` : fallback;
}

/** How long since, to the second; ticks. @param {{at: string | null | undefined, fallback?: string}} props */
export function Ticking({ at, fallback = '–' }) {
  return at ? html`<time class="num" datetime=${at} title=${fullTime(at)}>${exact(since(at, now.value))}</time>` : fallback;
}

/** Keys as they are printed on a keyboard. @param {{of: string}} props */
export function Keys({ of }) {
  return html`<span class="keys" aria-hidden="true">${keyLabel(of).map((part) => html`<kbd>${part}</kbd>`)}</span>`;
}

/** A state in a word with its sign; the tone never stands alone. @param {{tone?: string, icon?: any, children?: any, title?: string}} props */
export function Mark({ tone = 'plain', icon, children, title }) {
  return html`<span class="mark ${tone}" title=${title}>${icon ? html`<${Icon} name=${icon} size=${14} />` : null}<span>${children}</span></span>`;
}

/** The sign beside everything that a machine said or suggests. @param {{name?: string}} props */
export function MachineSign({ name = 'Virtual agent' }) {
  return html`<span class="machine-sign"><${Icon} name="machine" size=${14} />${name}</span>`;
}

/** An identifier, always with a button that copies it. @param {{id: string, label?: string}} props */
export function CopyId({ id, label = 'identifier' }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = () => navigator.clipboard?.writeText(id).then(() => setDone(true), () => {});
  return html`<span class="copy-id"><code>${id}</code><button type="button" class="icon-button tiny" onClick=${copy}
    aria-label=${done ? 'Copied' : `Copy ${label} ${id}`} title=${done ? 'Copied' : 'Copy'}>
    <${Icon} name=${done ? 'check' : 'copy'} size=${13} /></button></span>`;
}

/** Grey lines where text will be. @param {{lines?: number, label?: string}} props */
export function Skeleton({ lines = 3, label = 'Loading' }) {
  return html`<div class="skeleton" role="status" aria-label=${label}>
    ${Array.from({ length: lines }, (_, i) => html`<div class="bone w${i % 3}" key=${i} />`)}<span class="skeleton-word">${label}…</span></div>`;
}

/** Nothing here, and what that means. @param {{title: string, children?: any, icon?: any}} props */
export function Empty({ title, children, icon }) {
  return html`<div class="empty">${icon ? html`<${Icon} name=${icon} size=${28} />` : null}<p class="empty-title">${title}</p>
    ${children ? html`<div class="empty-text">${children}</div>` : null}</div>`;
}

/** What went wrong, where it happened. @param {{children?: any, onRetry?: (() => void) | null}} props */
export function ErrorNote({ children, onRetry }) {
  return html`<div class="error-note" role="alert"><${Icon} name="alert" /><span>${children}</span>
    ${onRetry ? html`<button type="button" class="button small" onClick=${onRetry}>Try again</button>` : null}</div>`;
}

/** A list of names and values. @param {{rows: Array<{label: any, value: any, note?: any}>}} props */
export function Pairs({ rows }) {
  return html`<dl class="pairs">${rows.map((row, i) => html`<div key=${i}><dt>${row.label}</dt>
    <dd>${row.value}${row.note ? html`<span class="note">${row.note}</span>` : null}</dd></div>`)}</dl>`;
}
