// @ts-check
// What can I have done for this customer? A form per action, made from its arguments; what moves something asks once more.
import { post } from '../api.js';
import { fractionDigits, moneyInput, moneyText, parseMoney } from '../format.js';
import { html, useEffect, useRef, useState } from '../lib.js';
import { isMoney } from '../transcript/values.js';
import { Icon } from '../ui/icons.js';
import { ErrorNote, Keys } from '../ui/parts.js';
import { say } from '../ui/toasts.js';
import { fillKnown, openForm } from './fill.js';
import { form } from './state.js';

const HOME_CURRENCY = 'EUR';
const INPUTS = /** @type {Record<string, any>} */ ({ email: { type: 'email', inputmode: 'email' }, date: { type: 'date' }, integer: { inputmode: 'numeric' }, number: { inputmode: 'decimal' }, money: { inputmode: 'decimal' }, phone: { type: 'tel' } });

/** @param {{value: any}} props */
export function Actions({ value }) {
  const actions = value.actions ?? [];
  const current = form.value && actions.find((/** @type {any} */ action) => action.action === form.value?.action);
  if (!actions.length) return html`<p class="note">${value.my_state === 'handling' ? 'There is nothing that you may do here.' : 'Actions are there while you have the interaction.'}</p>`;
  return html`${current ? html`<${ActionForm} key=${`${current.action} ${JSON.stringify(form.value?.values)}`} action=${current} value=${value} given=${/** @type {any} */ (form.value)} />` : null}
    ${current ? null : html`<ul class="action-list">${actions.map((/** @type {any} */ action, /** @type {number} */ i) => html`<li><button type="button" class="row-button" onClick=${() => openForm(action, fillKnown(value, action.args ?? []))}>
      <${Icon} name=${action.effect === 'read' ? 'search' : 'action'} /><span>${action.title}</span>${i < 9 ? html`<${Keys} of=${String(i + 1)} />` : null}</button></li>`)}</ul>`}`;
}

/** What stands in a field at first. @param {any} given @param {any} arg */
const asText = (given, arg) => (given === undefined || given === null ? '' : arg.type === 'money' && isMoney(given) ? moneyInput(given) : String(given));

/** @param {any} arg @param {any} given */
const currencyOf = (arg, given) => arg.currency ?? (isMoney(given) ? given.currency : HOME_CURRENCY);

/**
 * The value to send, or what is wrong with it.
 * @param {any} arg @param {string} text @param {any} given @returns {{value?: any, problem?: string}}
 */
export function parseArg(arg, text, given) {
  const said = text.trim();
  if (!said) return arg.required ? { problem: 'This is needed.' } : {};
  if (arg.type === 'money') {
    const currency = currencyOf(arg, given);
    const amount = parseMoney(said, currency);
    if (amount === null) return { problem: `Write an amount such as ${(18.4).toFixed(fractionDigits(currency))}.` };
    if (amount <= 0) return { problem: 'The amount must be more than nothing.' };
    return { value: { amount, currency } };
  }
  if (arg.type === 'integer' || arg.type === 'number') {
    const number = Number(said.replace(',', '.'));
    return Number.isNaN(number) || (arg.type === 'integer' && !Number.isInteger(number)) ? { problem: 'Write a number.' } : { value: number };
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
export function together(values) {
  const whole = /** @type {Record<string, any>} */ ({});
  for (const [name, value] of Object.entries(values)) {
    const [first, part] = name.split('.');
    if (part) (whole[first] ??= {})[part] = value;
    else whole[first] = value;
  }
  return whole;
}

/** @param {{action: any, value: any, given: {values: Record<string, any>, notes: Record<string, string>}}} props */
function ActionForm({ action, value, given }) {
  const args = fieldsOf(action.args ?? []);
  const [texts, setTexts] = useState(() => Object.fromEntries(args.map((/** @type {any} */ arg) => [arg.name, asText(given.values[arg.name], arg)])));
  const [problems, setProblems] = useState(/** @type {Record<string, string>} */ ({}));
  const [refused, setRefused] = useState('');
  const [step, setStep] = useState(/** @type {'fill' | 'review' | 'busy'} */ ('fill'));
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const reads = action.effect === 'read';
  const parsed = Object.fromEntries(args.map((/** @type {any} */ arg) => [arg.name, parseArg(arg, texts[arg.name], given.values[arg.name])]));
  const values = Object.fromEntries(Object.entries(parsed).filter(([, one]) => one.value !== undefined).map(([name, one]) => [name, one.value]));
  useEffect(() => {
    const field = root.current?.querySelector('input:placeholder-shown, textarea:placeholder-shown') ?? root.current?.querySelector('input, select, textarea, .button.primary');
    /** @type {HTMLElement | null | undefined} */ (field)?.focus();
    root.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const check = () => {
    const found = Object.fromEntries(Object.entries(parsed).filter(([, one]) => one.problem).map(([name, one]) => [name, one.problem]));
    setProblems(/** @type {any} */ (found));
    if (Object.keys(found).length) return;
    if (reads) propose();
    else setStep('review');
  };
  const propose = async () => {
    setStep('busy');
    setRefused('');
    try {
      await post(`/v1/interactions/${value.id}/proposals`, { action: action.action, args: together(values) });
      form.value = null;
      say(reads ? 'Asked. The answer stands in the transcript.' : 'Proposed. The transcript shows what the gate says.');
    } catch (error) {
      setRefused(error instanceof Error ? error.message : String(error));
      setStep('fill');
    }
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.key === 'Escape') step === 'review' ? setStep('fill') : (form.value = null);
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && step === 'review') propose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<form class="action-form" ref=${root} onKeyDown=${onKey} aria-label=${action.title} onSubmit=${(/** @type {Event} */ event) => (event.preventDefault(), check())}>
    <div class="column-head"><h3>${action.title}</h3><button type="button" class="icon-button tiny" aria-label="Close the form" onClick=${() => (form.value = null)}><${Icon} name="cross" size=${14} /></button></div>
    ${step === 'fill'
      ? html`${args.map((/** @type {any} */ arg) => html`<${Field} key=${arg.name} arg=${arg} text=${texts[arg.name]} note=${given.notes[arg.name]} problem=${problems[arg.name]} given=${given.values[arg.name]}
            onText=${(/** @type {string} */ text) => (setTexts({ ...texts, [arg.name]: text }), setProblems({ ...problems, [arg.name]: '' }))} />`)}
          ${refused ? html`<${ErrorNote}>${refused}<//>` : null}
          <div class="form-end"><button type="submit" class="button primary">${reads ? action.title : 'Review…'}</button></div>`
      : html`<${Review} action=${action} args=${args} values=${values} notes=${given.notes} busy=${step === 'busy'} onBack=${() => setStep('fill')} onGo=${propose} />`}
    <details class="as-call"><summary><${Icon} name="code" size=${14} />As an API call</summary>
      <pre>${`POST /v1/interactions/${value.id}/proposals\n${JSON.stringify({ action: action.action, args: together(values) }, null, 2)}`}</pre></details></form>`;
}

/** @param {{action: any, args: any[], values: any, notes: any, busy: boolean, onBack: () => void, onGo: () => void}} props */
function Review({ action, args, values, notes, busy, onBack, onGo }) {
  const money = Object.values(values).find(isMoney);
  const verb = action.title.split(' ')[0];
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => heading.current?.focus(), []); // on the words, not on the button: one more Enter does nothing
  return html`<div class="review"><p ref=${heading} tabindex="-1"><strong>Is this right?</strong> The gate checks it again; the customer or a supervisor may be asked.</p>
    <dl class="pairs">${args.filter((arg) => values[arg.name] !== undefined).map((arg) => html`<div><dt>${arg.label}</dt><dd>${isMoney(values[arg.name]) ? html`<strong class="num">${moneyText(values[arg.name])}</strong>` : notes[arg.name] ?? optionLabel(arg, values[arg.name])}</dd></div>`)}</dl>
    <div class="form-end"><button type="button" class="button" disabled=${busy} onClick=${onBack}>Back</button>
      <button type="button" class="button primary" disabled=${busy} onClick=${onGo}>${money ? `${verb} ${moneyText(money)}` : action.title} <${Keys} of="Ctrl+Enter" /></button></div></div>`;
}

/** @param {any} option */
const optionOf = (option) => (typeof option === 'object' ? option : { value: option, label: String(option).replaceAll('_', ' ') });
/** @param {any} arg @param {any} value */
const optionLabel = (arg, value) => (arg.options ?? []).map(optionOf).find((/** @type {any} */ one) => one.value === value)?.label ?? (Array.isArray(value) ? value.join(', ') : String(value));

/** @param {{arg: any, text: string, note?: string, problem?: string, given: any, onText: (text: string) => void}} props */
function Field({ arg, text, note, problem, given, onText }) {
  const id = `arg-${arg.name}`;
  const onInput = (/** @type {any} */ event) => onText(event.target.value);
  const common = { id, value: text, onInput, 'aria-invalid': problem ? 'true' : null, 'aria-describedby': `${id}-help`, placeholder: ' ' };
  const options = arg.type === 'boolean' ? [{ value: 'true', label: 'Yes' }, { value: 'false', label: 'No' }] : arg.options;
  return html`<div class="field"><label class="field-label" for=${id}>${arg.label || arg.name}${arg.unit ? ` (${arg.unit})` : ''}${arg.required ? '' : html` <span class="note">optional</span>`}</label>
    ${options?.length
      ? html`<select ...${common} onChange=${onInput}><option value="">${arg.required ? 'Choose…' : 'None'}</option>${options.map(optionOf).map((/** @type {any} */ one) => html`<option value=${one.value} selected=${one.value === text}>${one.label}</option>`)}</select>`
      : arg.type === 'text' || arg.type === 'long_text'
        ? html`<textarea rows="2" dir="auto" ...${common} />`
        : html`<span class="input-with ${arg.type === 'money' ? 'money' : ''}">${arg.type === 'money' ? html`<span aria-hidden="true">${currencyOf(arg, given)}</span>` : null}<input type="text" ...${INPUTS[arg.type] ?? {}} ...${common} autocomplete="off" /></span>`}
    <p id="${id}-help" class=${problem ? 'field-error' : 'note'}>${problem || note || ''}</p></div>`;
}
