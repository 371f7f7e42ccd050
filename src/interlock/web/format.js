// @ts-check
// How are times, money, numbers and names written for people? Pure functions; the field's words, sentence case.

const MINUTE = 60, HOUR = 3600, DAY = 86400;

/** @typedef {{amount: number, currency: string, text?: string}} Money */

/** A length of time in words: "12 s", "3 min", "2 h 5 min", "4 days". @param {number} seconds */
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < MINUTE) return `${s} s`;
  if (s < HOUR) return `${Math.floor(s / MINUTE)} min`;
  if (s < DAY) {
    const minutes = Math.floor((s % HOUR) / MINUTE);
    return minutes ? `${Math.floor(s / HOUR)} h ${minutes} min` : `${Math.floor(s / HOUR)} h`;
  }
  const days = Math.floor(s / DAY);
  return days === 1 ? '1 day' : `${days} days`;
}

/** The same to the second, for what is watched while it ticks: "3 min 12 s". @param {number} seconds */
export function exact(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < MINUTE) return `${s} s`;
  if (s < HOUR) return `${Math.floor(s / MINUTE)} min ${String(s % MINUTE).padStart(2, '0')} s`;
  return duration(s);
}

/** Seconds from a time until now. @param {string | null | undefined} iso @param {number} now in milliseconds */
export function since(iso, now) {
  const at = iso ? Date.parse(iso) : NaN;
  return Number.isNaN(at) ? 0 : Math.max(0, (now - at) / 1000);
}

const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const yearFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const fullFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });

/** A moment: "14:03" today, "21 Nov, 14:03" before. @param {string} iso @param {number} [now] */
export function clock(iso, now = Date.now()) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const time = clockFormat.format(at);
  return at.toDateString() === new Date(now).toDateString() ? time : `${day(iso, now)}, ${time}`;
}

/** A day: "21 Nov", with the year when it is another one. @param {string} iso @param {number} [now] */
export function day(iso, now = Date.now()) {
  const at = new Date(iso);
  return at.getFullYear() === new Date(now).getFullYear() ? dayFormat.format(at) : yearFormat.format(at);
}

/** A moment in full, for a tooltip. @param {string} iso */
export function fullTime(iso) {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? '' : fullFormat.format(at);
}

/** Money with its currency; the server's own text is preferred. @param {Money | null | undefined} money */
export function moneyText(money) {
  if (!money) return '';
  if (money.text) return money.text;
  const digits = fractionDigits(money.currency);
  return new Intl.NumberFormat('en-IE', { style: 'currency', currency: money.currency }).format(money.amount / 10 ** digits);
}

/** Digits after the decimal point of a currency. @param {string} currency */
export function fractionDigits(currency) {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** Minor units from what somebody typed ("18.40", "18,4"), or null. @param {string} text @param {string} currency */
export function parseMoney(text, currency) {
  const digits = fractionDigits(currency);
  const match = /^\s*(\d{1,9})(?:[.,](\d+))?\s*$/.exec(text);
  if (!match || (match[2] ?? '').length > digits) return null;
  return Number(match[1]) * 10 ** digits + Number((match[2] ?? '').padEnd(digits, '0') || 0);
}

/** Minor units as a plain number to edit: "18.40". @param {Money} money */
export function moneyInput(money) {
  const digits = fractionDigits(money.currency);
  return (money.amount / 10 ** digits).toFixed(digits);
}

/** A share of one: "87 %". @param {number | null | undefined} ratio */
export function percent(ratio) {
  return ratio === null || ratio === undefined ? '–' : `${Math.round(ratio * 100)} %`;
}

/** "1st", "2nd", "3rd", "11th". @param {number} n */
export function ordinal(n) {
  const tail = n % 100 >= 11 && n % 100 <= 13 ? 'th' : ['th', 'st', 'nd', 'rd'][n % 10] ?? 'th';
  return `${n}${tail}`;
}

/** "1 chat", "3 chats". @param {number} n @param {string} one @param {string} [many] */
export function count(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}

/** A field's name for people: "delivered_at" → "Delivered", "order_id" → "Order". @param {string} name */
export function humanise(name) {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_.-]+/g, ' ').replace(/ (id|at|no)$/i, '').trim();
  return words ? words[0].toUpperCase() + words.slice(1).toLowerCase() : name;
}

/** The first letters of a name, for a small mark. @param {string} name */
export function initials(name) {
  const words = name.trim().split(/[\s-]+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return picked.map((word) => [...word][0].toUpperCase()).join('') || '?';
}

/** Where the record of an interaction is read, at one of its proposals. @param {string} interaction @param {string} [proposal] */
export const recordOf = (interaction, proposal = '') => `/interactions/${encodeURIComponent(interaction)}${proposal ? `#${encodeURIComponent(proposal)}` : ''}`;
