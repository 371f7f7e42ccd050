// @ts-check
// How does a call go? One line after the other is said and shown; keys and words answer the question that was heard last.
import { batch, signal } from '../lib.js';
import { ChatLink } from '../chat/link.js';
import { canListen, listen, speak } from './speech.js';

const LANGUAGE = 'en', PAUSE_MS = 4000, LEAVE_WITHIN_MS = 1500, AGAIN_MS = 2000, READ_FIRST = ['confirm', 'waiting'], CARRY_KEYS = 9; // the hash key and eight digits
const DEAF = /** @type {Record<string, string>} */ ({ 'not-allowed': 'The browser may not use the microphone. Type instead.', 'no-speech': 'Nothing was heard. Try again, or type.', network: 'The browser could not have your words recognised. Type instead.' });

/**
 * @typedef {'idle' | 'calling' | 'live' | 'lost' | 'over'} Phase
 * @typedef {{id: string, kind: string, says: string, keys: {key: string, label: string}[], digits: number}} Ask
 * @typedef {{by: 'machine' | 'agent' | 'you' | 'line', name: string, text: string, ask?: Ask}} Line
 */

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');

export class Call {
  /** @param {string} server */
  constructor(server) {
    this.server = server;
    this.phase = signal(/** @type {Phase} */ ('idle'));
    this.title = signal('');
    this.state = signal(/** @type {any} */ (null));
    this.lines = signal(/** @type {Line[]} */ ([]));
    this.speaking = signal(false);
    this.silent = signal(false);
    /** The browser turned out to have no voice. */
    this.voiceless = signal(false);
    this.entry = signal('');
    this.part = signal('');
    this.listening = signal(false);
    this.problem = signal('');
    this.startedAt = signal(0);
    this.endedAt = signal(0);
    /** The question that stands. */
    this.ask = signal(/** @type {Ask | null} */ (null));
    /** The question that was heard last: its identifier goes with every answer. */
    this.heard = '';
    /** @type {Line[]} */
    this.queue = [];
    /** @type {Map<string, any>} */
    this.unacknowledged = new Map();
    this.cursor = /** @type {string | null} */ (null);
    this.interrupt = new AbortController();
    this.link = /** @type {ChatLink | null} */ (null);
    this.stopListening = /** @type {(() => void) | null} */ (null);
    addEventListener('pagehide', () => this.on && this.#sendLeave());
  }

  /** Whether there is a line at all. */
  get on() {
    return ['calling', 'live', 'lost'].includes(this.phase.peek());
  }

  dial() {
    if (this.on) return;
    batch(() => {
      this.phase.value = 'calling';
      this.lines.value = [];
      this.ask.value = this.state.value = null;
      this.entry.value = this.part.value = this.problem.value = '';
      this.startedAt.value = this.endedAt.value = 0;
    });
    this.heard = '';
    this.queue = [];
    this.unacknowledged.clear();
    this.cursor = null;
    /** @type {Promise<string> | undefined} */
    let session;
    this.link = new ChatLink({
      server: this.server,
      channel: 'voice',
      token: () => (session ??= this.#session().catch((error) => { session = undefined; throw error; })),
      after: () => this.cursor,
      onFrame: (frame) => this.#receive(frame),
      onLink: () => this.on && (this.phase.value = this.startedAt.peek() ? 'lost' : 'calling'),
      onUnknown: () => this.#over('This call is not known any more. Call again.'),
    });
    this.link.now();
  }

  hangUp() {
    if (!this.on) return;
    if (this.startedAt.peek() && this.phase.peek() === 'live') {
      this.#sendLeave();
      this.#over('');
    } else this.#over(this.startedAt.peek() ? 'Hung up while the connection was gone: the line notices it after a while.' : '');
  }

  /** @param {string} key */
  press(key) {
    if (this.phase.peek() !== 'live') return;
    const ask = this.ask.peek();
    this.#bargeIn();
    clearTimeout(this.pause);
    if (key === '*') return this.#keys('*', 'Star: once more');
    if (key === '#' && !this.entry.peek()) return void (this.entry.value = '#'); // a code to go on with from elsewhere
    if (this.entry.peek().startsWith('#') && key !== '#') return this.#carry(key);
    if (key === '#') return this.#enter();
    if (!ask || ask.digits === 0) {
      const label = ask?.keys.find((one) => one.key === key)?.label;
      return this.#keys(key, key === '0' ? 'Pressed 0: a person' : `Pressed ${key}${label ? `: ${label}` : ''}`);
    }
    this.entry.value += key;
    if (ask.digits > 0 && this.entry.peek().length === ask.digits) return this.#enter();
    if (ask.digits < 0 || this.entry.peek() === '0') this.pause = setTimeout(() => this.#enter(), PAUSE_MS);
    return undefined;
  }

  /** Take the last digit back. */
  erase() {
    this.entry.value = this.entry.peek().slice(0, -1);
  }

  /** @param {string} text */
  say(text) {
    const said = text.trim();
    if (!said || this.phase.peek() !== 'live') return;
    this.#bargeIn();
    this.#mine(said);
    this.#send({ type: 'words', id: newId(), on: this.heard, text: said });
  }

  /** Hear one sentence, or stop hearing. */
  listen() {
    if (this.stopListening) return this.stopListening();
    if (!canListen || this.phase.peek() !== 'live') return undefined;
    this.#bargeIn();
    batch(() => {
      this.listening.value = true;
      this.problem.value = '';
    });
    this.stopListening = listen(LANGUAGE, {
      onPart: (text) => (this.part.value = text),
      onText: (text) => this.say(text),
      onEnd: (problem) => {
        this.stopListening = null;
        batch(() => {
          this.listening.value = false;
          this.part.value = '';
          if (problem && problem !== 'aborted') this.problem.value = DEAF[problem] ?? 'The browser could not listen. Type instead.';
        });
      },
    });
    return undefined;
  }

  /** Speak aloud or not; what is being said goes on as captions. */
  toggleSilent() {
    this.silent.value = !this.silent.peek();
    if (this.silent.peek()) this.#stopSpeaking();
  }

  async #session() {
    const response = await fetch(`${this.server}/v1/voice/sessions`, { method: 'POST', credentials: 'omit' });
    if (!response.ok) throw new Error(`no session: ${response.status}`);
    return (await response.json()).token;
  }

  /** One more digit of a code from elsewhere. @param {string} key */
  #carry(key) {
    this.entry.value += key;
    if (this.entry.peek().length === CARRY_KEYS) this.#keys(this.entry.peek(), `Entered a code to go on with`);
  }

  #enter() {
    clearTimeout(this.pause);
    const digits = this.entry.peek();
    if (!digits) return;
    this.entry.value = '';
    this.#keys(digits, digits === '0' ? 'Pressed 0: a person' : `Entered ${[...digits].join(' ')}`);
  }

  /** @param {string} keys @param {string} told */
  #keys(keys, told) {
    this.entry.value = '';
    this.#mine(told);
    this.#send({ type: 'keys', id: newId(), on: this.heard, keys });
  }

  /** @param {any} frame */
  #send(frame) {
    this.problem.value = '';
    this.unacknowledged.set(frame.id, frame);
    this.link?.send(frame);
  }

  #sendLeave() {
    this.link?.send({ type: 'leave', id: newId() });
  }

  /** @param {string} text */
  #mine(text) {
    this.lines.value = [...this.lines.peek(), { by: 'you', name: 'You', text }];
  }

  /** @param {any} frame */
  #receive(frame) {
    if (frame.cursor && frame.type !== 'welcome') this.cursor = frame.cursor;
    if (frame.type === 'welcome') this.#welcome(frame);
    else if (frame.type === 'message') this.#queue({ by: frame.message.author.kind === 'agent' ? 'agent' : 'machine', name: frame.message.author.name, text: frame.says });
    else if (frame.type === 'notice') this.#queue({ by: 'line', name: '', text: frame.says });
    else if (frame.type === 'ask') this.#asked(frame);
    else if (frame.type === 'state') this.#stands(frame.state);
    else if (frame.type === 'ack') this.unacknowledged.delete(frame.id);
    else if (frame.type === 'error') this.#refused(frame);
  }

  /** @param {any} frame */
  #welcome(frame) {
    const first = !this.startedAt.peek();
    batch(() => {
      this.phase.value = 'live';
      this.title.value = frame.title;
      this.state.value = frame.state;
      if (first) this.startedAt.value = Date.now();
    });
    if (first) this.#queue({ by: 'machine', name: '', text: frame.says });
    // What was sent is sent again; the identifiers make that safe, and an answer to another question is not taken.
    for (const kept of this.unacknowledged.values()) this.link?.send(kept);
  }

  /** @param {any} frame */
  #asked(frame) {
    this.ask.value = frame;
    if (this.entry.peek() && frame.digits === 0 && !this.entry.peek().startsWith('#')) this.entry.value = ''; // a code from elsewhere answers no question
    const before = (frame.before ?? []).map((/** @type {string} */ text) => ({ by: 'machine', name: '', text }));
    if (frame.before) {
      this.#drop(); // it is all said again
      this.queue.push(...before);
    }
    this.queue = this.queue.filter((line) => !line.ask); // an older question is not asked any more
    this.#queue({ by: 'machine', name: '', text: frame.says, ask: frame });
  }

  /** @param {any} state */
  #stands(state) {
    this.state.value = state;
    if (state.ended) this.#play();
  }

  /** @param {any} frame */
  #refused(frame) {
    const kept = this.unacknowledged.get(frame.id);
    if (frame.code === 'try_again' || frame.code === 'too_fast') {
      setTimeout(() => kept && this.link?.send(kept), frame.retry_after_ms ?? AGAIN_MS);
      return;
    }
    this.unacknowledged.delete(frame.id);
    this.#queue({ by: 'line', name: '', text: frame.reason });
  }

  /** @param {Line} line */
  #queue(line) {
    if (line.text || line.ask) this.queue.push(line);
    this.#play();
  }

  /** Say what waits, one after the other. */
  async #play() {
    if (this.playing) return;
    this.playing = true;
    let line;
    while (this.on && (line = this.queue.shift())) {
      this.#show(line);
      if (!line.text) continue;
      const { signal: interrupted } = this.interrupt;
      if (!this.silent.peek() && !this.voiceless.peek()) {
        this.speaking.value = true;
        const heard = await speak(line.text, LANGUAGE, interrupted);
        if (!heard && !interrupted.aborted) this.voiceless.value = true;
      }
    }
    this.speaking.value = false;
    this.playing = false;
    if (this.state.peek()?.ended && this.on) this.#over('');
  }

  /** Show a line as it begins to be said; a question counts as heard from here on. @param {Line} line */
  #show(line) {
    if (line.ask) this.heard = line.ask.id;
    if (line.text) this.lines.value = [...this.lines.peek(), line];
  }

  /** Whoever answers need not hear the rest; but what is to be confirmed has to be read out first. */
  #bargeIn() {
    const rest = this.queue;
    this.queue = rest.filter((line) => line.ask && READ_FIRST.includes(line.ask.kind));
    for (const line of rest) if (!this.queue.includes(line)) this.#show(line);
    this.#stopSpeaking();
  }

  #drop() {
    this.queue = [];
    this.#stopSpeaking();
  }

  #stopSpeaking() {
    this.interrupt.abort();
    this.interrupt = new AbortController();
  }

  /** @param {string} problem */
  #over(problem) {
    if (!this.on) return;
    const { link } = this;
    batch(() => {
      this.phase.value = 'over';
      this.endedAt.value = Date.now();
      this.problem.value = problem;
      this.entry.value = '';
    });
    clearTimeout(this.pause);
    this.stopListening?.();
    this.queue = [];
    this.#stopSpeaking();
    setTimeout(() => link?.stop(), LEAVE_WITHIN_MS);
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  pause = undefined;
  playing = false;
}
