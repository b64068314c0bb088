// SPDX-License-Identifier: Apache-2.0
// The work list. All of it is in memory, so that it can be searched without a name in an address; only the rows that
// can be seen are in the document.
import {
  element, formatCount, formatDate, formatInstant, formatName, formatNumber, getJson, refusalTexts, showFault,
  stateTag,
} from '/assets/common.js';
import { preferences, t } from '/assets/i18n.js';
import { follow } from '/assets/live.js';
import { uploads } from '/assets/upload.js';

const FIRST_PAGE = 100;
const PAGE = 500;
const MOST = 20000;
const ROW = 58; // px, as in style.css
const SPARE = 8; // rows drawn above and below those that can be seen

const byId = (name) => document.getElementById(name);
preferences();
document.title = t('title.worklist');

const analyses = new Map();
const rows = new Map(); // those in the document
let order = []; // newest first
let shown = []; // of those, what search and filter leave
let total = 0;
let complete = false;
let stale = false;
let drawing = false;

function newestFirst(a, b) {
  if (a.createdAt !== b.createdAt) {
    return Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.createdAt < b.createdAt ? 1 : -1);
  }
  return a.id < b.id ? 1 : -1;
}

function opacity(analysis) {
  if (analysis.opacityPercent === null) {
    return document.createTextNode(analysis.status === 'reported' ? t('notMeasured') : '–');
  }
  const fill = element('div');
  fill.style.width = `${Math.min(100, Math.max(0, analysis.opacityPercent))}%`;
  const meter = element('div', 'meter', analysis.opacityPercent > 0 ? fill : null);
  meter.setAttribute('aria-hidden', 'true');
  const value = element('span', 'value', `${formatNumber(analysis.opacityPercent, '%')} %`);
  return element('div', 'opacity', value, meter);
}

function row(analysis) {
  const link = element('a', 'patient-link', formatName(analysis.patientName));
  link.href = `/analyses/${encodeURIComponent(analysis.id)}`;
  const patient = element('td', '', link, element('span', 'sub', analysis.patientId || t('noId')));
  const study = element('td', 'study', analysis.studyDescription || '–');
  if (analysis.seriesDescription) {
    study.append(element('span', 'sub', analysis.seriesDescription));
  }
  const state = element('td', 'state', stateTag(analysis.status));
  if (analysis.refusal) {
    const [text] = refusalTexts(analysis.refusal);
    text.title = analysis.refusal.text;
    state.append(text);
  }
  const warnings = element('td');
  if (analysis.warningCount > 0) {
    const words = t(analysis.warningCount === 1 ? 'list.warning.one' : 'list.warning', { n: analysis.warningCount });
    warnings.append(element('span', 'warn-mark', `⚠ ${words}`));
  }
  // Date above, time below; only the time where it was today.
  const [last, ...rest] = formatInstant(analysis.updatedAt).split(' ').reverse();
  const day = rest.length > 1 ? rest.pop() : null;
  const changed = element('td', '', day ?? '', element('span', day ? 'sub' : '', [...rest.reverse(), last].join(' ')));
  const node = element(
    'tr', '',
    patient,
    element('td', '', formatDate(analysis.studyDate)),
    study,
    state,
    element('td', 'number', formatCount(analysis.slicesReceived)),
    element('td', '', opacity(analysis)),
    warnings,
    changed,
  );
  node.id = `analysis-${analysis.id}`;
  node.dataset.id = analysis.id;
  return node;
}

const words = (analysis) => [
  formatName(analysis.patientName), analysis.patientName, analysis.patientId, analysis.studyDescription,
  analysis.seriesDescription, formatDate(analysis.studyDate), analysis.studyDate, analysis.refusal?.text,
  analysis.refusal?.code,
].filter(Boolean).join('\n').toLowerCase();
const texts = new Map();

function text(analysis) {
  let found = texts.get(analysis);
  if (found === undefined) {
    found = words(analysis);
    texts.set(analysis, found);
  }
  return found;
}

function filter() {
  const parts = byId('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const state = byId('state').value;
  const warned = byId('warned').checked;
  if (stale) {
    order = [...analyses.values()].sort(newestFirst);
    stale = false;
  }
  shown = parts.length === 0 && !state && !warned ? order : order.filter((analysis) => (
    (!state || analysis.status === state)
    && (!warned || analysis.warningCount > 0)
    && parts.every((part) => text(analysis).includes(part))));
}

/** Draws the rows that can be seen, at most once a frame, however fast events come. */
function draw() {
  drawing = false;
  filter();
  const frame = byId('rows-frame');
  const body = byId('rows');
  const first = Math.max(0, Math.floor(frame.scrollTop / ROW) - SPARE);
  const last = Math.min(shown.length, first + Math.ceil(frame.clientHeight / ROW) + 2 * SPARE);
  const focused = document.activeElement?.closest?.('#rows tr')?.dataset.id;
  const wanted = new Set(shown.slice(first, last).map((analysis) => analysis.id));
  if (focused && analyses.has(focused)) {
    wanted.add(focused); // what has the focus stays in the document
  }
  for (const [id, known] of rows) {
    if (!wanted.has(id) || known.analysis !== analyses.get(id)) {
      known.node.remove();
      rows.delete(id);
    }
  }
  let at = body.firstElementChild;
  for (let n = first; n < last; n++) {
    const analysis = shown[n];
    let known = rows.get(analysis.id);
    if (!known) {
      known = { analysis, node: row(analysis) };
      rows.set(analysis.id, known);
    }
    known.node.setAttribute('aria-rowindex', String(n + 2));
    if (known.node === at) {
      at = at.nextElementSibling;
    } else {
      body.insertBefore(known.node, at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextElementSibling;
    if (gone.dataset.id !== focused) {
      rows.delete(gone.dataset.id);
      gone.remove();
    }
  }
  byId('above').style.height = `${first * ROW}px`;
  byId('below').style.height = `${(shown.length - last) * ROW}px`;
  byId('worklist').setAttribute('aria-rowcount', String(shown.length + 1));
  if (focused && document.activeElement?.closest?.('#rows tr')?.dataset.id !== focused) {
    rows.get(focused)?.node.querySelector('a').focus({ preventScroll: true });
  }
  counts();
}

function counts() {
  const n = analyses.size;
  const number = (values) => Object.fromEntries(Object.entries(values).map(([k, v]) => [k, formatCount(v)]));
  let key = 'list.count';
  if (!complete && n < total) {
    key = n >= MOST ? 'list.capped' : 'list.loading';
  } else if (shown.length < n) {
    key = 'list.countOf';
  } else if (n === 1) {
    key = 'list.count.one';
  }
  const values = number({ shown: key === 'list.loading' || key === 'list.capped' ? n : shown.length, total: Math.max(total, n) });
  byId('count').textContent = t(key, values);
  byId('empty').textContent = n === 0 ? t('list.empty') : t('list.none');
  byId('empty').hidden = shown.length > 0 || !complete;
  byId('worklist').hidden = n === 0 && complete;
}

function drawSoon() {
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(draw);
  }
}

function put(analysis) {
  const known = analyses.get(analysis.id);
  if (known && Date.parse(known.updatedAt) > Date.parse(analysis.updatedAt)) {
    return;
  }
  if (known) {
    texts.delete(known);
  }
  analyses.set(analysis.id, analysis);
  stale = true;
}

let loading = Promise.resolve();
let generation = 0;

/** Loads everything anew, page by page; one load at a time, so that a stale answer overwrites nothing. */
function load() {
  const mine = ++generation;
  loading = loading.then(async () => {
    let cursor = null;
    do {
      if (mine !== generation) {
        return;
      }
      const query = new URLSearchParams({ limit: cursor ? PAGE : FIRST_PAGE });
      if (cursor) {
        query.set('cursor', cursor);
      }
      try {
        const page = await getJson(`/api/v1/analyses?${query}`);
        if (!cursor) {
          analyses.clear();
          texts.clear();
          complete = false;
        }
        page.items.forEach(put);
        cursor = page.next;
        total = page.total;
        complete = cursor === null;
        showFault(null);
      } catch (error) {
        showFault(error);
        cursor = null;
      }
      drawSoon();
    } while (cursor !== null && analyses.size < MOST);
  });
  return loading;
}

byId('rows-frame').addEventListener('scroll', drawSoon, { passive: true });
new ResizeObserver(drawSoon).observe(byId('rows-frame'));
for (const name of ['search', 'state', 'warned']) {
  byId(name).addEventListener('input', () => {
    byId('rows-frame').scrollTop = 0;
    drawSoon();
  });
}
byId('filters').addEventListener('submit', (event) => event.preventDefault());
follow({
  reset: load,
  analysis: (analysis) => loading.then(() => {
    if (!analyses.has(analysis.id)) {
      total++;
    }
    put(analysis);
    drawSoon();
  }),
});
uploads();
