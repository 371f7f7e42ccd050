// Which theme was chosen? Runs before the first paint (a classic script in <head>), so that nothing flashes.
(() => {
  const chosen = localStorage.getItem('interlock.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
