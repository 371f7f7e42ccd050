// @ts-check
// Which key does what, now? One register: the keyboard, the `?` sheet and the Ctrl-K palette all read it.
import { signal } from './lib.js';

/**
 * @typedef {object} Command
 * @property {string} id
 * @property {string} title   what it does, as a verb
 * @property {string} group   heading on the `?` sheet
 * @property {string} [key]   "r", "Shift+F8", "Alt+1", "Ctrl+k", "?"
 * @property {boolean} [whileTyping]  also when the focus is in a field
 * @property {boolean} [hidden]       not listed in the palette
 * @property {() => boolean} [when]   whether it makes sense now
 * @property {() => void} run
 */

/** @type {import('./lib.js').Signal<Map<string, Command>>} */
export const commands = signal(new Map());

/** Add commands; gives the function that takes them away. @param {Command[]} added */
export function register(added) {
  commands.value = new Map([...commands.peek(), ...added.map((command) => /** @type {const} */ ([command.id, command]))]);
  return () => {
    const rest = new Map(commands.peek());
    for (const command of added) if (rest.get(command.id) === command) rest.delete(command.id);
    commands.value = rest;
  };
}

/** The commands that make sense now. */
export const available = () => [...commands.value.values()].filter((command) => command.when?.() ?? true);

/** Whether letters belong to this element. @param {EventTarget | null} target */
export function isTyping(target) {
  const element = /** @type {HTMLElement | null} */ (target instanceof HTMLElement ? target : null);
  if (!element) return false;
  if (element.isContentEditable || element.tagName === 'TEXTAREA' || element.tagName === 'SELECT') return true;
  return element.tagName === 'INPUT' && !['checkbox', 'radio', 'button', 'submit'].includes(/** @type {HTMLInputElement} */ (element).type);
}

/** The key of an event in the register's words. @param {KeyboardEvent} event */
export function keyOf(event) {
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const printable = event.key.length === 1;
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey && (!printable || /[a-z0-9]/.test(name))) parts.push('Shift');
  return [...parts, name].join('+');
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  if (document.querySelector('dialog[open]')) return; // a dialog has its own keys
  const pressed = keyOf(event);
  const command = available().find((candidate) => candidate.key === pressed);
  if (!command || (isTyping(event.target) && !command.whileTyping)) return;
  event.preventDefault();
  command.run();
}
document.addEventListener('keydown', onKey);

const SHOWN = /** @type {Record<string, string>} */ ({ ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', Enter: '↵' });

/** A key as it is written on the screen: ["Ctrl", "K"]. @param {string} key */
export function keyLabel(key) {
  return key.split(/\+(?!$)/).map((part) => SHOWN[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}
