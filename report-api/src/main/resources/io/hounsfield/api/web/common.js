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

/** DICOM PN: family name first, then the given names; the first group that says anything. */
export function formatName(name) {
  for (const group of (name ?? '').split('=')) {
    const [family, given, middle] = group.split('^').map((part) => part.trim());
    const rest = [given, middle].filter(Boolean).join(' ');
    const text = [family, rest].filter(Boolean).join(', ');
    if (text) {
      return text;
    }
  }
  return t('noName');
}

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

/** The JSON at an address; an Error with a readable message where there is none. */
export async function getJson(address) {
  let response;
  try {
    response = await fetch(address, { headers: { Accept: 'application/json' } });
  } catch {
    throw new Error(t('noAnswer'));
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) {
    const error = new Error(body?.detail ?? t('badStatus', { status: response.status }));
    error.code = body?.code;
    throw error;
  }
  return body;
}

/** The paths of the API that this service has, as its contract lists them. */
export async function operations() {
  const response = await fetch('/openapi.yaml').catch(() => null);
  const text = response?.ok ? await response.text() : '';
  return new Set([...text.matchAll(/^ {2}(\/\S+):\s*$/gm)].map((match) => match[1]));
}

export function showFault(error) {
  const fault = document.getElementById('fault');
  fault.textContent = error ? error.message : '';
  fault.hidden = !error;
}

/**
 * Follows the event stream. onReset: load everything anew, called first and after a gap;
 * onAnalysis: one analysis changed; onDelivery: a delivery did.
 */
export function follow(onReset, onAnalysis, onDelivery = () => {}) {
  const live = document.getElementById('live');
  const show = (text, className) => {
    live.textContent = text;
    live.className = `live ${className}`;
  };
  const connect = () => {
    const source = new EventSource('/api/v1/events');
    source.addEventListener('open', () => show(t('live.on'), 'on'));
    source.addEventListener('reset', () => onReset());
    source.addEventListener('analysis', (event) => onAnalysis(JSON.parse(event.data)));
    source.addEventListener('delivery', (event) => onDelivery(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      show(t('live.off'), 'off');
      if (source.readyState === EventSource.CLOSED) {
        // The browser gives up after an answer such as 503; a person should not have to.
        onReset();
        setTimeout(connect, 5000);
      }
    });
  };
  connect();
}
