// @ts-check
// Which decisions would come out otherwise? By rule, by customer, one by one.
import { count, moneyText, recordOf } from '../format.js';
import { html } from '../lib.js';
import { At, CopyId } from '../ui/parts.js';

const VERDICTS = /** @type {Record<string, string>} */ ({ allowed: 'allowed', needs: 'asked for more', denied: 'denied' });

/** "allowed→needs" in words. @param {string} change */
export function changeWords(change) {
  const [was, now] = change.split('→');
  return `${VERDICTS[was]} → ${VERDICTS[now]}`;
}

/** @param {any[]} money */
export const moneyList = (money) => (money.length ? money.map(moneyText).join(' + ') : 'no money');

/** @param {{report: any}} props */
export function Flips({ report }) {
  return html`<div class="flip-report">
    <p class="flip-changes">${Object.entries(report.changes).map(([change, number]) => html`<span key=${change}><strong class="num">${number}</strong> ${changeWords(change)}</span>`)}</p>
    <table class="table compact stacks"><caption class="visually-hidden">By rule</caption><thead><tr><th>Rule that makes the difference</th><th class="right">Decisions</th><th class="right">Money</th><th class="right">Customers</th></tr></thead>
      <tbody>${report.rules.map((/** @type {any} */ one) => html`<tr key=${one.rule}><td><code>${one.rule}</code></td><td class="right" data-of="Decisions">${one.proposals}</td><td class="right" data-of="Money">${moneyList(one.money)}</td><td class="right" data-of="Customers">${one.customers}</td></tr>`)}</tbody></table>
    ${report.by_customer.length ? html`<details><summary>${count(report.customers, 'customer')}</summary><ul class="customers">${report.by_customer.map((/** @type {any} */ one) => html`<li key=${one.customer}><${CopyId} id=${one.customer} label="customer" /> <span class="num">${count(one.proposals, 'decision')} · ${moneyList(one.money)}</span></li>`)}</ul></details>` : null}
    <details open=${report.proposals <= 10 || null}><summary>${count(report.proposals, 'decision')}</summary><${FlipTable} flips=${report.flips} total=${report.proposals} /></details></div>`;
}

/** @param {{flips: any[], total: number}} props */
export function FlipTable({ flips, total }) {
  return html`<div><table class="table compact stacks"><caption class="visually-hidden">Decisions</caption><thead><tr><th>When</th><th>What changes</th><th class="right">Amount</th><th>Action</th><th>Customer</th><th>Record</th></tr></thead>
    <tbody>${flips.map((/** @type {any} */ one) => html`<tr key=${`${one.proposal} ${one.rules}`}><td><${At} at=${one.at} /></td><td>${changeWords(`${one.was}→${one.now}`)}</td><td class="right" data-of="Amount">${one.amount ? moneyText(one.amount) : '–'}</td><td data-of="Action">${one.action}</td><td data-of="Customer">${one.customer || html`<span class="note">not known</span>`}</td><td data-of="Record"><a href=${recordOf(one.interaction, one.proposal)} aria-label="Record of ${one.proposal}">Open record</a></td></tr>`)}</tbody></table>
    ${total > flips.length ? html`<p class="note">The newest ${flips.length} of ${total}.</p>` : null}</div>`;
}
