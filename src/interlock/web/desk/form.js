// @ts-check
// How is something asked for at the desk? Fields checked in place; what moves or binds something is read once more before it goes.
import { post } from '../api.js';
import { fractionDigits, moneyInput, moneyText, parseMoney } from '../format.js';
import { html, useLayoutEffect, useRef, useState } from '../lib.js';
import { isMoney } from '../transcript/values.js';
import { Icon } from '../ui/icons.js';
import { ErrorNote, Keys } from '../ui/parts.js';

const HOME_CURRENCY = 'EUR';
const INPUTS = /** @type {Record<string, any>} */ ({ email: { type: 'email', inputmode: 'email' }, date: { type: 'date' }, integer: { inputmode: 'numeric' }, number: { inputmode: 'decimal' }, money: { inputmode: 'decimal' }, phone: { type: 'tel' } });

/** What stands in a field at first. @param {any} given @param {any} arg */
const asText = (given, arg) => (given === undefined || given === null ? '' : arg.type === 'money' && isMoney(given) ? moneyInput(given) : String(given));

/** @param {any} arg @param {any} given */
const currencyOf = (arg, given) => arg.currency ?? (isMoney(given) ? given.currency : HOME_CURRENCY);

/**
 * The value to send, or what is wrong with it.
 * @param {any} arg @param {string} text @param {any} given @returns {{value?: any, problem?: string}}
 */
function parseArg(arg, text, given) {
  const said = text.trim();
  if (!said) return arg.required ? { problem: 'This is needed.' } : {};
  if (arg.type === 'money') {
    const currency = currencyOf(arg, given);
    const amount = parseMoney(said, currency);
    if (amount === null) return { problem: `Write an amount such as ${(18.4).toFixed(fractionDigits(currency))}.` };
    if (amount <= 0) return { problem: 'The amount must be more than nothing.' };
    if (arg.limit && amount > arg.limit.amount) return { problem: `At most ${moneyText(arg.limit)}.` };
    return { value: { amount, currency } };
  }
  if (arg.type === 'integer' || arg.type === 'number') {
    const number = Number(said.replace(',', '.'));
    if (Number.isNaN(number) || (arg.type === 'integer' && !Number.isInteger(number))) return { problem: 'Write a number.' };
    return arg.range && (number < arg.range[0] || number > arg.range[1]) ? { problem: `Write a number from ${arg.range[0]} to ${arg.range[1]}.` } : { value: number };
  }
  if (arg.type === 'boolean') return { value: said === 'true' };
  if (arg.type === 'list') {
    const items = said.split(/[\s,;]+/).filter(Boolean);
    return items.length < arg.least || items.length > arg.most ? { problem: `Write ${arg.least} to ${arg.most}, with commas between them.` } : { value: items };
  }
  if (arg.type === 'email' && !/^[^@\s]+@[^@\s]+$/.test(said)) return { problem: 'This is not an e-mail address.' };
  return { value: said };
}

/** A record is filled in part by part. @param {any[]} args @returns {any[]} */
const fieldsOf = (args) => args.flatMap((arg) => (arg.type === 'record' ? arg.parts.map((/** @type {any} */ part) => ({ ...part, name: `${arg.name}.${part.name}`, required: arg.required && part.required })) : [arg]));

/** The parts of records put together. @param {Record<string, any>} values @returns {Record<string, any>} */
function together(values) {
  const whole = /** @type {Record<string, any>} */ ({});
  for (const [name, value] of Object.entries(values)) {
    const [first, part] = name.split('.');
    if (part) (whole[first] ??= {})[part] = value;
    else whole[first] = value;
  }
  return whole;
}

/**
 * An argument, further: `note` stands under its field, `known` are values that it may have, `limit` is the highest money, `range` of a number,
 * `longest` in characters, `says` is what the review shows of it in place of its value.
 * @typedef {object} Asking
 * @property {string} title
 * @property {string} [verb]  before the amount on the last button; else the first word of the title
 * @property {string} [lead]  what comes of it, where it is read once more; without it, it goes at once
 * @property {(texts: Record<string, string>) => any[]} argsOf  the arguments, by what was entered so far
 * @property {{values: Record<string, any>, notes: Record<string, string>}} given
 * @property {string} path
 * @property {(args: Record<string, any>) => any} body
 * @property {Record<string, string>} [places]  which argument a refusal is about, by its code
 * @property {() => void} [onRefused]
 * @property {(args: Record<string, any>) => void} onDone
 * @property {() => void} onClose
 */

/** @param {Asking} props */
export function AskForm({ title, verb = title.split(' ')[0], lead = '', argsOf, given, path, body, places = {}, onRefused, onDone, onClose }) {
  const [entered, setEntered] = useState(/** @type {Record<string, string>} */ ({}));
  const [problems, setProblems] = useState(/** @type {Record<string, string>} */ ({}));
  const [refused, setRefused] = useState('');
  const [step, setStep] = useState(/** @type {'fill' | 'review' | 'busy'} */ ('fill'));
  const [turn, setTurn] = useState(0);
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const args = fieldsOf(argsOf(entered));
  const textOf = (/** @type {any} */ arg) => entered[arg.name] ?? asText(given.values[arg.name], arg);
  const parsed = Object.fromEntries(args.map((arg) => [arg.name, parseArg(arg, textOf(arg), given.values[arg.name])]));
  const values = Object.fromEntries(Object.entries(parsed).filter(([, one]) => one.value !== undefined).map(([name, one]) => [name, one.value]));
  const sent = body(together(values));
  // Before it is painted: a key that is pressed between two steps would go nowhere.
  useLayoutEffect(() => {
    const first = turn ? '[aria-invalid="true"]' : 'input:placeholder-shown, textarea:placeholder-shown';
    const field = root.current?.querySelector(first) ?? root.current?.querySelector(turn ? '.button.primary' : 'input, select, textarea, .button.primary');
    /** @type {HTMLElement | null | undefined} */ (field)?.focus();
    if (!turn) root.current?.scrollIntoView({ block: 'nearest' });
  }, [turn]);
  const fill = () => (setStep('fill'), setTurn(turn + 1));
  const check = () => {
    const found = Object.fromEntries(Object.entries(parsed).filter(([, one]) => one.problem).map(([name, one]) => [name, one.problem]));
    setProblems(/** @type {any} */ (found));
    if (Object.keys(found).length) fill();
    else if (lead) setStep('review');
    else go();
  };
  const go = async () => {
    setStep('busy');
    setRefused('');
    try {
      await post(path, sent);
      onDone(together(values));
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      const place = places[/** @type {any} */ (error)?.code];
      place ? setProblems({ [place]: words }) : setRefused(words);
      onRefused?.();
      fill();
    }
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.key === 'Escape') step === 'review' ? fill() : onClose();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && step === 'review') go();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<form class="action-form" ref=${root} onKeyDown=${onKey} aria-label=${title} noValidate onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), check())}>
    <div class="column-head"><h3>${title}</h3><button type="button" class="icon-button tiny" aria-label="Close the form" onClick=${onClose}><${Icon} name="cross" size=${14} /></button></div>
    ${step === 'fill'
      ? html`${args.map((arg) => html`<${Field} key=${arg.name} arg=${arg} text=${textOf(arg)} note=${given.notes[arg.name] ?? arg.note} problem=${problems[arg.name]} given=${given.values[arg.name]}
            onText=${(/** @type {string} */ text) => (setEntered({ ...entered, [arg.name]: text }), setProblems({ ...problems, [arg.name]: '' }))} />`)}
          ${refused ? html`<${ErrorNote}>${refused}<//>` : null}
          <div class="form-end"><button type="submit" class="button primary">${lead ? 'Review…' : title}</button></div>`
      : html`<${Review} title=${title} verb=${verb} lead=${lead} args=${args} values=${values} notes=${given.notes} busy=${step === 'busy'} onBack=${fill} onGo=${go} />`}
    <details class="as-call"><summary><${Icon} name="code" size=${14} />As an API call</summary>
      <pre>${`POST ${path}\n${JSON.stringify(sent, null, 2)}`}</pre></details></form>`;
}

/** @param {{title: string, verb: string, lead: string, args: any[], values: any, notes: any, busy: boolean, onBack: () => void, onGo: () => void}} props */
function Review({ title, verb, lead, args, values, notes, busy, onBack, onGo }) {
  const money = Object.values(values).find(isMoney);
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => heading.current?.focus(), []); // on the words, not on the button: one more Enter does nothing
  const shown = (/** @type {any} */ arg) => arg.says ?? (isMoney(values[arg.name]) ? html`<strong class="num">${moneyText(values[arg.name])}</strong>` : notes[arg.name] ?? optionLabel(arg, values[arg.name]));
  return html`<div class="review"><p ref=${heading} tabindex="-1"><strong>Is this right?</strong> ${lead}</p>
    <dl class="pairs">${args.filter((arg) => arg.says || values[arg.name] !== undefined).map((arg) => html`<div><dt>${arg.label}</dt><dd dir="auto">${shown(arg)}</dd></div>`)}</dl>
    <div class="form-end"><button type="button" class="button" disabled=${busy} onClick=${onBack}>Back</button>
      <button type="button" class="button primary" disabled=${busy} onClick=${onGo}>${money ? `${verb} ${moneyText(money)}` : title} <${Keys} of="Ctrl+Enter" /></button></div></div>`;
}

/** @param {any} option */
const optionOf = (option) => (typeof option === 'object' ? option : { value: option, label: String(option).replaceAll('_', ' ') });
/** @param {any} arg @param {any} value */
const optionLabel = (arg, value) => (arg.options ?? []).map(optionOf).find((/** @type {any} */ one) => one.value === value)?.label ?? (Array.isArray(value) ? value.join(', ') : String(value));

/** @param {{arg: any, text: string, note?: any, problem?: string, given: any, onText: (text: string) => void}} props */
function Field({ arg, text, note, problem, given, onText }) {
  const id = `arg-${arg.name}`;
  const onInput = (/** @type {any} */ event) => onText(event.target.value);
  const common = { id, value: text, onInput, maxlength: arg.longest ?? null, 'aria-invalid': problem ? 'true' : null, 'aria-describedby': `${id}-help`, placeholder: ' ' };
  const options = arg.type === 'boolean' ? [{ value: 'true', label: 'Yes' }, { value: 'false', label: 'No' }] : arg.options;
  return html`<div class="field"><label class="field-label" for=${id}>${arg.label || arg.name}${arg.unit ? ` (${arg.unit})` : ''}${arg.required ? '' : html` <span class="note">optional</span>`}</label>
    ${options?.length
      ? html`<select ...${common} onChange=${onInput}><option value="">${arg.required ? 'Choose…' : 'None'}</option>${options.map(optionOf).map((/** @type {any} */ one) => html`<option value=${one.value} selected=${one.value === text}>${one.label}</option>`)}</select>`
      : arg.type === 'text' || arg.type === 'long_text'
        ? html`<textarea rows="2" dir="auto" ...${common} />`
        : html`<span class="input-with ${arg.type === 'money' ? 'money' : ''}">${arg.type === 'money' ? html`<span aria-hidden="true">${currencyOf(arg, given)}</span>` : null}<input type="text" ...${INPUTS[arg.type] ?? {}} ...${common} list=${arg.known?.length ? `${id}-known` : null} autocomplete="off" /></span>`}
    ${arg.known?.length ? html`<datalist id="${id}-known">${arg.known.map((/** @type {string} */ one) => html`<option value=${one} />`)}</datalist>` : null}
    <p id="${id}-help" class=${problem ? 'field-error' : 'note'}>${problem || note || ''}</p></div>`;
}
