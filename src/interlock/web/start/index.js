// @ts-check
// Where is everything? The start page: the desk, the supervisor's page and, in the demo, the shop and its mailbox.
import { get } from '../api.js';
import { html, render, signal } from '../lib.js';
import { Logo } from '../ui/frame.js';
import { Icon } from '../ui/icons.js';

const links = signal(/** @type {Record<string, string>} */ ({}));
const isDemo = signal(false);

/** @param {{href: string, icon: string, title: string, children?: any}} props */
function Way({ href, icon, title, children }) {
  return html`<li><a class="way" href=${href}><${Icon} name=${icon} size=${24} /><span><strong>${title}</strong><span class="note">${children}</span></span><${Icon} name="chevron" /></a></li>`;
}

function Start() {
  const { shop, mailbox, ledger } = links.value;
  return html`<main class="start wide"><p class="start-brand"><${Logo} />Interlock</p>
    <h1>The control layer of a contact centre</h1>
    <p class="lead">The model suggests. Interlock decides. The system behind the connector executes. The log remembers.</p>
    ${isDemo.value ? html`<h2>In five minutes</h2><ul class="ways"><${Way} href="/stage" icon="bolt" title="The stage">Chat, verdicts, the agent's screen and the shop's ledger side by side<//></ul>` : null}
    ${shop || mailbox ? html`<h2>As a customer</h2><ul class="ways">
      ${shop ? html`<${Way} href=${shop} icon="chat" title="Shop">Kettle & Crane, with the chat in its corner<//>` : null}
      ${isDemo.value ? html`<${Way} href="/phone" icon="phone" title="Phone">Call the same assistant: spoken prompts, keys, a read-back in the place of the card<//>` : null}
      ${mailbox ? html`<${Way} href=${mailbox} icon="mail" title="Mailbox">Where one-time codes arrive<//>` : null}
      ${ledger ? html`<${Way} href=${ledger} icon="check" title="Refund ledger">What the shop has really paid back, in its own books<//>` : null}</ul>` : null}
    <h2>As staff</h2><ul class="ways">
      <${Way} href="/desk" icon="person" title="Desk">An agent's interactions, and what is known about them<//>
      <${Way} href="/supervisor" icon="shield" title="Supervisor">Queues, agents, approvals, the wallboard<//>
      <${Way} href="/matters" icon="alert" title="Matters">Complaints, data-subject requests, legal matters, distress: until when, who has each<//>
      <${Way} href="/journeys" icon="book" title="Journeys">Each one drawn, how it is walked now, whether it is ready to go live<//>
      <${Way} href="/knowledge" icon="wrap" title="Knowledge">The articles that questions are answered from, and what each one answered<//>
      <${Way} href="/triggers" icon="bolt" title="Triggers">Events that begin a journey, what became of each, a test<//>
      <${Way} href="/policies" icon="stop" title="Policies">The rules, how they are used, the past judged again, versions<//></ul>
    ${isDemo.value ? html`<p class="note">Demo accounts are shown on the <a href="/sign-in">sign-in page</a>.</p>` : null}</main>`;
}

render(html`<${Start} />`, /** @type {Element} */ (document.getElementById('page')));
get('/v1/demo').then((answer) => {
  links.value = answer?.links ?? {};
  isDemo.value = Boolean(answer?.demo);
}, () => {}); // not a demo: the staff pages are all there is
