// SPDX-License-Identifier: Apache-2.0
// Words in the chosen language. theme.js has set <html lang> before the first paint.
const chinese = document.documentElement.lang === 'zh-CN';

export const locale = chinese ? 'zh-CN' : 'en';

const { default: texts } = await import(chinese ? '/assets/text-zh.js' : '/assets/text-en.js');

/** The text with that key, its placeholders filled in. */
export function t(key, values = {}) {
  const text = texts[key];
  if (text === undefined) {
    throw new Error(`no text ${key}`);
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

export const hasText = (key) => Object.hasOwn(texts, key);

/** Puts texts where the markup names them: data-t for content, data-t-ATTRIBUTE for attributes. */
export function translate(root) {
  for (const node of root.querySelectorAll('[data-t]')) {
    node.textContent = t(node.dataset.t);
  }
  for (const name of ['aria-label', 'alt', 'placeholder']) {
    for (const node of root.querySelectorAll(`[data-t-${name}]`)) {
      node.setAttribute(name, t(node.getAttribute(`data-t-${name}`)));
    }
  }
}

function store(key, value) {
  try {
    if (value === null) {
      localStorage.removeItem(key);
    } else {
      localStorage.setItem(key, value);
    }
  } catch {
    // No storage in this browser: the choice lasts as long as the page.
  }
}

/** The two choices in the header. */
export function preferences() {
  translate(document);
  const language = document.getElementById('language');
  language.value = locale;
  language.addEventListener('change', () => {
    store('hounsfield.language', language.value);
    location.reload();
  });
  const theme = document.getElementById('theme');
  theme.value = document.documentElement.dataset.theme ?? 'auto';
  theme.addEventListener('change', () => {
    if (theme.value === 'auto') {
      delete document.documentElement.dataset.theme;
      store('hounsfield.theme', null);
    } else {
      document.documentElement.dataset.theme = theme.value;
      store('hounsfield.theme', theme.value);
    }
  });
}
