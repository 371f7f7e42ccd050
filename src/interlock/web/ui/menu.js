// @ts-check
// How does a button open a few choices? Arrow keys move, Escape closes and gives the focus back.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../lib.js';

const GAP_PX = 4;

/**
 * @param {{label: any, name: string, className?: string, children: (close: () => void) => any, id?: string, floating?: boolean}} props `floating`: over everything, for a place that scrolls
 */
export function Menu({ label, name, className = 'button quiet', children, id, floating = false }) {
  const [open, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const items = () => /** @type {HTMLElement[]} */ ([...(root.current?.querySelectorAll('.menu-list button:not(:disabled), .menu-list input') ?? [])]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return undefined;
    items()[0]?.focus({ preventScroll: true });
    /** @param {MouseEvent} event */
    const outside = (event) => !root.current?.contains(/** @type {Node} */ (event.target)) && setOpen(false);
    document.addEventListener('mousedown', outside);
    return () => document.removeEventListener('mousedown', outside);
  }, [open]);
  useLayoutEffect(() => {
    const list = /** @type {HTMLElement | null | undefined} */ (root.current?.querySelector('.menu-list'));
    if (!open || !floating || !list || !button.current) return undefined;
    const place = () => {
      const at = /** @type {HTMLElement} */ (button.current).getBoundingClientRect();
      if (at.bottom < 0 || at.top > innerHeight) return setOpen(false); // scrolled out of sight
      const top = Math.min(at.bottom + GAP_PX, innerHeight - list.offsetHeight - GAP_PX);
      return Object.assign(list.style, { position: 'fixed', inset: `${top}px auto auto ${Math.max(GAP_PX, at.right - list.offsetWidth)}px` });
    };
    place();
    addEventListener('scroll', place, { capture: true }); // a new message scrolls the transcript: the choices stay at their button
    return () => removeEventListener('scroll', place, { capture: true });
  }, [open]);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (!open) return;
    const all = items();
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === 'Escape') close();
    else if (event.key === 'ArrowDown') all[(at + 1) % all.length]?.focus();
    else if (event.key === 'ArrowUp') all[(at - 1 + all.length) % all.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="menu" ref=${root} onKeyDown=${onKey}>
    <button type="button" id=${id} ref=${button} class=${className} aria-haspopup="true" aria-expanded=${open} aria-label=${name} title=${name}
      onClick=${() => setOpen(!open)}>${label}</button>
    ${open ? html`<div class="menu-list" role="group" aria-label=${name}>${children(close)}</div>` : null}</div>`;
}
