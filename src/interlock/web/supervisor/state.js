// @ts-check
// What does the supervisor's page hold: the board, the approvals, which view, and what is being looked at?
import { post } from '../api.js';
import { computed, effect, signal } from '../lib.js';
import { Live } from '../live.js';
import { adjustClock } from '../clock.js';
import { nameOf, termOf } from '../transcript/words.js';
import { sayProblem } from '../ui/toasts.js';

export const VIEWS = /** @type {const} */ (['floor', 'approvals', 'wall']);

export const live = new Live('/v1/live', { onSignedOut: () => location.assign(`/sign-in?next=${encodeURIComponent(`/supervisor${location.hash}`)}`) });
export const boardDoc = live.watch('board');
export const approvalsDoc = live.watch('approvals');
export const board = boardDoc.value;
export const approvals = approvalsDoc.value;
effect(() => adjustClock(board.value?.now));

const fromHash = () => /** @type {string} */ (VIEWS.includes(/** @type {any} */ (location.hash.slice(1))) ? location.hash.slice(1) : 'floor');
export const view = signal(fromHash());
addEventListener('hashchange', () => (view.value = fromHash()));
/** @param {string} name */
export const show = (name) => (location.hash = name);

export const overlay = signal('');
/** The proposal in the inbox that is looked at. */
export const chosen = signal('');
/** The interaction whose transcript is looked at, or ''. */
export const looking = signal('');

/** @typedef {{kind: 'approval' | 'draft' | 'override' | 'denied' | 'unknown', id: string, item: any}} InboxItem */

/** Everything that waits for somebody: approvals by their clock, drafts, overrides, unknown outcomes, and what could be overridden. */
export const inbox = computed(() => {
  const value = approvals.value;
  const byAge = (/** @type {any} */ a, /** @type {any} */ b) => Date.parse(a.since) - Date.parse(b.since);
  const byClock = (/** @type {any} */ a, /** @type {any} */ b) => Date.parse(a.answer_by ?? a.expires_at ?? a.since) - Date.parse(b.answer_by ?? b.expires_at ?? b.since) || byAge(a, b);
  const asked = new Set((value?.overrides ?? []).map((/** @type {any} */ one) => one.proposal));
  const notAsked = (/** @type {any} */ item) => !asked.has(item.proposal);
  return /** @type {InboxItem[]} */ ([
    ...[...(value?.waiting ?? [])].sort(byClock).map((item) => ({ kind: 'approval', id: item.proposal, item })),
    ...[...(value?.drafts ?? [])].sort(byAge).map((item) => ({ kind: 'draft', id: item.proposal, item })),
    ...[...(value?.overrides ?? [])].sort(byAge).map((item) => ({ kind: 'override', id: item.override, item })),
    ...[...(value?.unknown ?? [])].sort(byAge).map((item) => ({ kind: 'unknown', id: item.proposal, item })),
    ...(value?.overridable ?? []).filter(notAsked).map((/** @type {any} */ item) => ({ kind: 'denied', id: item.proposal, item })),
  ]);
});

/** What is looked at; the first one when nothing was chosen or it is gone. */
export const current = computed(() => inbox.value.find((one) => one.id === chosen.value) ?? inbox.value[0] ?? null);

/** @param {number} step */
export function move(step) {
  const list = inbox.peek();
  if (!list.length) return;
  const at = list.findIndex((one) => one.id === current.peek()?.id);
  chosen.value = list[Math.min(list.length - 1, Math.max(0, at + step))].id;
}

/** What waits for a word now; a denial that could be overridden waits for nobody. */
export const waiting = computed(() => inbox.value.filter((one) => one.kind !== 'denied'));

/** Who looks at this page. */
export const me = signal(/** @type {{id: string, name: string, roles?: string[]} | null} */ (null));

/** What I was lent and still counts. */
export const lentToMe = computed(() => /** @type {any[]} */ (approvals.value?.delegations ?? []).filter((one) => one.to.id === me.value?.id && one.roles.length && Date.parse(one.until) > Date.now()));

/** The roles that I act with: my own, and those that I was lent. */
export const myRoles = computed(() => new Set([...(me.value?.roles ?? []), ...lentToMe.value.flatMap((one) => one.roles)]));

/** Why I cannot decide on this, or ''. @param {any} item */
export function whyNot(item) {
  if (item.by?.id && item.by.id === me.value?.id) return 'You have proposed this yourself; a colleague decides.';
  if (item.may && !item.may.some((/** @type {string} */ role) => myRoles.value.has(role))) return `This is beyond your band. ${termOf(item.may[0] ?? item.role)} decides; you can reject it, or counter with less.`;
  return '';
}

/** Who somebody is: the documents name staff by identifier. @param {any} by @returns {string} */
export function whoIs(by) {
  const id = typeof by === 'string' ? by : by?.name || by?.id || '';
  return board.value?.agents?.find((/** @type {any} */ agent) => agent.id === id)?.name ?? (me.value && id === me.value.id ? me.value.name : nameOf(by));
}

/** @param {string} path @param {any} [body] @returns {Promise<boolean>} whether it was done; what went wrong is said */
export async function ask(path, body) {
  try {
    await post(path, body);
    return true;
  } catch (error) {
    sayProblem(error);
    return false;
  }
}
