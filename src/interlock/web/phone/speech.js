// @ts-check
// Who speaks, and who listens? The browser's own voice and its speech recognition, each where there is one; without them the captions do.

const STARTS_WITHIN_MS = 2000, MS_A_CHARACTER = 120, MS_BESIDES = 4000;

/** Whether this browser can speak at all. */
export const canSpeak = 'speechSynthesis' in globalThis;

/** @type {any} */
const Recognition = /** @type {any} */ (globalThis).SpeechRecognition ?? /** @type {any} */ (globalThis).webkitSpeechRecognition;

/** Whether this browser can listen. */
export const canListen = Boolean(Recognition);

/** A voice of this machine: others would be sent every word. None where there is none; undefined while nobody knows. @param {string} language */
function voiceFor(language) {
  const voices = speechSynthesis.getVoices().filter((voice) => voice.lang.startsWith(language));
  return voices.length ? voices.find((voice) => voice.localService) ?? null : undefined;
}

/**
 * Say a text. Tells whether it was heard: false where the browser has no voice for it, so that nobody waits for one.
 * @param {string} text @param {string} language @param {AbortSignal} interrupted
 * @returns {Promise<boolean>}
 */
export function speak(text, language, interrupted) {
  return new Promise((resolve) => {
    if (!canSpeak || interrupted.aborted) return resolve(false);
    const voice = voiceFor(language);
    if (voice === null) return resolve(false);
    const said = new SpeechSynthesisUtterance(text);
    said.lang = language;
    if (voice) said.voice = voice;
    /** @type {number | undefined} */
    let limit;
    /** @param {boolean} heard */
    const over = (heard) => {
      clearTimeout(limit);
      said.onstart = said.onend = said.onerror = null;
      resolve(heard);
    };
    limit = setTimeout(() => (speechSynthesis.cancel(), over(false)), STARTS_WITHIN_MS);
    said.onstart = () => {
      clearTimeout(limit);
      limit = setTimeout(() => over(true), text.length * MS_A_CHARACTER + MS_BESIDES); // some browsers forget to tell the end
    };
    said.onend = () => over(true);
    said.onerror = () => over(interrupted.aborted);
    interrupted.addEventListener('abort', () => (speechSynthesis.cancel(), over(true)), { once: true });
    speechSynthesis.speak(said);
    return undefined;
  });
}

/**
 * Listen for one sentence.
 * @param {string} language @param {{onPart: (text: string) => void, onText: (text: string) => void, onEnd: (problem: string) => void}} told
 * @returns {() => void} stops listening
 */
export function listen(language, told) {
  const ear = new Recognition();
  ear.lang = language;
  ear.interimResults = true;
  let problem = '';
  ear.onresult = (/** @type {any} */ event) => {
    const result = event.results[event.results.length - 1];
    if (result.isFinal) told.onText(result[0].transcript);
    else told.onPart(result[0].transcript);
  };
  ear.onerror = (/** @type {any} */ event) => (problem = event.error);
  ear.onend = () => told.onEnd(problem);
  ear.start();
  return () => ear.stop();
}
