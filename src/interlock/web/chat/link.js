// @ts-check
// How does the chat stay connected? One WebSocket that comes back by itself and goes on from the last position.
import { waitBefore } from '../backoff.js';

const PING_EVERY_MS = 25_000, SILENT_MS = 60_000, UNKNOWN_SESSION = [4001, 4401];

export class ChatLink {
  /**
   * @param {{server: string, channel?: 'chat' | 'voice', token: () => Promise<string>, after: () => any, onFrame: (frame: any) => void, onLink: (up: boolean) => void, onUnknown: () => void}} options
   */
  constructor(options) {
    this.options = options;
    this.url = this.#socketAt(options.server);
    this.tries = 0;
    this.heardAt = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.opening = false;
    /** @type {number | undefined} */
    this.timer = undefined;
    setInterval(() => this.#beat(), PING_EVERY_MS / 2);
    addEventListener('online', () => this.now());
    addEventListener('offline', () => this.socket?.close());
    document.addEventListener('visibilitychange', () => !document.hidden && this.started && this.now());
    this.started = this.stopped = false;
  }

  /** @param {string} server */
  #socketAt(server) {
    return `${server.replace(/^http/, 'ws')}/v1/${this.options.channel ?? 'chat'}/socket`;
  }

  /** The connection is over for good. */
  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  /** Connect now, without waiting for the next try. */
  now() {
    if (this.socket || this.opening || this.stopped) return;
    clearTimeout(this.timer);
    this.started = true;
    this.#connect();
  }

  /** Go on at another server of the same centre. @param {string} server */
  move(server) {
    const url = this.#socketAt(server);
    if (url === this.url) return;
    this.url = url;
    this.tries = 0;
    if (this.socket) this.socket.close();
    else if (this.started) this.now();
  }

  /** @param {any} frame @returns {boolean} whether it went out */
  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  async #connect() {
    this.opening = true;
    let token;
    try {
      token = await this.options.token();
    } catch {
      this.opening = false;
      return this.#later();
    }
    this.opening = false;
    if (this.stopped) return undefined;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.heardAt = Date.now();
      this.send({ type: 'hello', token, after: this.options.after() });
    };
    socket.onmessage = (event) => {
      this.heardAt = Date.now();
      const frame = JSON.parse(event.data);
      if (frame.type === 'welcome') this.tries = 0;
      if (frame.type !== 'pong') this.options.onFrame(frame);
    };
    socket.onclose = (event) => {
      this.socket = null;
      if (UNKNOWN_SESSION.includes(event.code)) this.options.onUnknown();
      this.#later();
    };
    return undefined;
  }

  #later() {
    if (this.stopped) return;
    this.options.onLink(false);
    this.timer = setTimeout(() => this.#connect(), waitBefore(this.tries++, Math.random()));
  }

  #beat() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    if (Date.now() - this.heardAt > SILENT_MS) this.socket.close();
    else if (Date.now() - this.heardAt > PING_EVERY_MS) this.send({ type: 'ping' });
  }
}
