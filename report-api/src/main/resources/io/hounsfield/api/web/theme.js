// SPDX-License-Identifier: Apache-2.0
// Before the first paint, so that nothing flashes: the theme and the language that were chosen here before.
(() => {
  const root = document.documentElement;
  let theme = null;
  let language = null;
  try {
    theme = localStorage.getItem('hounsfield.theme');
    language = localStorage.getItem('hounsfield.language');
  } catch {
    // No storage in this browser: its own settings count.
  }
  if (theme === 'light' || theme === 'dark') {
    root.dataset.theme = theme;
  }
  const wanted = language ?? navigator.language ?? 'en';
  root.lang = wanted.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
})();
