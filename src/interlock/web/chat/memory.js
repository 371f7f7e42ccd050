// @ts-check
// What does the customer's browser remember? The session, what could not be sent yet, and whether the window was open.

/** @typedef {{id: string, text: string, at: number, fresh?: boolean}} Unsent */

/** One place in localStorage per server; a forbidden storage means that it lasts as long as the page. */
export class Memory {
  /** @param {string} server */
  constructor(server) {
    this.prefix = `interlock.chat.${server}.`;
    /** @type {Map<string, any>} */
    this.held = new Map();
  }

  /** @param {string} key @param {any} [fallback] */
  get(key, fallback = null) {
    try {
      const kept = localStorage.getItem(this.prefix + key);
      return kept === null ? fallback : JSON.parse(kept);
    } catch {
      return this.held.get(key) ?? fallback; // forbidden or damaged: what the page holds
    }
  }

  /** Keep a value; null forgets it. @param {string} key @param {any} value */
  set(key, value) {
    this.held.set(key, value);
    try {
      if (value === null) localStorage.removeItem(this.prefix + key);
      else localStorage.setItem(this.prefix + key, JSON.stringify(value));
    } catch {
      // it lasts as long as the page
    }
  }

  /** What tells this browser from others: made once, kept here, and never sent to anybody else. @returns {string} */
  device() {
    const kept = this.get('device');
    if (kept) return kept;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const made = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    this.set('device', made);
    return made;
  }

  /** What was written and not acknowledged, oldest first. @returns {Unsent[]} */
  unsent() {
    return this.get('unsent', []);
  }

  /** @param {Unsent} message */
  addUnsent(message) {
    this.set('unsent', [...this.unsent(), message]); // read again each time: another tab may have written
  }

  /** @param {string} id */
  dropUnsent(id) {
    const rest = this.unsent().filter((one) => one.id !== id);
    this.set('unsent', rest.length ? rest : null);
  }
}
