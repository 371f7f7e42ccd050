// @ts-check
// How is something asked in the middle of work? A native dialog: Escape closes, the focus goes back where it was.
import { html, useEffect, useRef } from '../lib.js';
import { Icon } from './icons.js';

/** @param {{title: string, onClose: () => void, children?: any, wide?: boolean, plain?: boolean}} props */
export function Dialog({ title, onClose, children, wide = false, plain = false }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      before?.focus?.({ preventScroll: true });
    };
  }, []);
  /** @param {MouseEvent} event */
  const onBackdrop = (event) => event.target === dialog.current && onClose();
  return html`<dialog ref=${dialog} class="dialog ${wide ? 'wide' : ''}" aria-label=${title} onMouseDown=${onBackdrop}
      onCancel=${(/** @type {Event} */ event) => (event.preventDefault(), onClose())}>
    <div class="dialog-body">${plain
      ? null
      : html`<header class="dialog-head"><h2>${title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick=${onClose}><${Icon} name="cross" /></button></header>`}
      ${children}</div></dialog>`;
}
