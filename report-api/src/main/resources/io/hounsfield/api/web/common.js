// SPDX-License-Identifier: Apache-2.0
// What both views share. Text goes into the page through textContent alone, so that nothing a
// series carries can become markup.

import { hasText, locale, t } from '/assets/i18n.js';

/** An element with a class, a text and children. */
export function element(name, className, ...children) {
  const node = document.createElement(name);
  if (className) {
    node.className = className;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/**
 * Rounding for people, as in the terminal table: mL and HU without decimals, % with one; what
 * rounds to nothing but is not nothing is shown as such.
 */
export function formatNumber(value, unit) {
  const decimals = unit === '%' ? 1 : 0;
  const text = value.toFixed(decimals); // exact, halves away from zero
  if (Number(text) === 0) {
    return value > 0 && unit !== 'HU' ? `<${10 ** -decimals}` : (0).toFixed(decimals);
  }
  return text.replace('-', '−');
}

const IDEOGRAPHIC = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}々〇ー·]+$/u;

const nameGroups = (name) => (name ?? '').split('=').map((group) => group.split('^').map((part) => part.trim()));

/**
 * DICOM PN: family name first, then the given names; the first group that says anything, in Chinese the ideographic one
 * before all. Ideographic names are written as one word.
 */
export function formatName(name) {
  const [alphabetic, ideograms = [], phonetic = []] = nameGroups(name);
  const inOrder = locale === 'zh-CN' ? [ideograms, alphabetic, phonetic] : [alphabetic, ideograms, phonetic];
  for (const [family, given, middle] of inOrder) {
    const said = [family, given, middle].filter(Boolean);
    if (said.length > 0) {
      return said.every((part) => IDEOGRAPHIC.test(part))
        ? said.join('') : [family, [given, middle].filter(Boolean).join(' ')].filter(Boolean).join(', ');
    }
  }
  return t('noName');
}

/** The forms in which a name is looked for: as it is in the images, and each group as one word. */
export const nameForms = (name) => [name, ...nameGroups(name).map((parts) => parts.join('').replace(/\s+/g, ''))];

/** Whole numbers with the locale's grouping. */
export const formatCount = (n) => new Intl.NumberFormat(locale).format(n);

/** DICOM DA. Year, month, day: the one order that reads the same everywhere. */
export function formatDate(date) {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(date ?? '') ?? [];
  if (!year) {
    return date || '–';
  }
  return locale === 'zh-CN' ? `${year}年${Number(month)}月${Number(day)}日` : `${year}-${month}-${day}`;
}

/** The browser's time with its offset from UTC, such as UTC+1 or UTC+5:30. */
export function formatInstant(instant) {
  const time = new Date(instant);
  const two = (n) => String(n).padStart(2, '0');
  const day = formatDate(`${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`);
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  const offset = Math.abs(time.getTimezoneOffset());
  const minutes = offset % 60 ? `:${two(offset % 60)}` : '';
  const sign = time.getTimezoneOffset() > 0 ? '−' : '+';
  const zone = offset ? `UTC${sign}${Math.floor(offset / 60)}${minutes}` : 'UTC';
  const text = new Date().toDateString() === time.toDateString() ? clock : `${day} ${clock}`;
  return `${text} ${zone}`;
}

/** A refusal in the page's language, with the service's own words, which have the numbers. */
export function refusalTexts(refusal) {
  const key = `refusal.${refusal.code}`;
  const own = element('span', 'sub', refusal.text);
  own.lang = 'en';
  return locale !== 'en' && hasText(key) ? [element('span', 'sub', t(key)), own] : [own];
}

export function stateTag(status) {
  return element('span', `state-tag ${status}`, hasText(`state.${status}`) ? t(`state.${status}`) : status);
}

/** What a problem says: in the page's language where its code is known, else in the service's own words. */
export function problemText(problem, status) {
  const key = `problem.${problem?.code}`;
  return locale !== 'en' && hasText(key) ? t(key) : problem?.detail ?? t('badStatus', { status });
}

/** An Error for an answer that is none: with `gone` the service cannot be reached, and the page goes to look for it. */
function noAnswer() {
  document.dispatchEvent(new Event('service-gone'));
  const error = new Error(t('noAnswer'));
  error.gone = true;
  return error;
}

/**
 * Asks the service. An Error with a readable message where it does not answer (`gone`) or answers with a problem
 * (`code`, `status`, and the whole answer as `body`).
 */
export async function request(address, options = {}) {
  let response;
  try {
    response = await fetch(address, { ...options, headers: { Accept: 'application/json', ...options.headers } });
  } catch {
    throw noAnswer();
  }
  if (!response.ok) {
    const body = await response.json().catch(() => null);
    const error = new Error(problemText(body, response.status));
    Object.assign(error, { code: body?.code, status: response.status, body });
    throw error;
  }
  return response;
}

/** The JSON at an address. */
export async function getJson(address) {
  const response = await request(address);
  return response.json().catch(() => {
    throw noAnswer(); // it went away in the middle
  });
}

/** The paths of the API that this service has, as its contract lists them. */
export async function operations() {
  const response = await fetch('/openapi.yaml').catch(() => null);
  const text = response?.ok ? await response.text() : '';
  return new Set([...text.matchAll(/^ {2}(\/\S+):\s*$/gm)].map((match) => match[1]));
}

/** Says what went wrong. That the service is gone stands in a band of its own, until it is back. */
export function showFault(error) {
  const fault = document.getElementById('fault');
  fault.textContent = error && !error.gone ? error.message : '';
  fault.hidden = !error || Boolean(error.gone);
}

/** A file that is dropped beside a place for it would open in place of the page, with all that was written on it. */
for (const name of ['dragover', 'drop']) {
  addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes('Files')) {
      return;
    }
    event.preventDefault();
    if (name === 'drop' && document.querySelector('.report-page')) {
      document.getElementById('dropped')?.remove();
      const note = element('p', 'fault', t('upload.elsewhere'));
      note.id = 'dropped';
      note.setAttribute('role', 'alert');
      document.getElementById('main').prepend(note);
      note.scrollIntoView({ block: 'nearest' });
      addEventListener('pointerdown', () => note.remove(), { once: true });
    }
  });
}
