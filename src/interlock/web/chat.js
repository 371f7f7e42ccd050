// Where does the customer's chat come from? The one script tag of a host page: it draws the button and fetches the rest.
(() => {
  const page = /** @type {any} */ (window);
  if (page.Interlock) return;
  const script = /** @type {HTMLScriptElement} */ (document.currentScript ?? document.querySelector('script[data-interlock]'));
  const server = new URL(script.src).origin;
  const waiting = import(`${server}/web/chat/main.js`).then((chat) => chat.start({ server, theme: script.dataset.theme ?? '' }));
  waiting.catch((error) => console.error('Interlock: the chat could not be loaded.', error));
  page.Interlock = {
    /** Open the chat's window. */
    open: () => waiting.then((chat) => chat.open()),
    /** Close it; the conversation goes on. */
    close: () => waiting.then((chat) => chat.close()),
  };
})();
