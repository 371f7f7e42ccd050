// @ts-check
// Who are you? Login and password; in the demo, one click fills them in.
import { get, post } from '../api.js';
import { html, render, signal, useRef } from '../lib.js';
import { Logo } from '../ui/frame.js';
import { Icon } from '../ui/icons.js';
import { ErrorNote } from '../ui/parts.js';

const login = signal('');
const password = signal('');
const problem = signal('');
const busy = signal(false);
const demo = signal(/** @type {any} */ (null));

/** Where to go afterwards: the page that sent us here, or the one that fits the role. @param {any} staff */
function destination(staff) {
  const next = new URLSearchParams(location.search).get('next') ?? '';
  if (/^\/(?!\/)/.test(next)) return next; // only our own pages, never another site
  return staff.roles.includes('agent') ? '/desk' : '/supervisor';
}

/** @param {Event} event */
async function signIn(event) {
  event.preventDefault();
  if (!login.value.trim() || !password.value) return void (problem.value = 'Enter your login and your password.');
  busy.value = true;
  problem.value = '';
  try {
    const { staff } = await post('/v1/sign-in', { login: login.value.trim(), password: password.value });
    location.assign(destination(staff));
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
    busy.value = false;
  }
}

function SignIn() {
  const button = useRef(/** @type {HTMLElement | null} */ (null));
  /** @param {any} account */
  const fill = (account) => {
    login.value = account.login;
    password.value = demo.value.password;
    problem.value = '';
    button.current?.focus();
  };
  return html`<main class="start"><form class="sign-in" onSubmit=${signIn}>
    <p class="start-brand"><${Logo} />Interlock</p>
    <h1>Sign in</h1>
    <label class="field"><span class="field-label">Login</span><input type="text" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" autofocus value=${login} onInput=${(/** @type {any} */ event) => (login.value = event.target.value)} /></label>
    <label class="field"><span class="field-label">Password</span><input type="password" name="password" autocomplete="current-password" value=${password} onInput=${(/** @type {any} */ event) => (password.value = event.target.value)} /></label>
    ${problem.value ? html`<${ErrorNote}>${problem.value}<//>` : null}
    <button type="submit" class="button primary large" ref=${button} disabled=${busy.value}>${busy.value ? 'Signing in…' : 'Sign in'}</button>
    ${demo.value ? html`<section class="demo" aria-label="Demo accounts"><h2>Demo accounts</h2><p class="note">This is a demonstration. Choose one; the password is filled in.</p>
      <ul>${demo.value.staff.map((/** @type {any} */ account) => html`<li><button type="button" class="row-button" onClick=${() => fill(account)}><${Icon} name="person" /><span>${account.name}</span><span class="note">${account.role}</span></button></li>`)}</ul></section>` : null}
  </form></main>`;
}

render(html`<${SignIn} />`, /** @type {Element} */ (document.getElementById('page')));
get('/v1/demo').then((answer) => (demo.value = answer?.demo ? answer : null), () => {}); // not a demo: nothing to show
