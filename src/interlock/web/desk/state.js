// @ts-check
// What does the desk hold: who I am, my work, which interaction is in hand, what I am writing, which columns are folded?
import { newId, post } from '../api.js';
import { batch, computed, effect, signal, untracked } from '../lib.js';
import { Live } from '../live.js';
import { drafts, keep, kept, keysStarting, recall } from '../store.js';
import { sayProblem } from '../ui/toasts.js';

const MOST_OPEN = 12;
/** The share of a suggestion's words that a changed reply still has; below it, the agent wrote something else. */
const LEAST_LEFT = 0.3;

export const live = new Live('/v1/live', { onSignedOut: () => location.assign('/sign-in?next=/desk') });
export const meDoc = live.watch('me');
export const me = meDoc.value;

/** The interaction in hand; survives a reload. */
export const selected = kept('desk.selected', '');
export const folds = kept('desk.folds', { left: false, right: false });
/** The one column that a narrow window shows. */
export const pane = signal(/** @type {'work' | 'talk' | 'known'} */ ('work'));
/** What is open over the page: the palette, the keys, a question. */
export const overlay = signal('');
/** The action whose form is open, with what was prefilled. */
export const form = signal(/** @type {null | {action: string, values: Record<string, any>, notes: Record<string, string>, suggestion: string}} */ (null));

/** @type {Map<string, import('../live.js').Doc>} */
const opened = new Map();
const openedChange = signal(0);

/** The document of the interaction in hand, or null. */
export const openDoc = computed(() => {
  openedChange.value;
  return opened.get(selected.value) ?? null;
});
/** Its value, or null while it is loading. */
export const open = computed(() => openDoc.value?.value.value ?? null);

effect(() => {
  const id = selected.value;
  if (!id || opened.has(id)) return;
  opened.set(id, live.watch(`interaction:${id}`));
  untracked(() => forgetOld(id));
  openedChange.value = openedChange.peek() + 1;
});

/** Interactions that are no longer mine stop being watched, the oldest first. @param {string} kept */
function forgetOld(kept) {
  const mine = new Set((me.peek()?.work ?? []).map((/** @type {any} */ work) => work.interaction));
  for (const id of [...opened.keys()]) {
    if (opened.size <= MOST_OPEN && (mine.has(id) || id === kept)) continue;
    if (id === kept || (mine.has(id) && opened.size <= MOST_OPEN)) continue;
    opened.delete(id);
    live.unwatch(`interaction:${id}`);
  }
}

// The first work is opened by itself only when nothing is in hand: the screen never changes under somebody's fingers.
effect(() => {
  const work = me.value?.work;
  if (!work) return;
  const current = selected.peek();
  if (!current && work.length) selected.value = work[0].interaction;
  else if (current && !work.length && !untracked(() => open.value)) selected.value = '';
});

/** @param {string} interaction */
export function select(interaction) {
  batch(() => {
    if (selected.peek() !== interaction) form.value = null;
    selected.value = interaction;
    pane.value = 'talk';
  });
}

/** The next (1) or the one before (-1) in my list. @param {number} step */
export function selectNext(step) {
  const work = me.peek()?.work ?? [];
  if (!work.length) return;
  const at = work.findIndex((/** @type {any} */ one) => one.interaction === selected.peek());
  select(work[(at + step + work.length) % work.length].interaction);
}

/** @typedef {{id: string, text: string, at: number, waiting?: boolean, problem?: string, retry?: () => void, drop?: () => void}} Pending */

/** What I wrote that the transcript does not show yet, by interaction. It survives a reload. @type {import('../lib.js').Signal<Record<string, Pending[]>>} */
export const pending = signal(recall('desk.pending', {}));
pending.subscribe((value) => keep('desk.pending', Object.keys(value).length ? value : null));

/** @param {string} interaction @param {(old: Pending[]) => Pending[]} change */
function changePending(interaction, change) {
  const { [interaction]: old = [], ...rest } = pending.peek();
  const next = change(old);
  pending.value = next.length ? { ...rest, [interaction]: next } : rest;
}

/** Send a reply; until the transcript shows it, it stands there as pending. @param {string} interaction @param {string} text */
export function sendReply(interaction, text) {
  settlePutIn(interaction, text);
  const message = { id: newId(), text, at: Date.now() };
  changePending(interaction, (old) => [...old, message]);
  deliver(interaction, message);
}

/** @param {string} interaction @param {Pending} message */
async function deliver(interaction, message) {
  /** @param {Partial<Pending>} change */
  const mark = (change) => changePending(interaction, (old) => old.map((one) => (one.id === message.id ? { ...one, ...change } : one)));
  mark({ problem: undefined, waiting: live.link.peek() !== 'live' });
  try {
    await post(`/v1/interactions/${interaction}/messages`, { id: message.id, text: message.text });
    mark({ waiting: false });
    setTimeout(() => changePending(interaction, (old) => old.filter((one) => one.id !== message.id)), 5000);
  } catch (error) {
    mark({ waiting: false, problem: error instanceof Error ? error.message : String(error) });
  }
}

/** Pending replies of an interaction, without those that the transcript shows. @param {string} interaction @param {any[]} entries @returns {Pending[]} */
export function pendingOf(interaction, entries) {
  // The log's identifier of a message ends with the one that this page gave it.
  const shown = (/** @type {string} */ id) => entries.some((entry) => entry.kind === 'message' && (entry.id === id || entry.id.endsWith(`_${id}`)));
  return (pending.value[interaction] ?? []).filter((message) => !shown(message.id)).map((message) => ({
    ...message,
    retry: () => deliver(interaction, message),
    drop: () => {
      changePending(interaction, (old) => old.filter((one) => one.id !== message.id));
      addToDraft(interaction, message.text);
    },
  }));
}

/** Rises when a draft changed from outside its reply box. */
export const draftsChanged = signal(0);

/** Put words in the reply box, beneath what stands there. @param {string} interaction @param {string} text */
export function addToDraft(interaction, text) {
  const before = drafts.get(interaction);
  drafts.set(interaction, before ? `${before}\n${text}` : text);
  draftsChanged.value = draftsChanged.peek() + 1;
}

/** Suggested words that stand in a reply box, by interaction; they survive a reload as the draft does. @type {import('../lib.js').Signal<Record<string, {suggestion: string, text: string}[]>>} */
const inReply = kept('desk.suggested', {});
/** The suggestions with which I did something. */
export const answered = signal(/** @type {Set<string>} */ (new Set()));

/** Say what was done with a suggestion. That this is not known is no harm to the customer: nothing waits for it. @param {string} interaction @param {string} suggestion @param {'taken' | 'edited' | 'dismissed'} how */
export function answerSuggestion(interaction, suggestion, how) {
  answered.value = new Set([...answered.peek(), suggestion]);
  post(`/v1/interactions/${interaction}/suggestions/${suggestion}`, { how }).catch((error) => console.warn('what was done with a suggestion is not recorded', error));
}

/** A suggestion's words were put into the reply box; what became of it is known when that is sent. @param {string} interaction @param {string} suggestion @param {string} text */
export function putIn(interaction, suggestion, text) {
  const mine = new Set((me.peek()?.work ?? []).map((/** @type {any} */ work) => work.interaction));
  const rest = Object.fromEntries(Object.entries(inReply.peek()).filter(([id]) => mine.has(id)));
  inReply.value = { ...rest, [interaction]: [...(rest[interaction] ?? []), { suggestion, text }] };
  answered.value = new Set([...answered.peek(), suggestion]);
}

const wordsOf = (/** @type {string} */ text) => text.toLowerCase().split(/\s+/).filter(Boolean);

/** Taken as it was, changed, or thrown out again before the reply went. @param {string} interaction @param {string} sent */
function settlePutIn(interaction, sent) {
  const { [interaction]: suggested = [], ...rest } = inReply.peek();
  if (!suggested.length) return;
  inReply.value = rest;
  const said = new Set(wordsOf(sent));
  for (const { suggestion, text } of suggested) {
    const words = wordsOf(text);
    const left = words.filter((word) => said.has(word)).length / words.length;
    answerSuggestion(interaction, suggestion, sent.includes(text.trim()) ? 'taken' : left >= LEAST_LEFT ? 'edited' : 'dismissed');
  }
}

/** What was not sent when the page closed is sent when it comes back; the identifier makes that safe. */
export function resendPending() {
  for (const [interaction, messages] of Object.entries(pending.peek())) for (const message of messages) deliver(interaction, message);
}

/** Drafts of interactions that are not mine any more are forgotten. */
export function forgetDrafts() {
  const mine = new Set((me.peek()?.work ?? []).map((/** @type {any} */ work) => work.interaction));
  for (const key of keysStarting('draft.')) if (!mine.has(key.slice('draft.'.length).split('/')[0])) keep(key, null);
}

/** Ask the server to do something; what goes wrong is said. @param {string} path @param {any} [body] @returns {Promise<any>} null when refused */
export async function ask(path, body) {
  try {
    return (await post(path, body)) ?? {};
  } catch (error) {
    sayProblem(error);
    return null;
  }
}

/** Answer for the path of the interaction in hand. @param {string} what */
export const pathOf = (what) => `/v1/interactions/${selected.peek()}/${what}`;
