// @ts-check
// In which language does the customer write, and how has she sounded from message to message?
import { html } from '../lib.js';

const NOTICEABLE = 0.2;
const STEP = 7;
const HALF = 8;
const names = new Intl.DisplayNames(['en'], { type: 'language' });

/** @param {number} value */
const word = (value) => (value <= -NOTICEABLE ? 'negative' : value >= NOTICEABLE ? 'positive' : 'neutral');

/** What is known of the tone: the language, and how the customer sounds, with a bar for each message, up or down. @param {any} tone */
export function toneRows(tone) {
  const { language = '', sentiment = null, course = [] } = tone ?? {};
  return [language && { label: 'Writes', value: names.of(language) }, sentiment !== null && { label: 'Sounds', value: html`<${Mood} sentiment=${sentiment} course=${course} />` }].filter(Boolean);
}

/** @param {{sentiment: number, course: number[]}} props */
function Mood({ sentiment, course }) {
  const wide = course.length * STEP;
  return html`<span class="mood" title=${`Message by message: ${course.map(word).join(', ')}`}>${word(sentiment)}<span class="visually-hidden">; message by message: ${course.map(word).join(', ')}</span>
    <svg aria-hidden="true" width=${wide} height=${2 * HALF} viewBox=${`0 0 ${wide} ${2 * HALF}`}>${course.map((value, at) => html`<rect
      class=${word(value)} key=${at} x=${at * STEP} width=${STEP - 2} y=${Math.min(HALF - 1, HALF - value * HALF)} height=${Math.max(2, Math.abs(value) * HALF)} />`)}</svg></span>`;
}
