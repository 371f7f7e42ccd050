// @ts-check
// How does a page ask the server for something? JSON with the CSRF token; every failure becomes a Problem in plain words.
import { adjustClock } from './clock.js';

const IN_TIME_MS = 15_000;
let csrf = '';

/** Ends once it is known who is signed in; what is sent before that waits, for it would go without the token. @type {Promise<unknown>} */
let known = Promise.resolve();

/** What went wrong, in words that can be shown beside what was tried. */
export class Problem extends Error {
  /** @param {string} message @param {{status?: number, code?: string, title?: string}} [more] */
  constructor(message, { status = 0, code = '', title = '' } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.title = title;
  }
}

/** @type {Record<number, string>} */
const PLAIN = {
  401: 'You are signed out. Sign in again; what you wrote here is kept.',
  403: 'You may not do this.',
  404: 'This does not exist any more.',
  409: 'Somebody was faster. Look at what changed and try again.',
  413: 'This is too long to send.',
  422: 'The server did not accept what was entered.',
  429: 'Too many tries. Wait a moment and try again.',
  503: 'A system behind Interlock is down. Try again in a moment.',
};

/** Keep the token that sign-in gave. @param {string} token */
export function setCsrf(token) {
  csrf = token;
}

/**
 * Ask the server; gives the parsed answer (null when it is empty).
 * @param {'GET' | 'POST' | 'DELETE'} method
 * @param {string} path
 * @param {any} [body]
 * @returns {Promise<any>}
 */
export async function call(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json' };
  if (method !== 'GET') await known;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf;
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(IN_TIME_MS),
    });
  } catch {
    throw new Problem('Interlock cannot be reached. Nothing was lost; try again in a moment.', { code: 'unreachable' });
  }
  adjustClock(response.headers.get('date'));
  const answer = await readJson(response);
  if (response.ok) return answer;
  throw problemOf(response.status, answer);
}

/** @param {Response} response */
async function readJson(response) {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** @param {number} status @param {any} answer */
function problemOf(status, answer) {
  const { detail = '', title = '', code = '' } = answer && typeof answer === 'object' ? answer : {};
  const fallback = PLAIN[status] ?? `Something went wrong in the server (${status}). It has been recorded.`;
  return new Problem(typeof detail === 'string' && detail ? detail : title || fallback, { status, code, title });
}

/** @param {string} path */
export const get = (path) => call('GET', path);
/** @param {string} path @param {any} [body] */
export const post = (path, body = {}) => call('POST', path, body);

/** An identifier that nobody else makes. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Who is signed in; goes to the sign-in page when nobody is. @returns {Promise<any>} */
export async function signedIn() {
  const asked = get('/v1/me').then((me) => (setCsrf(me.csrf ?? ''), me));
  known = asked.catch(() => null);
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.hash)}`);
      return new Promise(() => {}); // the page is leaving
    }
    throw error;
  }
}

/** End the session and go to the sign-in page. */
export async function signOut() {
  await post('/v1/sign-out');
  location.assign('/sign-in');
}
