// @ts-check
// How is anything found by typing? Ctrl-K lists every command and thing by name; `?` shows every key.
import { available } from '../keys.js';
import { html, useEffect, useRef, useState } from '../lib.js';
import { Dialog } from './dialog.js';
import { Keys } from './parts.js';

const MOST_SHOWN = 40;

/**
 * @typedef {{id: string, title: string, group: string, key?: string, note?: string, run: () => void}} Entry
 */

/** How well a query fits: every word must occur; at the start of a word counts more. @param {string} query @param {string} text */
export function fit(query, text) {
  const hay = text.toLowerCase();
  let score = 0;
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = hay.indexOf(word);
    if (at < 0) return -1;
    score += at === 0 ? 3 : /\W/.test(hay[at - 1]) ? 2 : 1;
  }
  return score;
}

/** @param {{onClose: () => void, things?: Entry[]}} props */
export function Palette({ onClose, things = [] }) {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const all = [...things, ...available().filter((command) => !command.hidden)];
  const found = all
    .map((entry) => ({ entry, score: fit(query, `${entry.title} ${entry.group} ${('note' in entry && entry.note) || ''}`) }))
    .filter(({ score }) => score >= 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_SHOWN)
    .map(({ entry }) => entry);
  const chosen = Math.min(at, found.length - 1);
  useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [chosen, query]);
  /** @param {Entry | undefined} entry */
  const go = (entry) => {
    if (!entry) return;
    onClose();
    setTimeout(entry.run); // after the dialog has given the focus back
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.key === 'ArrowDown') setAt((chosen + 1) % Math.max(1, found.length));
    else if (event.key === 'ArrowUp') setAt((chosen - 1 + found.length) % Math.max(1, found.length));
    else if (event.key === 'Enter') go(found[chosen]);
    else return;
    event.preventDefault();
  };
  return html`<${Dialog} title="Find anything" onClose=${onClose} plain>
    <div class="palette" onKeyDown=${onKey}>
      <input class="palette-input" type="text" placeholder="Find an interaction or an action" aria-label="Find an interaction or an action" autofocus
        role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant=${found[chosen] ? `pal-${chosen}` : null}
        value=${query} onInput=${(/** @type {any} */ event) => (setQuery(event.target.value), setAt(0))} />
      <div class="palette-list" id="palette-list" role="listbox" ref=${list}>
        ${found.map((entry, i) => html`<div id="pal-${i}" role="option" aria-selected=${i === chosen} class="palette-row" key=${entry.id}
          onMouseMove=${() => setAt(i)} onClick=${() => go(entry)}>
          <span class="palette-title">${entry.title}</span><span class="note">${'note' in entry && entry.note ? entry.note : entry.group}</span>
          ${entry.key ? html`<${Keys} of=${entry.key} />` : null}</div>`)}
        ${found.length === 0 ? html`<p class="palette-none">Nothing is called “${query}”.</p>` : null}
      </div></div><//>`;
}

/** Every key that does something now. @param {{onClose: () => void}} props */
export function KeySheet({ onClose }) {
  const keyed = available().filter((command) => command.key);
  const groups = [...new Set(keyed.map((command) => command.group))];
  return html`<${Dialog} title="Keys" onClose=${onClose} wide>
    <div class="key-sheet">${groups.map((group) => html`<section key=${group}><h3>${group}</h3><ul>
      ${keyed.filter((command) => command.group === group).map((command) => html`<li key=${command.id}><span>${command.title}</span><${Keys} of=${command.key} /></li>`)}
    </ul></section>`)}</div>
    <p class="note">Letters work while you are not writing. An offer is only ever accepted with its own key or button; an action that moves money always asks once more.</p><//>`;
}
