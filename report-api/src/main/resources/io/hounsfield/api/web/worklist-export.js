// SPDX-License-Identifier: Apache-2.0
// The rows for researchers of what the work list shows. What can be said in an address is a plain link; a search is
// never in one, so that what it found is asked for by identifier, some at a time.
import { showFault } from '/assets/common.js';
import { t } from '/assets/i18n.js';

const MOST_IDS = 100; // of one request, as openapi.yaml says

const byId = (name) => document.getElementById(name);

/** One file out of several answers: one header line, or one array. */
const JOINED = {
  csv: (parts) => parts.map((part, n) => (n === 0 ? part : part.slice(part.indexOf('\n') + 1))),
  json: (parts) => [
    `[${parts.map((part) => part.trim().slice(1, -1)).filter((part) => part.trim()).join(',')}]\n`,
  ],
};

const TYPES = { csv: 'text/csv', json: 'application/json' };

function address(format, query) {
  const all = new URLSearchParams(query);
  if (byId('export-identity').checked) {
    all.set('identity', 'with');
  }
  all.set('download', 'true');
  return `/api/v1/export.${format}?${all}`;
}

async function getText(from) {
  const response = await fetch(from).catch(() => null);
  if (response?.ok) {
    return response.text();
  }
  const problem = await response?.json().catch(() => null);
  throw new Error(response ? problem?.detail ?? t('badStatus', { status: response.status }) : t('noAnswer'));
}

function save(parts, format) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(parts, { type: TYPES[format] }));
  link.download = `hounsfield-export.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/** selection(): `{ ids, query }`, what is shown, and the same as parameters where these can say it. */
export function exports(selection) {
  const links = ['csv', 'json'].map((format) => [format, byId(`export-${format}`)]);
  let busy = false;
  const refresh = () => {
    const { ids, query } = selection();
    for (const [format, link] of links) {
      link.href = address(format, query ?? { ids: ids.slice(0, MOST_IDS).join(',') });
    }
  };
  const inParts = async (format, ids) => {
    busy = true;
    const parts = [];
    try {
      for (let at = 0; at < ids.length; at += MOST_IDS) {
        byId('export-progress').textContent = t('export.progress', { done: at, total: ids.length });
        parts.push(await getText(address(format, { ids: ids.slice(at, at + MOST_IDS).join(',') })));
      }
      save(JOINED[format](parts), format);
      showFault(null);
    } catch (error) {
      showFault(error);
    } finally {
      busy = false;
      byId('export-progress').textContent = '';
    }
  };
  for (const [format, link] of links) {
    link.addEventListener('click', (event) => {
      refresh();
      const { ids, query } = selection();
      if (!query && ids.length !== 0 && ids.length <= MOST_IDS) {
        return; // the link says it
      }
      if (!query) {
        event.preventDefault();
        if (!busy && ids.length > 0) {
          inParts(format, ids);
        }
      }
    });
  }
  byId('export').addEventListener('toggle', refresh);
  byId('export-identity').addEventListener('change', refresh);
  addEventListener('click', ({ target }) => {
    if (!byId('export').contains(target)) {
      byId('export').open = false;
    }
  });
  byId('export').addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') {
      byId('export').open = false;
      byId('export').querySelector('summary').focus();
    }
  });
  refresh();
}
