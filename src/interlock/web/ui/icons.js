// @ts-check
// Which pictures are there? A few inline drawings of one stroke width; each stands beside a word or has a label.
import { html } from '../lib.js';

const PATHS = {
  chat: 'M4 5h16v11H10l-4.5 4V16H4z',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.8-4 3.700-6 7.500-6s6.700 2 7.500 6',
  machine: 'M12 2.800l8.200 9.200-8.200 9.200L3.800 12zM12 8.500v3.700M12 15.200v.3',
  action: 'M5 7h9M5 12h14M5 17h6M17 4.500v5',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.300l3.500 2',
  check: 'M4.500 12.500l5 5L19.500 7',
  cross: 'M6 6l12 12M18 6L6 18',
  stop: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM5.800 5.800l12.400 12.400',
  alert: 'M12 4l9 16H3zM12 10v4.500M12 17v.5',
  question: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.300 9.300a2.800 2.800 0 1 1 4.200 2.900c-1 .6-1.500 1.100-1.500 2.100M12 17v.4',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  chevron: 'M9 5l7 7-7 7',
  down: 'M5 9l7 7 7-7',
  fold: 'M4 5h16v14H4zM10 5v14',
  unfold: 'M4 5h16v14H4zM14 5v14',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16.200 16.200L21 21',
  bell: 'M6 17h12l-1.500-2.500V10a4.500 4.500 0 0 0-9 0v4.500zM10 20h4',
  mute: 'M6 17h12l-1.500-2.500V10a4.500 4.500 0 0 0-9 0v4.500zM10 20h4M4 4l16 16',
  shield: 'M12 3l7.500 2.800v5.700c0 4.700-3 7.700-7.500 9.500-4.500-1.800-7.500-4.800-7.500-9.500V5.800z',
  back: 'M10 6l-6 6 6 6M4 12h11a5 5 0 0 1 5 5v1',
  wrap: 'M6 3h12v18H6zM9 8h6M9 12h6M9 16h3',
  send: 'M4 12l16-8-5 16-3.500-6.500z',
  sun: 'M12 16.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM12 2v2.500M12 19.500V22M2 12h2.500M19.500 12H22M5 5l1.700 1.700M17.300 17.300L19 19M5 19l1.700-1.700M17.300 6.700L19 5',
  moon: 'M20 14.500A8.500 8.500 0 1 1 9.500 4a7 7 0 0 0 10.500 10.500z',
  auto: 'M4 5h16v11H4zM9 20h6M12 16v4',
  more: 'M5 11.500v1M5.500 11.500v1M12 11.500v1M12.500 11.500v1M19 11.500v1M19.500 11.500v1',
  mail: 'M3.500 6h17v12h-17zM3.500 7l8.500 6.500L20.500 7',
  phone: 'M6 3.500h3l1.500 4-2 1.500a12 12 0 0 0 6 6l1.500-2 4 1.500v3c0 1.500-1 2.500-2.500 2.500C10 20 4 14 4 6c0-1.500.5-2.500 2-2.500z',
  hangup: 'M3 13.500c5-5 13-5 18 0l-2 3-4-1.500v-2.500a10 10 0 0 0-6 0V15l-4 1.500z',
  speaker: 'M4 9.500h3.500L12 5.500v13l-4.500-4H4zM15.500 9a4.500 4.500 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11',
  silent: 'M4 9.500h3.500L12 5.500v13l-4.500-4H4zM16 9.500l5 5M21 9.500l-5 5',
  microphone: 'M12 14.500a3 3 0 0 0 3-3v-5a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6 11.500a6 6 0 0 0 12 0M12 17.500V21',
  out: 'M14 4h6v16h-6M10 8l-4 4 4 4M6 12h9',
  book: 'M5 4h12a2 2 0 0 1 2 2v14H7a2 2 0 0 1-2-2zM5 18a2 2 0 0 1 2-2h12M9 8h6',
  bolt: 'M13 3L5 13.500h6L10 21l8-10.500h-6z',
  code: 'M8 7l-5 5 5 5M16 7l5 5-5 5',
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {{name: IconName, size?: number, label?: string}} props */
export function Icon({ name, size = 16, label }) {
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
    stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"
    role=${label ? 'img' : null} aria-label=${label ?? null} aria-hidden=${label ? null : 'true'}><path d=${PATHS[name]} /></svg>`;
}

/** The picture of a channel. @param {{channel: string}} props */
export function ChannelIcon({ channel }) {
  const name = channel === 'email' ? 'mail' : channel === 'voice' || channel === 'callback' ? 'phone' : 'chat';
  return html`<${Icon} name=${name} label=${channel} />`;
}
