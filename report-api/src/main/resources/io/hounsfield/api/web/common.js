// SPDX-License-Identifier: Apache-2.0
// What both views share. Text goes into the page through textContent alone, so that nothing a
// series carries can become markup.

export const STATES = {
  receiving: 'Receiving',
  analysing: 'Analysing',
  reported: 'Reported',
  refused: 'Refused',
  failed: 'Failed',
};

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
  return 'No name';
}

/** DICOM DA. */
export function formatDate(date) {
  return /^\d{8}$/.test(date ?? '')
    ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`
    : date || '–';
}

/** The browser's time with its offset from UTC, such as UTC+1 or UTC+5:30. */
export function formatInstant(instant) {
  const time = new Date(instant);
  const two = (n) => String(n).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  const offset = Math.abs(time.getTimezoneOffset());
  const minutes = offset % 60 ? `:${two(offset % 60)}` : '';
  const sign = time.getTimezoneOffset() > 0 ? '−' : '+';
  const zone = offset ? `UTC${sign}${Math.floor(offset / 60)}${minutes}` : 'UTC';
  const text = new Date().toDateString() === time.toDateString() ? clock : `${day} ${clock}`;
  return `${text} ${zone}`;
}

export function stateTag(status) {
  return element('span', `state-tag ${status}`, STATES[status] ?? status);
}

/** The JSON at an address; an Error with a readable message where there is none. */
export async function getJson(address) {
  let response;
  try {
    response = await fetch(address, { headers: { Accept: 'application/json' } });
  } catch {
    throw new Error('The service does not answer. The page tries again by itself.');
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) {
    const error = new Error(body?.detail ?? `The service answered with status ${response.status}.`);
    error.code = body?.code;
    throw error;
  }
  return body;
}

export function showFault(error) {
  const fault = document.getElementById('fault');
  fault.textContent = error ? error.message : '';
  fault.hidden = !error;
}

/**
 * Follows the event stream. onReset: load everything anew, called first and after a gap;
 * onAnalysis: one analysis changed.
 */
export function follow(onReset, onAnalysis) {
  const live = document.getElementById('live');
  const show = (text, className) => {
    live.textContent = text;
    live.className = `live ${className}`;
  };
  const connect = () => {
    const source = new EventSource('/api/v1/events');
    source.addEventListener('open', () => show('Live', 'on'));
    source.addEventListener('reset', () => onReset());
    source.addEventListener('analysis', (event) => onAnalysis(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      show('Connection lost, trying again …', 'off');
      if (source.readyState === EventSource.CLOSED) {
        // The browser gives up after an answer such as 503; a person should not have to.
        onReset();
        setTimeout(connect, 5000);
      }
    });
  };
  connect();
}
