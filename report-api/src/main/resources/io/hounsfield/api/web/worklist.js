// SPDX-License-Identifier: Apache-2.0
// The work list. All of it is in memory, so that it can be searched without a name in an address; only the rows that
// can be seen are in the document.
import { formatCount, getJson, showFault } from '/assets/common.js';
import { preferences, t } from '/assets/i18n.js';
import { follow } from '/assets/live.js';
import { uploads } from '/assets/upload.js';
import { exports } from '/assets/worklist-export.js';
import { row, words } from '/assets/worklist-row.js';

const FIRST_PAGE = 100;
const PAGE = 500;
const MOST = 20000;
const ROW = 58; // px, as in style.css
const SPARE = 8; // rows drawn above and below those that can be seen
const FILTERS = ['search', 'state', 'delivered', 'reviewed', 'warned'];
const KEPT = 'hounsfield.list';

const byId = (name) => document.getElementById(name);
preferences();
document.title = t('title.worklist');

/** An analysis with what is asked of it again and again. */
class Entry {
  constructor(analysis) {
    this.analysis = analysis;
    this.id = analysis.id;
    this.created = Date.parse(analysis.createdAt);
    this.updated = Date.parse(analysis.updatedAt);
    this.text = null;
  }

  includes(parts) {
    this.text ??= words(this.analysis);
    return parts.every((part) => this.text.includes(part));
  }
}

let entries = new Map(); // by identifier
const rows = new Map(); // those in the document
let order = []; // identifiers, newest first
let shown = []; // of those, what search and filter leave
let total = 0;
let complete = false;
let sorted = true;
let filtered = false;
let drawing = false;
let place = null; // where one was before, until that is on the page again

/** By the time to the millisecond, then by the rest of it, then by the identifier, as the service does. */
function newestFirst(a, b) {
  if (a.created !== b.created) {
    return b.created - a.created;
  }
  const [x, y] = [a.analysis.createdAt, b.analysis.createdAt];
  if (x !== y) {
    return x < y ? 1 : -1;
  }
  return a.id < b.id ? 1 : -1;
}

const DELIVERED = {
  failed: ({ failed }) => failed > 0,
  waiting: ({ waiting, failed }) => waiting > 0 || failed > 0,
  sent: ({ sent, waiting, failed }) => sent > 0 && waiting + failed === 0,
};

const REVIEWED = {
  none: ({ review, status }) => !review && status === 'reported',
  accepted: ({ review }) => review === 'accepted',
  rejected: ({ review }) => review === 'rejected',
  commented: ({ review }) => review === 'commented',
};

/** What is asked for; `plain` where it is no more than a state. */
function asked() {
  const parts = byId('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const state = byId('state').value;
  const warned = byId('warned').checked;
  const delivered = DELIVERED[byId('delivered').value];
  const reviewed = REVIEWED[byId('reviewed').value];
  const plain = parts.length === 0 && !warned && !delivered && !reviewed;
  const matches = (entry) => {
    const { analysis } = entry;
    return (!state || analysis.status === state)
      && (!warned || analysis.warningCount > 0)
      && (!delivered || delivered(analysis.deliveries))
      && (!reviewed || reviewed(analysis))
      && entry.includes(parts);
  };
  return { state, plain, matches };
}

function filter() {
  if (!sorted) {
    order = [...entries.values()].sort(newestFirst).map(({ id }) => id);
    sorted = true;
  }
  if (!filtered) {
    const { state, plain, matches } = asked();
    shown = plain && !state ? order : order.filter((id) => matches(entries.get(id)));
    filtered = true;
  }
}

/** What is asked for and where one is, for as long as the tab is there; never in an address. */
function remember() {
  const { scrollTop } = byId('rows-frame');
  const focused = document.activeElement?.closest?.('#rows tr')?.dataset.id;
  const at = focused ? shown.indexOf(focused) : Math.floor(scrollTop / ROW);
  const here = { id: shown[at] ?? null, focused: Boolean(focused), top: scrollTop, offset: at * ROW - scrollTop };
  const filters = FILTERS.map(byId).map(({ type, checked, value }) => (type === 'checkbox' ? checked : value));
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ filters, place: place ?? here }));
  } catch {
    // No storage in this browser: the list begins anew.
  }
}

function recall() {
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    // The same.
  }
  FILTERS.map(byId).forEach((field, n) => {
    field[field.type === 'checkbox' ? 'checked' : 'value'] = kept?.filters[n] ?? '';
  });
  place = kept?.place ?? null;
}

/** Back to where one was, as soon as the list reaches that far. */
function settle() {
  const { id, focused, top, offset } = place;
  const at = shown.indexOf(id);
  const frame = byId('rows-frame');
  const wanted = top > 0 ? at * ROW - offset : 0; // who was at the top sees what is new there
  if (!complete && (at < 0 || wanted > frame.scrollHeight - frame.clientHeight)) {
    return;
  }
  place = null;
  if (at >= 0) {
    frame.scrollTop = wanted;
    draw();
    if (focused && document.activeElement === document.body) {
      rows.get(id)?.node.querySelector('a').focus({ preventScroll: true });
    }
  }
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
  const wanted = new Set(shown.slice(first, last));
  if (focused && entries.has(focused)) {
    wanted.add(focused); // what has the focus stays in the document
  }
  for (const [id, known] of rows) {
    if (!wanted.has(id) || known.analysis !== entries.get(id).analysis) {
      known.node.remove();
      rows.delete(id);
    }
  }
  let at = body.firstElementChild;
  for (let n = first; n < last; n++) {
    const { id, analysis } = entries.get(shown[n]);
    let known = rows.get(id);
    if (!known) {
      known = { analysis, node: row(analysis) };
      rows.set(id, known);
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
  if (place) {
    settle();
  }
}

function counts() {
  const n = entries.size;
  let key = 'list.count';
  if (!complete && n < total) {
    key = n >= MOST ? 'list.capped' : 'list.loading';
  } else if (shown.length < n) {
    key = 'list.countOf';
  } else if (n === 1) {
    key = 'list.count.one';
  }
  const of = key === 'list.loading' || key === 'list.capped' ? n : shown.length;
  const text = t(key, { shown: formatCount(of), total: formatCount(Math.max(total, n)) });
  if (byId('count').textContent !== text) {
    byId('count').textContent = text; // said aloud, so only when it says something else
  }
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

/** Takes an analysis into a list; false where a newer one is there. */
function put(list, analysis) {
  const entry = new Entry(analysis);
  const known = list.get(entry.id);
  if (known && known.updated > entry.updated) {
    return;
  }
  list.set(entry.id, entry);
  if (list === entries) {
    sorted &&= known !== undefined; // what is there already keeps its place
    filtered = false;
  }
}

function replace(list) {
  entries = list;
  sorted = false;
  filtered = false;
}

let loading = Promise.resolve();
let generation = 0;

/**
 * Loads everything anew, page by page; one load at a time, so that a stale answer overwrites nothing. A list that is
 * whole stays until the new one is, so that nobody loses their place.
 */
function load() {
  const mine = ++generation;
  loading = loading.then(async () => {
    const list = new Map();
    const keep = complete && entries.size > 0;
    let cursor = null;
    try {
      do {
        if (mine !== generation) {
          return;
        }
        const query = new URLSearchParams({ limit: cursor ? PAGE : FIRST_PAGE });
        if (cursor) {
          query.set('cursor', cursor);
        }
        const page = await getJson(`/api/v1/analyses?${query}`);
        page.items.forEach((analysis) => put(list, analysis));
        cursor = page.next;
        total = page.total;
        if (!keep || cursor === null || list.size >= MOST) {
          complete = cursor === null;
          replace(list);
          drawSoon();
        }
      } while (cursor !== null && list.size < MOST);
      showFault(null);
    } catch (error) {
      showFault(error);
      drawSoon();
    }
  });
  return loading;
}

/** From row to row by the keyboard; rows that are not drawn are drawn first. */
function move(event) {
  const id = event.target.closest?.('#rows tr')?.dataset.id;
  const at = shown.indexOf(id);
  if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) {
    return;
  }
  const frame = byId('rows-frame');
  const screen = Math.max(1, Math.floor(frame.clientHeight / ROW) - 2);
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: screen, PageUp: -screen, Home: -at, End: shown.length }[event.key];
  if (by === undefined) {
    return;
  }
  event.preventDefault();
  const to = Math.min(shown.length - 1, Math.max(0, at + by));
  const head = byId('worklist').tHead.offsetHeight;
  frame.scrollTop = Math.min(
    to * ROW, // not below the head
    Math.max(frame.scrollTop, (to + 1) * ROW + head - frame.clientHeight));
  draw();
  rows.get(shown[to]).node.querySelector('a').focus({ preventScroll: true });
}

byId('rows').addEventListener('keydown', move);
byId('rows-frame').addEventListener('scroll', drawSoon, { passive: true });
new ResizeObserver(drawSoon).observe(byId('rows-frame'));
for (const name of FILTERS) {
  byId(name).addEventListener('input', () => {
    place = null;
    byId('rows-frame').scrollTop = 0;
    filtered = false;
    drawSoon();
  });
}
byId('filters').addEventListener('submit', (event) => event.preventDefault());
for (const name of ['wheel', 'pointerdown', 'keydown']) {
  addEventListener(name, () => {
    place = null; // somebody goes elsewhere
  }, { passive: true });
}
recall();
addEventListener('pagehide', remember);
exports(() => {
  filter();
  const { state, plain } = asked();
  return { ids: shown, query: plain ? Object.fromEntries(state ? [['status', state]] : []) : null };
});
follow({
  reset: load,
  analysis: (analysis) => loading.then(() => {
    if (!entries.has(analysis.id)) {
      total++;
    }
    put(entries, analysis);
    drawSoon();
  }),
});
uploads();
