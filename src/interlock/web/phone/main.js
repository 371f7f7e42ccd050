// @ts-check
// A phone in the browser: keys, spoken prompts with captions of both sides, typed words and, where there is recognition, spoken ones.
import { now } from '../clock.js';
import { html, render, useEffect, useLayoutEffect, useRef, useState } from '../lib.js';
import { Logo, nextTheme, theme } from '../ui/frame.js';
import { Icon } from '../ui/icons.js';
import { Call } from './call.js';
import { canListen, canSpeak } from './speech.js';

const KEYS = [['1', ''], ['2', 'ABC'], ['3', 'DEF'], ['4', 'GHI'], ['5', 'JKL'], ['6', 'MNO'], ['7', 'PQRS'], ['8', 'TUV'], ['9', 'WXYZ'], ['*', 'again'], ['0', 'person'], ['#', 'end']];
const NAMES = /** @type {Record<string, string>} */ ({ '*': 'Star: hear it again', 0: '0: a person', '#': 'Hash: end of the digits' });
const PRESSED_MS = 140, LONGEST = 4000;

const call = new Call(location.origin);

/** What is said letter by letter stays on one line. @param {string} text */
const unbroken = (text) => text.replace(/(?<=(?:^|\s)[A-Z0-9]) (?=[A-Z0-9](?:[\s.,!?]|$))/g, '\u00a0');

/** Seconds as a phone shows them: 0:42. @param {number} ms */
const ticking = (ms) => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

function Status() {
  const phase = call.phase.value, { holder, agent_name: agent, queue } = call.state.value ?? {};
  const length = ticking(Math.max(0, (call.endedAt.value || now.value) - call.startedAt.value));
  const words = { idle: 'Not in a call', calling: 'Calling…', live: `In a call · ${length}`, lost: 'Connection lost. Trying again…', over: call.startedAt.value ? `Call ended · ${length}` : 'Call ended' }[phase];
  const who = !call.on ? '' : holder === 'agent' ? `With ${agent || 'a colleague'}, who writes` : holder === 'queue' ? `Waiting for a person${queue?.place ? `, place ${queue.place}` : ''}` : phase === 'live' ? 'With the automatic assistant' : '';
  return html`<div class="display ${phase}"><p class="callee">${call.title.value || 'The contact centre'}</p>
    <p class="status" role="status">${phase === 'lost' ? html`<${Icon} name="alert" />` : null}${phase === 'live' ? html`In a call <span class="num" aria-hidden="true">· ${length}</span>` : words}</p>
    <p class="who">${holder === 'agent' && call.on ? html`<${Icon} name="person" size=${14} />` : call.on && phase === 'live' ? html`<${Icon} name="machine" size=${14} />` : null}${who}</p>
    <p class="entry num" aria-live="polite">${call.entry.value ? html`<span class="visually-hidden">Entered so far: </span>${[...call.entry.value].join(' ')}` : phase === 'live' && call.ask.value?.digits ? html`<span class="note">${call.ask.value.digits < 0 ? 'Digits, then #' : `${call.ask.value.digits} digits`}</span>` : ''}</p></div>`;
}

/** @param {{pressed: string, press: (key: string) => void}} props */
function Keypad({ pressed, press }) {
  const usable = call.phase.value === 'live';
  return html`<div class="keypad" role="group" aria-label="Keypad">${KEYS.map(([key, small]) => html`
    <button type="button" class="key ${pressed === key ? 'pressed' : ''}" aria-label=${NAMES[key] ?? key} aria-disabled=${!usable} onPointerDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() => press(key)}><span class="num">${key}</span><small aria-hidden="true">${small}</small></button>`)}</div>`;
}

function Handset() {
  const [pressed, setPressed] = useState('');
  const handset = useRef(/** @type {HTMLElement | null} */ (null));
  const on = ['calling', 'live', 'lost'].includes(call.phase.value);
  useEffect(() => {
    if (on) handset.current?.focus({ preventScroll: true }); // the button that was pressed is another one now
  }, [on]);
  /** @param {string} key */
  const press = (key) => {
    call.press(key);
    setPressed(key);
    setTimeout(() => setPressed(''), PRESSED_MS);
  };
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const onKey = (event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      if (target.closest('input, textarea') || event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^[0-9*#]$/.test(event.key)) press(event.key);
      else if (event.key === 'Backspace') call.erase();
      else if (event.key === 'Escape') call.hangUp();
      else if (event.key === 'Enter' && !target.closest('button, a')) call.on ? press('#') : call.dial();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return html`<section class="handset" aria-label="Phone" tabindex="-1" ref=${handset}><${Status} /><${Keypad} pressed=${pressed} press=${press} />
    <div class="hooks"><${Sound} />
      ${on
        ? html`<button key="down" type="button" class="hook down" onClick=${() => call.hangUp()} aria-label="Hang up" title="Hang up  Esc"><${Icon} name="hangup" size=${28} /></button>`
        : html`<button key="up" type="button" class="hook up" onClick=${() => call.dial()} aria-label="Call" title="Call  Enter"><${Icon} name="phone" size=${26} /></button>`}
      <${Microphone} /></div></section>`;
}

function Sound() {
  const silent = call.silent.value || call.voiceless.value || !canSpeak;
  const title = call.voiceless.value || !canSpeak ? 'This browser has no voice: captions only' : silent ? 'Speak the prompts' : 'Do not speak the prompts';
  return html`<button type="button" class="round" aria-pressed=${!silent} aria-label=${title} title=${title} disabled=${call.voiceless.value || !canSpeak} onClick=${() => call.toggleSilent()}>
    <${Icon} name=${silent ? 'silent' : 'speaker'} size=${22} /><small>${silent ? 'Voice off' : 'Voice on'}</small></button>`;
}

function Microphone() {
  const usable = canListen && call.phase.value === 'live', on = call.listening.value;
  const title = !canListen ? 'This browser recognises no speech: type instead' : on ? 'Stop listening' : 'Speak. The browser may send what it hears to its maker.';
  return html`<button type="button" class="round ${on ? 'hot' : ''}" aria-pressed=${on} aria-label=${title} title=${title} disabled=${!usable} onClick=${() => call.listen()}>
    <${Icon} name="microphone" size=${22} /><small>${on ? 'Listening' : 'Speak'}</small></button>`;
}

function Captions() {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const lines = call.lines.value;
  useLayoutEffect(() => {
    if (box.current && lines.length) box.current.scrollTop = box.current.scrollHeight;
  }, [lines.length, call.part.value]);
  // A screen reader says what the browser's voice does not.
  return html`<div class="captions" role="log" aria-label="Captions" aria-live=${call.speaking.value ? 'off' : 'polite'} tabindex="0" ref=${box}>
    ${lines.length || call.on ? null : html`<${Before} />`}
    ${lines.map((line, i) => html`<${Caption} key=${i} line=${line} before=${lines[i - 1]} spoken=${call.speaking.value && i === lines.length - 1} />`)}
    ${call.part.value ? html`<p class="caption you part">${call.part.value}…</p>` : null}
    ${call.phase.value === 'calling' ? html`<p class="note calling" role="status">Calling…</p>` : null}</div>`;
}

/** @param {{line: import('./call.js').Line, before: any, spoken: boolean}} props */
function Caption({ line, before, spoken }) {
  const by = line.by === 'you' ? 'You' : line.by === 'agent' ? line.name || 'Colleague' : line.by === 'machine' ? 'Automatic assistant' : '';
  const same = before && before.by === line.by && (before.name === line.name || line.by !== 'agent');
  return html`<div class="caption ${line.by} ${line.ask ? 'asks' : ''} ${spoken ? 'spoken' : ''}">
    <p class="by ${same || !by ? 'visually-hidden' : ''}">${line.by === 'machine' ? html`<${Icon} name="machine" size=${13} />` : line.by === 'agent' ? html`<${Icon} name="person" size=${13} />` : null}${by}</p>
    <p dir="auto">${unbroken(line.text)}</p></div>`;
}

function Before() {
  return html`<div class="before"><h1>Call the contact centre</h1>
    <p>It is the assistant of the chat, on the phone: it speaks, and you answer with the keys, or say or type what you want. Whatever moves money is read back to you first.</p>
    <ul><li><kbd>0</kbd> a person, at any time</li><li><kbd>*</kbd> hear it again</li><li><kbd>#</kbd> ends a number</li><li><kbd>#</kbd> and the eight digits from the chat: go on from there</li><li><kbd>Enter</kbd> calls, <kbd>Esc</kbd> hangs up</li></ul>
    ${canListen ? html`<p class="note">“Speak” uses the speech recognition of your browser. Some browsers send what they hear to their maker.</p>` : null}
    <button type="button" class="button primary large" onClick=${() => call.dial()}><${Icon} name="phone" />Call</button></div>`;
}

function Speech() {
  const [text, setText] = useState('');
  const usable = call.phase.value === 'live';
  /** @param {Event} event */
  const send = (event) => {
    event.preventDefault();
    if (!usable || !text.trim()) return;
    call.say(text);
    setText('');
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.key === 'Escape') text ? setText('') : /** @type {HTMLElement} */ (event.target).blur();
  };
  return html`<form class="speech" onSubmit=${send}><label class="visually-hidden" for="words">What you would say</label>
    <input id="words" type="text" dir="auto" autocomplete="off" maxlength=${LONGEST} placeholder=${usable ? 'Type what you would say' : call.phase.value === 'lost' ? 'No connection' : 'Calling…'} value=${text} disabled=${!usable} onInput=${(/** @type {any} */ event) => setText(event.target.value)} onKeyDown=${onKey} />
    <button type="submit" class="button primary" disabled=${!usable || !text.trim()}>Say</button></form>`;
}

function Phone() {
  const phase = call.phase.value;
  return html`<div class="app phone-page"><header class="topbar"><a class="brand" href="/" title="Interlock: start page"><${Logo} /><span>Interlock</span></a><strong class="page-name">Phone</strong>
      <div class="topbar-end"><button type="button" class="icon-button" aria-label="Theme: ${theme.value}. Change it" title="Theme: ${theme.value}" onClick=${nextTheme}><${Icon} name=${theme.value === 'light' ? 'sun' : theme.value === 'dark' ? 'moon' : 'auto'} /></button></div></header>
    <main class="phone"><section class="talk" aria-label="What is said">
      ${phase === 'lost' ? html`<p class="banner warn" role="alert"><${Icon} name="alert" /><span>Connection lost. The call goes on where it was when it is back.</span><button type="button" class="button small" onClick=${() => call.link?.now()}>Try now</button></p>` : null}
      ${call.problem.value ? html`<p class="banner warn" role="alert"><${Icon} name="alert" /><span>${call.problem.value}</span></p>` : null}
      <${Captions} />
      ${phase === 'over' ? html`<div class="ended" role="status"><p>The call has ended.</p><button type="button" class="button primary" onClick=${() => call.dial()}><${Icon} name="phone" />Call again</button></div>` : phase === 'idle' ? null : html`<${Speech} />`}</section>
      <${Handset} /></main></div>`;
}

render(html`<${Phone} />`, /** @type {Element} */ (document.getElementById('page')));
