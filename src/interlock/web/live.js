// @ts-check
// How do documents stay true on the screen? One WebSocket; each watched document is a signal, patched in place of refetching.
import { waitBefore } from './backoff.js';
import { batch, signal } from './lib.js';
import { Misfit, applyOps } from './patches.js';

const PING_EVERY_MS = 20_000, SILENT_MS = 45_000, SIGNED_OUT = [4001, 4401];

/**
 * @typedef {{of: string, value: import('./lib.js').Signal<any>, problem: import('./lib.js').Signal<string>, cursor: any, users: number}} Doc
 * @typedef {'connecting' | 'live' | 'lost'} Link
 */

export class Live {
  /** @param {string} path @param {{onSignedOut?: () => void}} [options] */
  constructor(path, { onSignedOut = () => {} } = {}) {
    this.url = new URL(path, location.href.replace(/^http/, 'ws')).href;
    this.onSignedOut = onSignedOut;
    /** @type {import('./lib.js').Signal<Link>} */
    this.link = signal(/** @type {Link} */ ('connecting'));
    /** Since when what is shown may be old, in milliseconds. @type {import('./lib.js').Signal<number | null>} */
    this.lostSince = signal(/** @type {number | null} */ (null));
    /** @type {Map<string, Doc>} */
    this.docs = new Map();
    /** @type {Map<string, Set<(frame: any) => void>>} */
    this.listeners = new Map();
    this.tries = 0;
    this.heardAt = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {number | undefined} */
    this.timer = undefined;
    setInterval(() => this.#beat(), PING_EVERY_MS / 2);
    addEventListener('online', () => this.retryNow());
    addEventListener('offline', () => this.socket?.close());
    document.addEventListener('visibilitychange', () => !document.hidden && this.retryNow());
    this.#connect();
  }

  /** Watch a document; call `unwatch` once for every `watch`. @param {string} of @returns {Doc} */
  watch(of) {
    let doc = this.docs.get(of);
    if (!doc) {
      doc = { of, value: signal(null), problem: signal(''), cursor: null, users: 0 };
      this.docs.set(of, doc);
      this.#send({ type: 'watch', of });
    }
    doc.users += 1;
    return doc;
  }

  /** @param {string} of */
  unwatch(of) {
    const doc = this.docs.get(of);
    if (!doc || (doc.users -= 1) > 0) return;
    this.docs.delete(of);
    this.#send({ type: 'unwatch', of });
  }

  /** Hear the signals (typing, …) of a document; gives the function that stops it. @param {string} of @param {(frame: any) => void} listener */
  onSignal(of, listener) {
    const heard = this.listeners.get(of) ?? new Set();
    this.listeners.set(of, heard.add(listener));
    return () => heard.delete(listener);
  }

  /** Do not wait for the next try. */
  retryNow() {
    if (this.socket) return;
    clearTimeout(this.timer);
    this.tries = 0;
    this.#connect();
  }

  #connect() {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.heardAt = Date.now();
      for (const of of this.docs.keys()) this.#send({ type: 'watch', of });
      if (this.docs.size === 0) this.#alive();
    };
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = (event) => this.#closed(event.code);
  }

  #alive() {
    this.tries = 0;
    batch(() => {
      this.link.value = 'live';
      this.lostSince.value = null;
    });
  }

  /** @param {number} code */
  #closed(code) {
    this.socket = null;
    if (SIGNED_OUT.includes(code)) return this.onSignedOut();
    batch(() => {
      this.link.value = 'lost';
      this.lostSince.value ??= Date.now();
    });
    this.timer = setTimeout(() => this.#connect(), waitBefore(this.tries++, Math.random()));
  }

  #beat() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    if (Date.now() - this.heardAt > SILENT_MS) this.socket.close();
    else if (Date.now() - this.heardAt > PING_EVERY_MS) this.#send({ type: 'ping' });
  }

  /** @param {any} frame */
  #send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** @param {any} frame */
  #receive(frame) {
    this.heardAt = Date.now();
    if (this.link.peek() !== 'live') this.#alive();
    const doc = this.docs.get(frame.of);
    if (frame.type === 'signal') this.listeners.get(frame.of)?.forEach((listener) => listener(frame));
    else if (frame.type === 'snapshot' && doc) this.#replace(doc, frame);
    else if (frame.type === 'patch' && doc) this.#patch(doc, frame);
    else if (frame.type === 'error' && doc) doc.problem.value = frame.reason ?? frame.detail ?? 'This cannot be shown.';
  }

  /** @param {Doc} doc @param {any} frame */
  #replace(doc, frame) {
    doc.cursor = frame.cursor;
    batch(() => {
      doc.problem.value = '';
      doc.value.value = frame.value;
    });
  }

  /** @param {Doc} doc @param {any} frame */
  #patch(doc, frame) {
    if (doc.value.peek() === null) return; // a patch without its snapshot: the snapshot that follows has it
    try {
      doc.value.value = applyOps(doc.value.peek(), frame.ops);
      doc.cursor = frame.cursor;
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      this.#send({ type: 'watch', of: doc.of }); // the screen and the server disagree: begin anew
    }
  }
}
