// @ts-check
// Which keys does the desk have? Letters while nothing is being written; an offer only by F8, and money never by one key.
import { register } from '../keys.js';
import { termOf } from '../transcript/words.js';
import { nextTheme } from '../ui/frame.js';
import { focusReply } from './composer.js';
import { fillKnown, openForm } from './fill.js';
import { startVerification } from './known.js';
import { accept, declining, firstOffer } from './offers.js';
import { setPresence } from './presence.js';
import { folds, me, open, overlay, pane, select, selectNext, selected } from './state.js';

const COLUMNS = /** @type {const} */ (['work', 'talk', 'known']);
const handling = () => open.value?.my_state === 'handling';

/** @param {number} step */
function moveColumn(step) {
  const inside = COLUMNS.findIndex((name) => document.getElementById(`column-${name}`)?.contains(document.activeElement));
  const next = COLUMNS[(inside + step + COLUMNS.length) % COLUMNS.length];
  pane.value = next;
  document.getElementById(`column-${next}`)?.focus();
}

/** @param {'left' | 'right'} side */
const fold = (side) => (folds.value = { ...folds.peek(), [side]: !folds.peek()[side] });

export function registerDesk() {
  const group = { offer: 'Offers', talk: 'This interaction', move: 'Moving about', desk: 'The desk' };
  register([
    { id: 'accept', group: group.offer, title: 'Accept the offer', key: 'F8', whileTyping: true, hidden: true, when: () => firstOffer() !== null, run: () => accept(firstOffer()) },
    { id: 'decline', group: group.offer, title: 'Decline the offer, with a reason', key: 'Shift+F8', whileTyping: true, hidden: true, when: () => firstOffer() !== null, run: () => (declining.value = firstOffer().offer) },
    { id: 'reply', group: group.talk, title: 'Write a reply', key: 'r', when: handling, run: () => ((pane.value = 'talk'), focusReply()) },
    { id: 'verify', group: group.talk, title: 'Verify the customer with a code', key: 'v', when: () => handling() && Boolean(document.getElementById('verify')), run: () => document.getElementById('verify')?.click() ?? startVerification() },
    { id: 'promise', group: group.talk, title: 'Make a promise: open the form', key: 'm', when: () => Boolean(document.querySelector('#make-promise:enabled')), run: () => ((pane.value = 'known'), document.getElementById('make-promise')?.click()) },
    { id: 'hand-back', group: group.talk, title: 'Hand back to the virtual agent', key: 'b', when: handling, run: () => (overlay.value = 'hand-back') },
    { id: 'wrap-up', group: group.talk, title: 'End and wrap up', key: 'w', when: handling, run: () => (overlay.value = 'wrap-up') },
    { id: 'disposition', group: group.talk, title: 'Choose how it came out', key: 'd', when: () => open.value?.my_state === 'wrap_up', run: () => /** @type {HTMLElement | null} */ (document.querySelector('#dispositions input'))?.focus() },
    ...Array.from({ length: 9 }, (_, i) => ({
      id: `action-${i}`, group: group.talk, get title() { return `${open.value?.actions?.[i]?.title ?? ''}: open the form`; }, key: String(i + 1),
      when: () => handling() && Boolean(open.value?.actions?.[i]),
      run: () => openForm(open.peek().actions[i], fillKnown(open.peek(), open.peek().actions[i].args ?? [])),
    })),
    { id: 'next', group: group.move, title: 'Next interaction', key: 'j', run: () => selectNext(1) },
    { id: 'previous', group: group.move, title: 'Interaction before', key: 'k', run: () => selectNext(-1) },
    { id: 'next-writing', group: group.move, title: 'Next interaction, also while writing', key: 'Alt+ArrowDown', whileTyping: true, hidden: true, run: () => selectNext(1) },
    { id: 'previous-writing', group: group.move, title: 'Interaction before, also while writing', key: 'Alt+ArrowUp', whileTyping: true, hidden: true, run: () => selectNext(-1) },
    ...Array.from({ length: 9 }, (_, i) => ({
      id: `work-${i}`, group: group.move, get title() { return `Interaction ${i + 1}: ${me.value?.work?.[i]?.customer_label ?? ''}`; }, key: `Alt+${i + 1}`, whileTyping: true, hidden: true,
      when: () => Boolean(me.value?.work?.[i]), run: () => select(me.peek().work[i].interaction),
    })),
    { id: 'column-next', group: group.move, title: 'Next column', key: 'F6', whileTyping: true, hidden: true, run: () => moveColumn(1) },
    { id: 'column-before', group: group.move, title: 'Column before', key: 'Shift+F6', whileTyping: true, hidden: true, run: () => moveColumn(-1) },
    { id: 'fold-left', group: group.move, title: 'Fold or unfold my interactions', key: '[', run: () => fold('left') },
    { id: 'fold-right', group: group.move, title: 'Fold or unfold what is known', key: ']', run: () => fold('right') },
    { id: 'palette', group: group.desk, title: 'Find anything', key: 'Ctrl+k', whileTyping: true, hidden: true, run: () => (overlay.value = 'palette') },
    { id: 'keys', group: group.desk, title: 'Show every key', key: '?', run: () => (overlay.value = 'keys') },
    { id: 'presence', group: group.desk, title: 'Change my presence', key: 'p', run: () => document.getElementById('presence-button')?.click() },
    ...['available', 'break', 'other_work', 'offline'].map((presence) => ({ id: `presence-${presence}`, group: 'Presence', title: `Set me: ${termOf(presence).toLowerCase()}`, run: () => void setPresence(presence), when: () => me.value?.presence !== presence })),
    { id: 'theme', group: group.desk, title: 'Change the theme', key: 't', run: nextTheme },
  ]);
}

/** My interactions, for the palette. */
export const workEntries = () => (me.value?.work ?? []).map((/** @type {any} */ one) => ({
  id: one.interaction, title: one.customer_label || 'Unknown customer', group: 'My interactions', note: one.interaction === selected.value ? 'in hand' : one.last_text, run: () => select(one.interaction),
}));
