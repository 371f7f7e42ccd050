// @ts-check
// Which arguments of an action are known already, from what was looked up or said before?
import { html } from '../lib.js';
import { isMoney } from '../transcript/values.js';
import { Icon } from '../ui/icons.js';
import { Menu } from '../ui/menu.js';
import { form, folds, pane } from './state.js';

/** What the number of an order may be called. */
const ORDER_NAMES = ['order_id', 'order_no', 'order_number', 'order'];

/** "items" → "item". @param {string} list */
const singular = (list) => list.replace(/ies$/, 'y').replace(/s$/, '');

/**
 * What of an action's arguments a row of a looked-up record gives: by name, by `id` of its list, money by what is left of it.
 * @param {any[]} args @param {any} row @param {string} list @param {any} record the whole result
 * @returns {{values: Record<string, any>, notes: Record<string, string>, fromRow: number}}
 */
export function fillFrom(args, row, list, record) {
  /** @type {Record<string, any>} */
  const values = {};
  /** @type {Record<string, string>} */
  const notes = {};
  let fromRow = 0;
  for (const arg of args) {
    const ofRow = arg.type === 'money' ? moneyOf(row, arg.name) : row[arg.name] ?? (arg.name === `${singular(list)}_id` ? row.id : undefined);
    const value = ofRow ?? (arg.type === 'money' ? undefined : scalar(record?.[arg.name]));
    if (value === undefined || value === null) continue;
    values[arg.name] = value;
    if (ofRow !== undefined && arg.type !== 'money') {
      fromRow += 1;
      if (row.name && row.name !== value) notes[arg.name] = row.name;
    }
    if (ofRow !== undefined && arg.type === 'money') notes[arg.name] = 'What is left of it, by the record.';
  }
  return { values, notes, fromRow };
}

/** @param {any} value */
const scalar = (value) => (['string', 'number', 'boolean'].includes(typeof value) ? value : undefined);

/** The money of a row that an amount starts with: what is left rather than what it cost. @param {any} row @param {string} name */
function moneyOf(row, name) {
  const keys = Object.keys(row).filter((key) => isMoney(row[key]));
  const best = [name, ...keys.filter((key) => /refundable|remain|open|due/.test(key)), 'price', 'total'].find((key) => isMoney(row[key]));
  return best ? row[best] : undefined;
}

/** Arguments that slots, facts or earlier results answer by the same name. @param {any} value the interaction @param {any[]} args */
export function fillKnown(value, args) {
  /** @type {Record<string, any>} */
  const known = {};
  for (const journey of value.journeys ?? []) for (const slot of journey.slots ?? []) known[slot.name] = slot.value;
  for (const entry of value.entries ?? []) if (entry.kind === 'action' && entry.state === 'succeeded') Object.assign(known, entry.result ?? {});
  const order = ORDER_NAMES.map((name) => known[name]).find((one) => one !== undefined && one !== null);
  /** @type {Record<string, any>} */
  const values = {};
  for (const arg of args) {
    const found = arg.type === 'money' ? undefined : scalar(known[arg.name]) ?? (arg.type === 'order_number' ? scalar(order) : undefined);
    if (found !== undefined) values[arg.name] = found;
  }
  if (args.some((arg) => arg.name === 'customer_id') && value.customer?.id) values.customer_id = value.customer.id;
  return values;
}

/** What an argument of this name may be, from slots, from what was proposed and from what came of it: the newest first. @param {any} value the interaction @param {string} name @returns {string[]} */
export function knownValues(value, name) {
  const names = ORDER_NAMES.includes(name) ? ORDER_NAMES : [name];
  const slots = (value.journeys ?? []).map((/** @type {any} */ journey) => Object.fromEntries((journey.slots ?? []).map((/** @type {any} */ slot) => [slot.name, slot.value])));
  const actions = (value.entries ?? []).filter((/** @type {any} */ entry) => entry.kind === 'action').flatMap((/** @type {any} */ entry) => [entry.args, entry.result]);
  const found = [...slots, ...actions].flatMap((record) => names.map((each) => scalar(record?.[each]))).filter(Boolean).map(String);
  return [...new Set(found.reverse())];
}

/** Open the form of an action with what is known. @param {any} action @param {Record<string, any>} values @param {Record<string, string>} [notes] @param {string} [suggestion] where it was suggested */
export function openForm(action, values, notes = {}, suggestion = '') {
  form.value = { action: action.action, values, notes, suggestion };
  if (folds.peek().right) folds.value = { ...folds.peek(), right: false };
  pane.value = 'known';
}

/** "Refund an item" → "Refund…": what stands on a small button. @param {string} title */
const short = (title) => `${title.split(' ')[0]}…`;

/** Buttons at the end of a row: the actions that this row fills; those that begin alike share a button. @param {any} value @param {any} entry @param {any} row @param {string} list */
export function rowActions(value, entry, row, list) {
  const fitting = (value.actions ?? [])
    .map((/** @type {any} */ action) => ({ action, ...fillFrom(action.args ?? [], row, list, { ...entry.args, ...entry.result }) }))
    .filter((/** @type {any} */ one) => one.fromRow > 0);
  const words = [...new Set(fitting.map((/** @type {any} */ one) => short(one.action.title)))];
  return html`<span class="row-actions">${words.map((word) => html`<${RowButton} key=${word} word=${word} row=${row} fitting=${fitting.filter((/** @type {any} */ one) => short(one.action.title) === word)} />`)}</span>`;
}

/** @param {{word: string, row: any, fitting: Array<{action: any, values: any, notes: any}>}} props */
function RowButton({ word, row, fitting }) {
  const [{ action, values, notes }] = fitting;
  const name = `${action.title}: ${row.name ?? row.id}`;
  const nothingLeft = action.args.some((/** @type {any} */ arg) => arg.type === 'money' && isMoney(values[arg.name]) && values[arg.name].amount <= 0);
  if (nothingLeft) return html`<span class="note" title=${action.title}>Nothing left</span>`;
  if (fitting.length === 1) return html`<button type="button" class="button small" title=${action.title} aria-label=${name} onClick=${() => openForm(action, values, notes)}>${word}</button>`;
  return html`<${Menu} floating name=${name} className="button small" label=${html`${word}<${Icon} name="down" size=${12} />`}>
    ${(/** @type {() => void} */ close) => fitting.map((one) => html`<button type="button" onClick=${() => (close(), openForm(one.action, one.values, one.notes))}>${one.action.title}</button>`)}<//>`;
}
