// @ts-check
// What does the customer's window show, and what becomes of what she does? Frames in, signals out; sending survives everything.
import { batch, computed, signal } from '../lib.js';
import { ChatLink } from './link.js';
import { Memory } from './memory.js';
import { language, t } from './words.js';

const SETTLE_MS = 500, TYPING_MS = 5000, ANSWER_MS = 6000, AGAIN_MS = 2000;

/**
 * @typedef {{id: string, at: string, author: {kind: string, name?: string}, text: string, card: any, interaction: string}} Message
 * @typedef {{pending?: boolean, how?: string, problem?: string}} Answer
 */

const newId = () => (crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(''));
/** @param {import('./memory.js').Unsent} one */
const fresh = (one) => ({ ...one, problem: '', sent: false });
const QUIET = { interaction: null, holder: 'virtual_agent', agent_name: null, queue: null, ended: false, silence_warned: false };

export class ChatStore {
  /** @param {string} server */
  constructor(server) {
    this.server = server;
    this.memory = new Memory(server);
    this.opened = signal(Boolean(this.memory.get('open', false)));
    this.link = signal(/** @type {'idle' | 'connecting' | 'live' | 'lost'} */ ('idle'));
    this.title = signal('');
    this.greeting = signal('');
    this.state = signal(/** @type {any} */ (QUIET));
    this.messages = signal(/** @type {Message[]} */ ([]));
    this.unsent = signal(this.memory.unsent().map(fresh));
    /** What is being written. */
    this.draft = signal(/** @type {string} */ (this.memory.get('draft', '')));
    this.answers = signal(/** @type {Record<string, Answer>} */ ({}));
    this.typing = signal('');
    /** What the assistant says while it still comes; `gone`: it was taken back. @type {import('../lib.js').Signal<{name: string, text: string, gone: boolean} | null>} */
    this.coming = signal(/** @type {any} */ (null));
    /** The replay is over: what comes now is new. */
    this.settled = signal(false);
    /** A code to go on elsewhere with, or one from elsewhere that is being entered. */
    this.carry = signal(/** @type {{code?: string, expires_at?: string, mailable?: boolean, sent?: string, link?: string, entering?: boolean, pending?: boolean, problem?: string} | null} */ (null));
    this.carrying = '';
    /** The next message begins a new conversation. */
    this.fresh = signal(false);
    this.seen = signal(/** @type {string | null} */ (this.memory.get('seen')));
    this.unread = computed(() => this.#countUnread());
    /** What was sent and is not acknowledged, by frame identifier, so that it goes out again after a lost connection. @type {Map<string, {frame: any}>} */
    this.unacknowledged = new Map();
    /** Which card a frame answered, also after its acknowledgement. @type {Map<string, string>} */
    this.answered = new Map();
    /** Messages of ours that the log showed and that matched nothing that waits. */
    this.strays = 0;
    this.cursor = null;
    this.chat = new ChatLink({
      server,
      token: () => this.#token(),
      after: () => this.cursor,
      onFrame: (frame) => this.#receive(frame),
      onLink: () => (this.link.value = 'lost'),
      onUnknown: () => this.#forget(),
    });
    if (this.memory.get('token')) this.#connect(); // somebody who was here before hears of answers
  }

  /** @param {boolean} open */
  setOpen(open) {
    this.opened.value = open;
    this.memory.set('open', open || null);
    if (open) {
      this.#connect();
      this.markSeen();
    }
  }

  /** Everything that is there has been read. */
  markSeen() {
    const last = this.messages.peek().at(-1)?.id ?? null;
    if (!this.opened.peek() || document.hidden || last === null || last === this.seen.peek()) return;
    this.seen.value = last;
    this.memory.set('seen', last);
  }

  /** Change what is being written; it outlives the page. @param {string} text */
  write(text) {
    this.draft.value = text;
    this.memory.set('draft', text || null);
  }

  /** Say something; it is kept until the server has it. @param {string} text */
  say(text) {
    const message = { id: newId(), text, at: Date.now(), ...(this.fresh.peek() ? { fresh: true } : {}) };
    this.fresh.value = false;
    this.memory.addUnsent(message);
    this.unsent.value = [...this.unsent.peek(), fresh(message)];
    this.#connect();
    this.#deliver(message);
  }

  /** @param {any} message */
  #deliver(message) {
    this.chat.send({ type: 'message', id: message.id, text: message.text, ...(message.fresh ? { new: true } : {}) });
  }

  /** Try a message again that was refused. @param {any} message */
  retry(message) {
    this.#markUnsent(message.id, '');
    this.memory.addUnsent({ id: message.id, text: message.text, at: message.at, ...(message.fresh ? { fresh: true } : {}) });
    this.#deliver(message);
  }

  /** Do not send it after all. @param {string} id */
  discard(id) {
    this.memory.dropUnsent(id);
    this.unsent.value = this.unsent.peek().filter((one) => one.id !== id);
  }

  /** Answer a confirmation card. @param {any} card @param {boolean} yes */
  confirm(card, yes) {
    this.#answer(card.proposal, { type: 'confirm', id: newId(), proposal: card.proposal, args_hash: card.args_hash, yes });
  }

  /** What waits is no longer wanted. @param {any} card */
  withdraw(card) {
    const interaction = this.messages.peek().find((message) => message.card?.proposal === card.proposal)?.interaction ?? '';
    this.#answer(card.proposal, { type: 'withdraw', id: newId(), proposal: card.proposal, interaction });
  }

  /** Give a one-time code. @param {any} card @param {string} code */
  giveCode(card, code) {
    this.#answer(card.challenge, { type: 'code', id: newId(), challenge: card.challenge, code });
  }

  /** @param {string} key @param {any} frame */
  #answer(key, frame) {
    this.#setAnswer(key, { pending: true });
    this.unacknowledged.set(frame.id, { frame });
    this.answered.set(frame.id, key);
    this.chat.send(frame);
  }

  /** Leave the queue, or end the conversation. */
  leave() {
    const frame = { type: 'leave', id: newId() };
    this.unacknowledged.set(frame.id, { frame });
    this.chat.send(frame);
  }

  /** Ask for a code to go on elsewhere with: shown here, or mailed to the address that we know. @param {boolean} [mail] */
  askCarryCode(mail = false) {
    this.carrying = newId();
    this.chat.send({ type: 'carry_code', id: this.carrying, mail });
  }

  /** Go on here with what was talked about elsewhere. @param {string} code */
  carryOn(code) {
    this.carrying = newId();
    this.carry.value = { entering: true, pending: true };
    this.#connect();
    if (!this.chat.send({ type: 'carry', id: this.carrying, code })) this.carry.value = { entering: true, problem: 'There is no connection just now. Try again in a moment.' };
  }

  sendTyping() {
    this.chat.send({ type: 'typing' });
  }

  reconnect() {
    this.chat.now();
  }

  #connect() {
    if (this.link.peek() === 'idle') this.link.value = 'connecting';
    this.chat.now();
  }

  /** @returns {Promise<string>} */
  async #token() {
    const kept = this.memory.get('token');
    if (kept) return kept;
    const response = await fetch(`${this.server}/v1/chat/sessions`, { method: 'POST', credentials: 'omit', headers: { 'Interlock-Device': this.memory.device() } });
    if (!response.ok) throw new Error(`no session: ${response.status}`);
    const { token } = await response.json();
    this.memory.set('token', token);
    return token;
  }

  /** The server does not know this session (any more): begin as a new visitor, with what was not sent. */
  #forget() {
    this.memory.set('token', null);
    this.cursor = null;
    batch(() => {
      this.messages.value = [];
      this.state.value = QUIET;
    });
  }

  #countUnread() {
    const messages = this.messages.value.filter((message) => message.author.kind !== 'customer');
    const all = this.messages.value;
    const at = all.findIndex((message) => message.id === this.seen.value);
    return at < 0 ? messages.length : all.slice(at + 1).filter((message) => message.author.kind !== 'customer').length;
  }

  /** @param {any} frame */
  #receive(frame) {
    if (frame.cursor !== null && frame.cursor !== undefined && frame.type !== 'welcome') this.cursor = frame.cursor;
    batch(() => {
      if (frame.type === 'welcome') this.#welcome(frame);
      else if (frame.type === 'message') this.#message(frame);
      else if (frame.type === 'state') this.#stands(frame.state);
      else if (frame.type === 'ack') this.#acknowledged(frame.id);
      else if (frame.type === 'error') this.#refused(frame);
      else if (frame.type === 'typing') this.#typed(frame.author);
      else if (frame.type === 'answered') this.#answeredCard(frame);
      else if (frame.type === 'carry_code') this.carry.value = { code: frame.code, expires_at: frame.expires_at, mailable: frame.mailable };
      else if (frame.type === 'carry_sent') this.carry.value = { sent: frame.to };
      else if (frame.type === 'draft') this.#drafted(frame);
    });
  }

  /** @param {any} state */
  #stands(state) {
    this.state.value = state;
    if (state.language) language.value = state.language;
  }

  /** @param {any} frame */
  #welcome(frame) {
    this.link.value = 'live';
    this.title.value = frame.title;
    this.greeting.value = frame.greeting;
    this.#stands(frame.state);
    setTimeout(() => {
      this.settled.value = true;
      this.markSeen();
    }, SETTLE_MS);
    // The identifiers make it safe to send everything again that was not acknowledged.
    this.unsent.value = this.memory.unsent().map(fresh);
    for (const message of this.unsent.peek()) this.#deliver(message);
    for (const { frame: kept } of this.unacknowledged.values()) this.chat.send(kept);
  }

  /** @param {any} frame */
  #message(frame) {
    const message = { ...frame.message, interaction: frame.interaction };
    if (this.messages.peek().some((one) => one.id === message.id)) return;
    this.messages.value = [...this.messages.peek(), message];
    if (message.author.kind === 'customer') this.#echoed(message);
    else {
      this.typing.value = '';
      if (message.author.model || !this.coming.peek()?.gone) this.coming.value = null; // the whole of it is there
      for (const [key, answer] of Object.entries(this.answers.peek())) if (answer.pending) this.#setAnswer(key, {}); // answered in words
    }
    if (this.settled.peek()) this.markSeen();
  }

  /** The server has it. @param {string} id */
  #acknowledged(id) {
    if (id === this.carrying && this.carry.peek()?.pending) this.carry.value = null;
    this.unacknowledged.delete(id);
    this.memory.dropUnsent(id);
    const card = this.answered.get(id);
    if (card) setTimeout(() => this.#notAnswered(card), ANSWER_MS);
    if (this.strays > 0) {
      this.strays -= 1; // its echo came first, with other words: a card number was taken out of it
      this.unsent.value = this.unsent.peek().filter((one) => one.id !== id);
    } else {
      this.unsent.value = this.unsent.peek().map((one) => (one.id === id ? { ...one, sent: true } : one));
      setTimeout(() => (this.unsent.value = this.unsent.peek().filter((one) => one.id !== id)), ANSWER_MS); // the log has shown it by now
    }
  }

  /** The log shows what was sent from here (or from another tab). The server's identifiers are its own, so the words decide. @param {Message} message */
  #echoed(message) {
    const unsent = this.unsent.peek();
    const one = unsent.find((own) => own.id === message.id) ?? unsent.find((own) => own.text === message.text) ?? unsent.find((own) => own.sent);
    if (one) this.unsent.value = unsent.filter((other) => other !== one);
    else if (unsent.length && this.settled.peek()) this.strays += 1;
  }

  /** An answer was taken and nothing followed: let it be given again. @param {string} key */
  #notAnswered(key) {
    if (this.answers.peek()[key]?.pending) this.#setAnswer(key, { problem: t('That was not accepted. Please look at it once more.') });
  }

  /** @param {any} frame */
  #refused(frame) {
    if (frame.code === 'try_again' || frame.code === 'too_fast') {
      setTimeout(() => this.#again(frame.id), frame.retry_after_ms ?? AGAIN_MS);
      return;
    }
    if (frame.id === this.carrying) this.carry.value = { entering: Boolean(this.carry.peek()?.entering), problem: frame.reason };
    const card = this.answered.get(frame.id);
    if (card) this.#setAnswer(card, { problem: frame.reason });
    this.unacknowledged.delete(frame.id);
    if (this.unsent.peek().some((one) => one.id === frame.id)) {
      this.memory.dropUnsent(frame.id); // refused is an answer: it is not sent again by itself
      this.#markUnsent(frame.id, frame.reason);
    }
  }

  /** The server could not store it just now. @param {string} id */
  #again(id) {
    const message = this.unsent.peek().find((one) => one.id === id);
    const kept = this.unacknowledged.get(id);
    if (message) this.#deliver(message);
    else if (kept) this.chat.send(kept.frame);
  }

  /** @param {string} id @param {string} problem */
  #markUnsent(id, problem) {
    this.unsent.value = this.unsent.peek().map((one) => (one.id === id ? { ...one, problem } : one));
  }

  /** @param {any} frame */
  #answeredCard(frame) {
    const left = frame.attempts_left;
    const again = typeof left === 'number' ? ` You have ${left} ${left === 1 ? 'try' : 'tries'} left.` : '';
    this.#setAnswer(frame.proposal || frame.challenge, frame.how === 'wrong' ? { problem: `${t('That is not the code that we sent.')}${again}` } : { how: frame.how });
  }

  /** @param {string} key @param {Answer} answer */
  #setAnswer(key, answer) {
    this.answers.value = { ...this.answers.peek(), [key]: answer };
  }

  /** A piece of what the assistant says, or all of it taken back. A piece that follows on a missed one is left out. @param {any} frame */
  #drafted(frame) {
    const before = this.coming.peek();
    const known = before?.name === frame.draft && !before.gone ? before.text : '';
    if (frame.gone) this.coming.value = { name: frame.draft, text: '', gone: true };
    else if (frame.at === known.length) this.coming.value = { name: frame.draft, text: known + frame.text, gone: false };
  }

  /** @param {any} author */
  #typed(author) {
    const name = author?.name || this.state.peek().agent_name || t('Our colleague');
    this.typing.value = name;
    setTimeout(() => this.typing.peek() === name && (this.typing.value = ''), TYPING_MS);
  }
}
