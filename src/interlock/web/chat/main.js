// @ts-check
// How does the chat come onto a host page? In a shadow root, so that neither page disturbs the other's styles.
import { html, render } from '../lib.js';
import { arrive, carried } from './arriving.js';
import { Memory } from './memory.js';
import { ChatStore } from './store.js';
import { Chat } from './view.js';

const STYLES = ['tokens.css', 'chat/chat.css'], STYLES_MS = 4000;

/** Fetch what the chat looks like into its shadow root. @param {ShadowRoot} root */
export function loadStyles(root) {
  return Promise.all(STYLES.map((name) => new Promise((resolve) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = new URL(`../${name}`, import.meta.url).href; // of the same version as this module
    link.onload = link.onerror = resolve;
    setTimeout(resolve, STYLES_MS);
    root.append(link);
  })));
}

/** Put the chat on the page. @param {{server: string, theme: string}} options */
export async function start({ server, theme }) {
  const host = document.createElement('interlock-chat');
  host.style.setProperty('all', 'initial'); // what the host page says about elements does not reach in
  const scheme = theme === 'light' || theme === 'dark' ? theme : '';
  host.style.setProperty('color-scheme', scheme || 'light dark');
  const root = host.attachShadow({ mode: 'open' });
  document.body.append(host);
  await loadStyles(root);
  const place = document.createElement('div');
  root.append(place);
  const secret = carried();
  const arrived = await arrive(server, new Memory(server));
  const store = new ChatStore(server);
  if (arrived || secret) store.setOpen(true);
  if (secret) store.carry.value = { link: secret };
  document.addEventListener('visibilitychange', () => store.markSeen());
  render(html`<${Chat} store=${store} />`, place);
  return { open: () => store.setOpen(true), close: () => store.setOpen(false) };
}
