// @ts-check
// What time is it, by the server's clock? Two signals that everything that ticks reads; one timer for the whole page.
import { signal } from './lib.js';

let offset = 0;

/** Milliseconds now, by the server's clock as far as we know it. */
export const serverNow = () => Date.now() + offset;

/** Ticks every second. */
export const now = signal(serverNow());

/** Ticks every ten seconds, for what is written in minutes. */
export const slowNow = signal(serverNow());

/** Learn the server's clock from a time that it sent; small differences are the network's. @param {string | null | undefined} said */
export function adjustClock(said) {
  const at = said ? Date.parse(said) : NaN;
  if (Number.isNaN(at)) return;
  const measured = at - Date.now();
  if (Math.abs(measured - offset) > 2000) offset = Math.abs(measured) > 2000 ? measured : 0;
}

let ticks = 0;
function tick() {
  now.value = serverNow();
  if (ticks++ % 10 === 0) slowNow.value = now.value;
}
setInterval(tick, 1000);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) tick();
});
