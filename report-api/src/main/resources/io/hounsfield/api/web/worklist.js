// SPDX-License-Identifier: Apache-2.0
import {
  element, follow, formatDate, formatInstant, formatName, formatNumber, getJson, showFault, stateTag,
} from '/assets/common.js';

const PAGE = 100;

const analyses = new Map();
const rows = new Map();
let total = 0;
let next = null;
let drawing = false;
const changed = new Set();

function newestFirst(a, b) {
  if (a.createdAt !== b.createdAt) {
    return Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.createdAt < b.createdAt ? 1 : -1);
  }
  return a.id < b.id ? 1 : -1;
}

function opacity(analysis) {
  if (analysis.opacityPercent === null) {
    return document.createTextNode(analysis.status === 'reported' ? 'not measured' : '–');
  }
  const fill = element('div');
  fill.style.width = `${Math.min(100, Math.max(0, analysis.opacityPercent))}%`;
  const meter = element('div', 'meter', analysis.opacityPercent > 0 ? fill : null);
  meter.setAttribute('aria-hidden', 'true');
  const value = element('span', 'value', `${formatNumber(analysis.opacityPercent, '%')} %`);
  return element('div', 'opacity', value, meter);
}

function state(analysis) {
  const cell = element('td', 'state', stateTag(analysis.status));
  if (analysis.refusal) {
    cell.append(element('span', 'sub', analysis.refusal.text));
  }
  return cell;
}

function row(analysis) {
  const link = element('a', 'patient-link', formatName(analysis.patientName));
  link.href = `/analyses/${encodeURIComponent(analysis.id)}`;
  const patient = element('td', '', link, element('span', 'sub', analysis.patientId || 'no ID'));
  const study = element('td', 'study', analysis.studyDescription || '–');
  if (analysis.seriesDescription) {
    study.append(element('span', 'sub', analysis.seriesDescription));
  }
  const warnings = element('td');
  if (analysis.warningCount > 0) {
    const words = analysis.warningCount === 1 ? '1 warning' : `${analysis.warningCount} warnings`;
    warnings.append(element('span', 'warn-mark', `⚠ ${words}`));
  }
  const node = element(
    'tr', '',
    patient,
    element('td', '', formatDate(analysis.studyDate)),
    study,
    state(analysis),
    element('td', 'number', String(analysis.slicesReceived)),
    element('td', '', opacity(analysis)),
    warnings,
    element('td', '', formatInstant(analysis.updatedAt)),
  );
  node.id = `analysis-${analysis.id}`;
  return node;
}

/** Draws what changed, at most once a frame, however fast events come. */
function draw() {
  drawing = false;
  const body = document.getElementById('rows');
  const order = [...analyses.values()].sort(newestFirst);
  const focused = document.activeElement?.closest('tr')?.id;
  for (const id of changed) {
    rows.get(id)?.remove();
    rows.delete(id);
  }
  changed.clear();
  let at = body.firstElementChild;
  for (const analysis of order) {
    let node = rows.get(analysis.id);
    if (!node) {
      node = row(analysis);
      rows.set(analysis.id, node);
    }
    if (node === at) {
      at = at.nextElementSibling;
    } else {
      body.insertBefore(node, at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextElementSibling;
    gone.remove();
  }
  if (focused) {
    document.getElementById(focused)?.querySelector('a')?.focus();
  }
  const shown = analyses.size;
  document.getElementById('count').textContent =
    total > shown ? `${shown} of ${total} series` : shown === 1 ? '1 series' : `${shown} series`;
  document.getElementById('empty').hidden = shown > 0;
  document.getElementById('more').hidden = next === null;
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
  analyses.set(analysis.id, analysis);
  changed.add(analysis.id);
}

let loading = Promise.resolve();

/** One load at a time: a stale answer must not overwrite a fresh one. */
function load(cursor) {
  loading = loading.then(async () => {
    try {
      const query = new URLSearchParams({ limit: PAGE });
      if (cursor) {
        query.set('cursor', cursor);
      }
      const page = await getJson(`/api/v1/analyses?${query}`);
      if (!cursor) {
        analyses.clear();
        rows.clear();
      }
      page.items.forEach(put);
      next = page.next;
      total = page.total;
      showFault(null);
    } catch (error) {
      showFault(error);
    }
    drawSoon();
  });
  return loading;
}

document.getElementById('more').addEventListener('click', () => load(next));
follow(
  () => load(null),
  (analysis) => loading.then(() => {
    if (!analyses.has(analysis.id)) {
      const oldest = [...analyses.values()].sort(newestFirst).at(-1);
      if (next !== null && oldest && newestFirst(analysis, oldest) > 0) {
        return; // belongs to a page that is not shown yet
      }
      total++;
    }
    put(analysis);
    drawSoon();
  }),
);
