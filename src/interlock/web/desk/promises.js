// @ts-check
// What was promised to this customer, by whom, until when, was it kept; and how do I promise something?
import { get } from '../api.js';
import { slowNow } from '../clock.js';
import { humanise, moneyText } from '../format.js';
import { html, useEffect, useLayoutEffect, useRef, useState } from '../lib.js';
import { inline } from '../transcript/values.js';
import { Icon } from '../ui/icons.js';
import { Ago, At, ErrorNote, Keys, Mark } from '../ui/parts.js';
import { say } from '../ui/toasts.js';
import { knownValues } from './fill.js';
import { AskForm } from './form.js';
import { addToDraft } from './state.js';

const STATES = /** @type {Record<string, [string, string]>} */ ({ open: ['warn', 'To be kept'], kept: ['good', 'Kept'], broken: ['bad', 'Not kept'] });
const MADE_BY = /** @type {Record<string, string>} */ ({ journey: 'by the virtual agent', policy: 'by another program' });
const PLACES = { promise_unknown: 'promise', role_missing: 'promise', bad_about: 'about', promised_already: 'about', bad_value: 'value', beyond_authority: 'value', bad_days: 'days', bad_words: 'words' };
const LONGEST_ABOUT = 64, LONGEST_WORDS = 1000, DAY_MS = 86_400_000;

/** The promises of an interaction's customer; looked up again with everything new that happens in it. @param {{value: any}} props */
export function Promises({ value }) {
  const [found, setFound] = useState(/** @type {null | {promises: any[], can_promise: any[]}} */ (null));
  const [problem, setProblem] = useState('');
  const [round, setRound] = useState(0);
  const again = () => setRound((before) => before + 1);
  const path = `/v1/interactions/${encodeURIComponent(value.id)}/promises`;
  useEffect(() => {
    let newest = true;
    if (value.customer.matched) get(path).then((answer) => newest && (setFound(answer), setProblem('')), (error) => newest && setProblem(error.message));
    return () => void (newest = false);
  }, [path, value.customer.matched, value.entries.length, round]);
  const promises = found?.promises ?? [];
  return html`<section class="known-section" aria-label="Promises"><h3>Promises</h3>
    ${problem ? html`<${ErrorNote} onRetry=${again}>${problem}<//>` : null}
    ${promises.length
      ? html`<ul class="journeys promises">${promises.map((one) => html`<${Promised} key=${one.promise} one=${one} />`)}</ul>`
      : problem ? null : html`<p class="note">${found || !value.customer.matched ? 'Nothing was promised.' : 'Looking…'}</p>`}
    <${Make} value=${value} path=${path} can=${found?.can_promise} again=${again} /></section>`;
}

/** @param {{one: any}} props */
function Promised({ one }) {
  return html`<li><p class="journey-title">${one.title} <${Mark} tone=${STATES[one.state][0]}>${STATES[one.state][1]}<//></p>
    <p>${one.value ? html`<span class="num">${inline(one.value)}</span>, ` : null}about <code>${one.about}</code>${one.words ? html`: <span dir="auto">${one.words}</span>` : null}</p>
    <p class="note">Promised ${MADE_BY[one.source] ?? `by ${one.by}`} <${Ago} at=${one.made_at} /> ago${one.state === 'open' ? html`, holds until <${At} at=${one.valid_until} />` : null}</p></li>`;
}

/** Why nothing can be promised here, or nothing. @param {any} value @param {any[] | undefined} can */
function hindrance(value, can) {
  if (!value.customer.matched) return 'Nobody has been matched here yet, so there is nobody to promise anything to.';
  if (!['handling', 'wrap_up'].includes(value.my_state)) return 'Whoever has the interaction promises something in it.';
  return can && !can.length ? 'There is nothing that somebody with your role may promise.' : '';
}

/** The button, or its form. @param {{value: any, path: string, can?: any[], again: () => void}} props */
function Make({ value, path, can, again }) {
  const [making, setMaking] = useState(false);
  const button = useRef(/** @type {HTMLElement | null} */ (null));
  const was = useRef(false);
  useLayoutEffect(() => {
    if (was.current && !making) button.current?.focus();
    was.current = making;
  }, [making]);
  const why = hindrance(value, can);
  const close = () => setMaking(false);
  const done = (/** @type {any} */ promised) => {
    close();
    again();
    const written = promised.words && value.my_state === 'handling';
    if (written) addToDraft(value.id, promised.words);
    say(written ? `Promised ${moneyText(promised.value)}. Your words stand in the reply box.` : `Promised ${moneyText(promised.value)}.`);
  };
  if (making && can?.length) return html`<${PromiseForm} value=${value} path=${path} can=${can} onClose=${close} onRefused=${again} onDone=${done} />`;
  return html`<div class="verify"><button type="button" class="button" id="make-promise" ref=${button} disabled=${Boolean(why) || !can} aria-describedby="make-promise-why" onClick=${() => setMaking(true)}><${Icon} name="check" />Make a promise… <${Keys} of="m" /></button>
    <p class="note" id="make-promise-why">${why}</p></div>`;
}

/** @param {{value: any, path: string, can: any[], onClose: () => void, onRefused: () => void, onDone: (promised: any) => void}} props */
function PromiseForm({ value, path, can, onClose, onRefused, onDone }) {
  const known = (/** @type {any} */ kind) => knownValues(value, kind.about);
  const [given] = useState(() => ({ values: { promise: can[0].promise, about: known(can[0])[0] }, notes: {} }));
  /** @param {Record<string, string>} entered */
  const argsOf = (entered) => {
    const kind = can.find((one) => one.promise === (entered.promise ?? given.values.promise)) ?? can[0];
    const asked = (value.actions ?? []).flatMap((/** @type {any} */ action) => action.args ?? []).find((/** @type {any} */ arg) => arg.name === kind.about);
    const days = Number(entered.days) >= 1 && Number(entered.days) <= kind.days ? Number(entered.days) : kind.days;
    const until = html`<${At} at=${new Date(slowNow.value + days * DAY_MS).toISOString()} />`;
    return [
      { name: 'promise', type: 'choice', label: 'Kind', required: true, options: can.map((one) => ({ value: one.promise, label: one.title })) },
      { name: 'about', type: 'identifier', label: asked?.label ?? humanise(kind.about), required: true, known: known(kind), longest: LONGEST_ABOUT, note: 'The promise is about just this.' },
      { name: 'value', type: 'money', label: 'Amount', required: true, currency: kind.most.currency, limit: kind.most, note: html`You may promise up to <span class="num">${moneyText(kind.most)}</span>.` },
      { name: 'words', type: 'long_text', label: 'Words for the customer', longest: LONGEST_WORDS, note: value.my_state === 'handling' ? 'Kept with the promise, and put in your reply box for you to send.' : 'What the customer was told. Kept with the promise.' },
      { name: 'days', type: 'integer', label: 'Holds for', unit: 'days', range: [1, kind.days], note: html`Until ${until}${days === kind.days ? ', the longest that it may' : ''}.`, says: html`until ${until}` },
    ];
  };
  return html`<${AskForm} title="Make a promise" verb="Promise" lead="It binds us, stands in your name and cannot be taken back." argsOf=${argsOf} given=${given}
    path=${path} body=${(/** @type {any} */ args) => args} places=${PLACES} onClose=${onClose} onRefused=${onRefused} onDone=${onDone} />`;
}
