// @ts-check
// What does the stage hold: the conversation on it, what the gate and the agent see of it, and the shop's books?
import { get, post } from '../api.js';
import { ChatStore } from '../chat/store.js';
import { computed, effect, signal } from '../lib.js';
import { Live } from '../live.js';
import { adjustClock } from '../clock.js';
import { kept } from '../store.js';
import { sayProblem } from '../ui/toasts.js';

const LOOK_EVERY_MS = 1000;

/** @typedef {'chat' | 'gate' | 'agent' | 'books'} Pane */
export const PANES = /** @type {const} */ (['chat', 'gate', 'agent', 'books']);

/** Where the conversation is held. */
export const store = new ChatStore(location.origin);
export const interaction = computed(() => /** @type {string} */ (store.state.value.interaction ?? ''));

export const live = signal(/** @type {Live | null} */ (null));
const doc = signal(/** @type {import('../live.js').Doc | null} */ (null));
/** The conversation as the desk shows it, or null. */
export const talk = computed(() => (interaction.value && doc.value?.of === `interaction:${interaction.value}` ? doc.value.value.value : null));
/** What was proposed in it, newest first. */
export const proposals = computed(() => /** @type {any[]} */ ((talk.value?.entries ?? []).filter((/** @type {any} */ entry) => entry.kind === 'action').reverse()));

/** The books compared with the log, the tries that were refused. */
export const stage = signal(/** @type {any} */ (null));
export const problem = signal('');

/** Where the demonstration's other pages are. */
export const links = signal(/** @type {Record<string, string>} */ ({}));

const narrow = matchMedia('(max-width: 760px)').matches;
/** Which panes are folded. */
export const folds = kept('stage.folds', /** @type {Record<string, boolean>} */ (narrow ? { agent: true, books: true } : {}));
/** @param {Pane} pane */
export const fold = (pane) => (folds.value = { ...folds.value, [pane]: !folds.value[pane] });

/** Begin to look; call once, when somebody is signed in. */
export function open() {
  store.setOpen(true);
  get('/v1/demo').then((answer) => (links.value = answer.links ?? {}), () => {});
  const link = new Live('/v1/live', { onSignedOut: () => location.reload() });
  live.value = link;
  effect(() => {
    const of = interaction.value && `interaction:${interaction.value}`;
    if (!of) return undefined;
    doc.value = link.watch(of);
    return () => link.unwatch(of);
  });
  // The conversation goes through the node that is about to die; then through the one that is left.
  effect(() => store.chat.move(stage.value?.second?.state === 'armed' ? stage.value.second.url : location.origin));
  look();
}

/** Look once at what nobody tells by itself, and again and again. */
async function look() {
  if (!document.hidden) await lookNow();
  setTimeout(look, LOOK_EVERY_MS);
}

export async function lookNow() {
  try {
    stage.value = await get(`/v1/stage?interaction=${encodeURIComponent(interaction.peek())}`);
    problem.value = '';
    adjustClock(stage.value.now);
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
  }
}

/** Put words into the customer's reply box. @param {string} text */
export function write(text) {
  store.write(text);
  /** @type {HTMLElement | null | undefined} */ (document.querySelector('.chat-place')?.shadowRoot?.querySelector('textarea'))?.focus();
}

/** Have a second node die in the middle of the next refund. */
export async function arm() {
  try {
    await post('/v1/stage/kill', { interaction: interaction.peek() });
    await lookNow();
  } catch (error) {
    sayProblem(error);
  }
}

/** Propose as a model that was talked into it. @param {{action: string, args: any}} wanted */
export async function attempt(wanted) {
  try {
    await post('/v1/stage/attempts', { interaction: interaction.peek(), ...wanted });
  } catch (error) {
    sayProblem(error);
  }
}
