// @ts-check
// Am I available? The menu in the top bar sets my presence; while I am busy the next one waits.
import { html } from '../lib.js';
import { Icon } from '../ui/icons.js';
import { Menu } from '../ui/menu.js';
import { Ago } from '../ui/parts.js';
import { termOf } from '../transcript/words.js';
import { allowNotifications, chime, permission, soundOn } from './alarm.js';
import { ask, me } from './state.js';

const BREAKS = ['Short break', 'Lunch', 'Training', 'Meeting'];

/** The value of a presence that may come as a word or with its reason. @param {any} given */
export const presenceOf = (given) => (given && typeof given === 'object' ? given.presence ?? given.value : given) || '';

/** @param {string} presence @param {string} [reason] */
export const setPresence = (presence, reason) => ask('/v1/presence', reason ? { presence, reason } : { presence });

/** @param {{presence: string}} props */
export function PresenceDot({ presence }) {
  return html`<span class="dot ${presence}" aria-hidden="true" />`;
}

export function PresenceMenu() {
  const mine = me.value;
  if (!mine) return null;
  const next = presenceOf(mine.pending);
  const label = html`<${PresenceDot} presence=${mine.presence} /><span class="presence-word">${termOf(mine.presence)}${mine.reason ? `: ${mine.reason}` : ''}</span>
    <span class="note presence-since"><${Ago} at=${mine.presence_since} /></span>
    ${next ? html`<span class="presence-next">then ${termOf(next).toLowerCase()}</span>` : null}<${Icon} name="down" size=${12} />`;
  return html`<${Menu} id="presence-button" name="Presence: ${termOf(mine.presence)}${next ? `, then ${termOf(next).toLowerCase()}` : ''}" className="button presence" label=${label}>
    ${(/** @type {() => void} */ close) => html`<${Choices} close=${close} mine=${mine} next=${next} />`}<//>`;
}

/** @param {{close: () => void, mine: any, next: string}} props */
function Choices({ close, mine, next }) {
  const offered = (mine.presences ?? ['available', 'break', 'other_work', 'offline']).map(presenceOf).filter((/** @type {string} */ one) => one !== 'not_responding');
  /** @param {string} presence @param {string} [reason] */
  const pick = (presence, reason) => {
    close();
    setPresence(presence, reason);
  };
  return html`
    ${mine.presence === 'not_responding' ? html`<p class="menu-note">You did not answer an offer, so you get no more. Set yourself available to go on.</p>` : null}
    ${mine.load > 0 ? html`<p class="menu-note">You have work in hand: a pause begins when the last one is wrapped up.</p>` : null}
    ${offered.map((/** @type {string} */ presence) => presence === 'break'
      ? BREAKS.map((reason) => html`<button type="button" onClick=${() => pick('break', reason)}><${PresenceDot} presence="break" />${reason}
          ${mine.presence === 'break' && mine.reason === reason ? html`<${Icon} name="check" />` : null}</button>`)
      : html`<button type="button" onClick=${() => pick(presence)} aria-current=${mine.presence === presence ? 'true' : null}><${PresenceDot} presence=${presence} />${termOf(presence)}
          ${mine.presence === presence ? html`<${Icon} name="check" />` : null}</button>`)}
    ${next ? html`<hr /><button type="button" onClick=${() => pick(mine.presence)}><${Icon} name="cross" />Do not change to ${termOf(next).toLowerCase()}</button>` : null}`;
}

/** Sound on or off, and notifications, in one button. */
export function SoundButton() {
  return html`<button type="button" class="icon-button" aria-pressed=${soundOn.value} aria-label="Sound for offers" title=${soundOn.value ? 'Offers are heard. Turn the sound off' : 'Offers are silent. Turn the sound on'}
    onClick=${() => ((soundOn.value = !soundOn.value), soundOn.value && chime())}><${Icon} name=${soundOn.value ? 'bell' : 'mute'} /></button>`;
}

/** In the account menu: let the system show offers when this tab is in the background. @param {{close: () => void}} props */
export function NotificationItem({ close }) {
  if (permission.value !== 'default') return html`<p class="menu-note">${permission.value === 'granted' ? 'Offers are shown by your system when this tab is in the background.' : permission.value === 'denied' ? 'Your browser blocks notifications for this page.' : ''}</p>`;
  return html`<button type="button" onClick=${() => (close(), allowNotifications())}><${Icon} name="bell" />Show offers as notifications</button>`;
}
