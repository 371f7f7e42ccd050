// @ts-check
// How is an offer heard and seen, also in a background tab, without ever taking the focus?
import { effect, signal } from '../lib.js';
import { kept } from '../store.js';
import { me } from './state.js';

const REPEAT_MS = 3500, TITLE_MS = 1000;
const plainTitle = document.title;

export const soundOn = kept('desk.sound', true);
/** "default", "granted" or "denied", and "none" where the browser has no notifications. */
export const permission = signal('Notification' in globalThis ? Notification.permission : 'none');

/** @type {AudioContext | null} */
let audio = null;
// Browsers let a page sound only after it was touched once.
for (const kind of ['pointerdown', 'keydown']) {
  addEventListener(kind, () => {
    audio ??= 'AudioContext' in globalThis ? new AudioContext() : null;
    if (audio?.state === 'suspended') audio.resume();
  }, { capture: true, passive: true });
}

/** Two soft tones, a fourth apart. */
export function chime() {
  if (!audio || audio.state !== 'running') return;
  [587.33, 783.99].forEach((pitch, i) => {
    const start = /** @type {AudioContext} */ (audio).currentTime + i * 0.16;
    const tone = /** @type {AudioContext} */ (audio).createOscillator();
    const gain = /** @type {AudioContext} */ (audio).createGain();
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.12, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.45);
    tone.connect(gain).connect(/** @type {AudioContext} */ (audio).destination);
    tone.start(start);
    tone.stop(start + 0.5);
  });
}

/** Ask once whether offers may be shown by the system; only ever from a button. */
export async function allowNotifications() {
  if ('Notification' in globalThis) permission.value = await Notification.requestPermission();
}

/** @type {Set<string>} */
let known = new Set();
/** @type {number | undefined} */
let ringing;
/** @type {number | undefined} */
let flashing;

/** Follow the offers from now on. */
export function startAlarm() {
  effect(() => {
    const offers = me.value?.offers ?? [];
    const fresh = offers.filter((/** @type {any} */ offer) => !known.has(offer.offer));
    known = new Set(offers.map((/** @type {any} */ offer) => offer.offer));
    if (fresh.length) announce(fresh[0]);
    if (!offers.length) quiet();
    else if (ringing === undefined) ring(offers[0].queue_title);
  });
}

/** @param {any} offer */
function announce(offer) {
  if (permission.peek() !== 'granted' || !document.hidden) return;
  // No personal details here: a notification is seen by whoever stands beside the screen.
  const note = new Notification(`Offer: ${offer.queue_title}`, { body: 'A customer is waiting for you.', tag: 'interlock-offer' });
  note.onclick = () => (window.focus(), note.close());
}

/** @param {string} queue */
function ring(queue) {
  const sound = () => soundOn.peek() && chime();
  sound();
  ringing = setInterval(sound, REPEAT_MS);
  let lit = false;
  const flash = () => {
    lit = !lit;
    document.title = lit ? `● Offer: ${queue}` : plainTitle;
  };
  flash();
  flashing = setInterval(flash, TITLE_MS);
}

function quiet() {
  clearInterval(ringing);
  clearInterval(flashing);
  ringing = flashing = undefined;
  document.title = plainTitle;
}
