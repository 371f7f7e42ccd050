// @ts-check
// Until when does somebody owe a customer an answer, and is it late already?
import { now, slowNow } from '../clock.js';
import { duration, exact, fullTime } from '../format.js';
import { html } from '../lib.js';
import { Mark } from './parts.js';

const CLOCKS = /** @type {Record<string, string>} */ ({ first_response: 'First answer', next_response: 'Next answer', resolution: 'Resolution' });
const TONES = /** @type {Record<string, {tone: string, icon: any}>} */ ({ breached: { tone: 'bad', icon: 'alert' }, soon: { tone: 'warn', icon: 'clock' }, running: { tone: 'plain', icon: 'clock' }, paused: { tone: 'plain', icon: null } });

/** What a clock is called. @param {string} clock */
export const clockWords = (clock) => CLOCKS[clock] ?? clock;

/** How long until a clock ends, or since when it has run out. @param {{one: {state: string, due: string | null}, precise?: boolean}} props */
export function DueIn({ one, precise = false }) {
  if (!one.due) return html`<span class="note">stands still: it is the customer's turn</span>`;
  const left = (Date.parse(one.due) - (precise ? now : slowNow).value) / 1000;
  const time = (precise ? exact : duration)(Math.abs(left));
  return html`<time class="num" datetime=${one.due} title=${fullTime(one.due)}>${left < 0 ? `${time} late` : `in ${time}`}</time>`;
}

/** The most urgent clock in a word. @param {{one: any}} props */
export function Owed({ one }) {
  const { tone, icon } = TONES[one.state] ?? TONES.running;
  return html`<${Mark} tone=${tone} icon=${icon}>${clockWords(one.clock)} <${DueIn} one=${one} /><//>`;
}
