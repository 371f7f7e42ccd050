// @ts-check
// How does somebody come into a conversation by the link in a mail? Once: the link becomes a token of this browser alone.

const MARK = 'interlock=';
const CARRY = 'interlock-carry=';

/** The secret of a one-time link that carries a conversation on here, taken out of the page's address; empty where there is none. */
export function carried() {
  const secret = location.hash.slice(1).split('&').find((part) => part.startsWith(CARRY))?.slice(CARRY.length) ?? '';
  if (secret) history.replaceState(null, '', location.pathname + location.search); // whoever copies the address passes nothing on
  return secret;
}

/**
 * Use the link in the page's address, if there is one, and take it out of the address.
 * @param {string} server
 * @param {import('./memory.js').Memory} memory
 * @returns {Promise<boolean>} whether somebody came by a link
 */
export async function arrive(server, memory) {
  const link = location.hash.slice(1).split('&').find((part) => part.startsWith(MARK))?.slice(MARK.length);
  if (!link) return false;
  history.replaceState(null, '', location.pathname + location.search); // whoever copies the address passes nothing on
  const [session] = link.split('.');
  if ((memory.get('token') ?? '').startsWith(`${session}.`)) return true; // this browser has used it already
  try {
    const response = await fetch(`${server}/v1/chat/sessions/claim`, {
      method: 'POST',
      credentials: 'omit',
      headers: { 'Content-Type': 'application/json', 'Interlock-Device': memory.device() },
      body: JSON.stringify({ link }),
    });
    if (response.ok) { // used or too old: the chat opens as it would have
      memory.set('token', (await response.json()).token);
      memory.set('seen', null);
    }
  } catch {
    // not reached: the chat opens as it would have, and says itself that it has no connection
  }
  return true;
}
