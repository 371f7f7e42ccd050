// @ts-check
// How is a value from another system shown (an order, a fact, a slot) without knowing its kind beforehand?
import { clock, humanise, moneyText } from '../format.js';
import { html } from '../lib.js';
import { CopyId, Pairs } from '../ui/parts.js';

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
const DEEPEST = 3;

/** @param {any} value */
export const isMoney = (value) => value !== null && typeof value === 'object' && typeof value.amount === 'number' && typeof value.currency === 'string';
/** @param {any} value */
export const isRecord = (value) => value !== null && typeof value === 'object' && !Array.isArray(value) && !isMoney(value);
/** @param {any} value */
const isTable = (value) => Array.isArray(value) && value.length > 0 && value.every(isRecord);

/** Whether a result has rows that something could be done with. @param {any} value */
export const hasTable = (value) => isRecord(value) && Object.values(value).some(isTable);

/** A single value in a line. @param {any} value @returns {any} */
export function inline(value) {
  if (value === null || value === undefined || value === '') return html`<span class="none">–</span>`;
  if (isMoney(value)) return html`<span class="num">${moneyText(value)}</span>`;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return html`<span class="num">${value.toLocaleString('en-GB')}</span>`;
  if (typeof value === 'string') return ISO_TIME.test(value) ? html`<span class="num" title=${value}>${clock(value)}</span>` : value;
  if (Array.isArray(value)) return value.length ? value.map((one, i) => html`${i ? ', ' : ''}${inline(one)}`) : html`<span class="none">none</span>`;
  if (typeof value.label === 'string') return value.label;
  if (typeof value.name === 'string') return value.name;
  return Object.entries(value).map(([key, one], i) => html`${i ? ' · ' : ''}${humanise(key)} ${inline(one)}`);
}

/** @param {string} key @param {any} value */
function named(key, value) {
  return /(^|_)id$/.test(key) && typeof value === 'string' ? html`<${CopyId} id=${value} label=${humanise(key)} />` : inline(value);
}

/**
 * A record: its single values as pairs, its lists of records as tables.
 * @param {{value: any, depth?: number, rowEnd?: ((row: any, list: string) => any) | null}} props
 */
export function Value({ value, depth = 0, rowEnd = null }) {
  if (!isRecord(value)) return html`<span>${inline(value)}</span>`;
  const entries = Object.entries(value);
  const tables = depth < DEEPEST ? entries.filter(([, one]) => isTable(one)) : [];
  const rows = entries.filter(([, one]) => !isTable(one)).map(([key, one]) => ({ label: humanise(key), value: named(key, one) }));
  return html`<div class="value">
    ${rows.length ? html`<${Pairs} rows=${rows} />` : null}
    ${tables.map(([key, list]) => html`<${Table} key=${key} title=${humanise(key)} list=${list} rowEnd=${rowEnd && ((/** @type {any} */ row) => rowEnd(row, key))} />`)}</div>`;
}

/** @param {{title: string, list: any[], rowEnd: ((row: any) => any) | null}} props */
function Table({ title, list, rowEnd }) {
  const columns = [...new Set(list.flatMap((row) => Object.keys(row)))].filter((key) => !/(^|_)id$/.test(key));
  const right = (/** @type {string} */ key) => list.some((row) => isMoney(row[key]) || typeof row[key] === 'number');
  return html`<div class="table-scroll"><table class="table compact"><caption class="visually-hidden">${title}</caption>
    <thead><tr>${columns.map((key, i) => html`<th scope="col" class=${right(key) ? 'right' : ''}>${i === 0 && key === 'name' ? title : humanise(key)}</th>`)}${rowEnd ? html`<td />` : null}</tr></thead>
    <tbody>${list.map((row) => html`<tr>${columns.map((key) => html`<td class=${right(key) ? 'right' : ''}>${inline(row[key])}</td>`)}
      ${rowEnd ? html`<td class="right">${rowEnd(row)}</td>` : null}</tr>`)}</tbody></table></div>`;
}
