// @ts-check
// What frames every staff page? The top bar, the theme switch, who is signed in, and the banner when the connection is gone.
import { signOut } from '../api.js';
import { now } from '../clock.js';
import { duration } from '../format.js';
import { html, signal } from '../lib.js';
import { Icon } from './icons.js';
import { Menu } from './menu.js';
import { sayProblem } from './toasts.js';

const THEMES = /** @type {const} */ ([['auto', 'As the system', 'auto'], ['light', 'Light', 'sun'], ['dark', 'Dark', 'moon']]);

/** The chosen theme. */
export const theme = signal(document.documentElement.dataset.theme ?? 'auto');

/** @param {string} chosen */
export function setTheme(chosen) {
  theme.value = chosen;
  if (chosen === 'auto') {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem('interlock.theme');
  } else {
    document.documentElement.dataset.theme = chosen;
    localStorage.setItem('interlock.theme', chosen);
  }
}

/** Light, dark, or as the system has it: the next of the three. */
export function nextTheme() {
  const names = THEMES.map(([name]) => name);
  setTheme(names[(names.indexOf(/** @type {any} */ (theme.value)) + 1) % names.length]);
}

/** The sign of the product: two tracks, one passage. */
export function Logo() {
  return html`<svg class="logo" width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.200" stroke-linecap="round" aria-hidden="true">
    <path d="M3 17h6l6-10h6" /><path d="M3 7h4M17 17h4" opacity=".45" /></svg>`;
}

/** @param {{page: string, roles: string[], name: string, children?: any, menu?: any, lent?: any[]}} props `lent`: whose authority was lent to me; it leads to the approvals */
export function TopBar({ page, roles, name, children, menu, lent = [] }) {
  const pages = [['desk', 'Desk', ['agent', 'admin']], ['supervisor', 'Supervisor', ['supervisor', 'manager', 'admin']], ['matters', 'Matters', ['supervisor', 'manager']], ...['Journeys', 'Knowledge', 'Triggers', 'Policies'].map((title) => [title.toLowerCase(), title, ['supervisor', 'admin']]), ...(page === 'stage' ? [['stage', 'Stage', ['supervisor', 'admin']]] : [])].filter(([, , wanted]) => roles.some((/** @type {string} */ role) => wanted.includes(role)));
  return html`<header class="topbar">
    <a class="brand" href="/" title="Interlock: start page"><${Logo} /><span>Interlock</span></a>
    <nav aria-label="Pages">${pages.map(([id, title]) => html`<a href="/${id}" aria-current=${id === page ? 'page' : null}>${title}</a>`)}
      ${lent.length && !pages.some(([id]) => id === 'supervisor') ? html`<a href="/supervisor#approvals" aria-current=${page === 'supervisor' ? 'page' : null} title="You decide for ${lent.map((one) => one.by).join(', ')}">Approvals</a>` : null}</nav>
    <div class="topbar-end">${children}
      <${Menu} name="Account: ${name}" className="button quiet account" label=${html`<${Icon} name="person" /><span class="account-name">${name}</span><${Icon} name="down" size=${12} />`}>
        ${(/** @type {() => void} */ close) => html`
          <p class="menu-head">Theme</p>
          ${THEMES.map(([id, title, icon]) => html`<button type="button" aria-pressed=${theme.value === id} onClick=${() => setTheme(id)}>
            <${Icon} name=${icon} />${title}${theme.value === id ? html`<${Icon} name="check" />` : null}</button>`)}
          <hr />
          ${menu?.(close)}
          <button type="button" onClick=${() => signOut().catch(sayProblem)}><${Icon} name="out" />Sign out</button>`}
      <//></div></header>`;
}

/** Said at once when what is on the screen may be old. @param {{live: import('../live.js').Live}} props */
export function LinkBanner({ live }) {
  if (live.link.value !== 'lost') return null;
  const seconds = (now.value - (live.lostSince.value ?? now.value)) / 1000;
  if (seconds < 1) return null;
  return html`<div class="banner warn" role="alert"><${Icon} name="alert" />
    <span><strong>Disconnected.</strong> What you see is ${duration(seconds)} old. What you write is kept and the page reconnects by itself.</span>
    <button type="button" class="button small" onClick=${() => live.retryNow()}>Reconnect now</button></div>`;
}
