// SPDX-License-Identifier: Apache-2.0
// Charts and lists of the study page. Charts are SVG from numbers alone.
import { element, formatDate, formatName, formatNumber } from '/assets/common.js';
import { hasText, t } from '/assets/i18n.js';

const SVG = 'http://www.w3.org/2000/svg';

function svg(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    node.setAttribute(key, String(value));
  }
  node.append(...children);
  return node;
}

const sides = (region) => ({ bothLungs: ['rightLung', 'leftLung'], rightLung: ['rightLung'], leftLung: ['leftLung'] })[region];
const total = (values) => values.reduce((sum, n) => sum + n, 0);

/** Histogram of HU of a region, with its opacity before it. */
export function histogram(node, profile, region) {
  const { firstHu, binHu, lung, opacity } = profile.histogram;
  const join = (part) => sides(region).map((side) => part[side])
    .reduce((sum, counts) => sum.map((n, bin) => n + counts[bin]), lung.rightLung.map(() => 0));
  const all = join(lung);
  const diseased = join(opacity);
  const highest = Math.max(1, ...all);
  const factor = Math.max(1, Math.min(50, 10 ** Math.floor(Math.log10(highest / Math.max(1, ...diseased)))));
  const width = 440;
  const height = 130;
  const bar = width / all.length;
  const path = (counts, scale) => {
    const top = (n) => (height * (1 - Math.min(1, (n * scale) / highest))).toFixed(1);
    return `M0 ${height}${counts.map((n, bin) => `L${(bin * bar).toFixed(1)} ${top(n)}H${((bin + 1) * bar).toFixed(1)}`).join('')}V${height}Z`;
  };
  const ticks = [-1000, -800, -600, -400, -200, 0, 200];
  const ml = (counts) => formatNumber(total(counts) * profile.voxelMl, 'mL');
  node.replaceChildren(
    svg('svg', {
      viewBox: `-14 -6 ${width + 14} ${height + 28}`,
      role: 'img',
      'aria-label': t('histogram.text', { region: t(`region.${region}`), lung: ml(all), opacity: ml(diseased) }),
    },
      svg('path', { class: 'all', d: path(all, 1) }),
      svg('path', { class: 'diseased', d: path(diseased, factor) }),
      svg('path', { class: 'axis', d: `M0 ${height}H${width}` }),
      ...ticks.map((hu) => {
        const label = svg('text', { x: ((hu - firstHu) / binHu) * bar, y: height + 16 });
        label.textContent = String(hu).replace('-', '−');
        return label;
      })),
    element('p', 'legend',
      element('span', 'swatch all-lung', t('histogram.lung')), ' ',
      element('span', 'swatch opacity-part', t('histogram.opacity')),
      factor > 1 ? element('span', 'sub', t('histogram.scale', { factor })) : null),
  );
}

/**
 * The bar along the scan: head on the left, lung behind, disease before it. Calls back with a slice. A slider (ARIA
 * pattern) whose value is the place from the left, from 1; its text names the slice of the grid.
 */
export class ProfileBar {
  constructor(node, profile, onSlice) {
    this.node = node;
    this.profile = profile;
    this.onSlice = onSlice;
    this.slice = 0;
    const { rightLung, leftLung, groundGlass, consolidation } = profile.bySlice;
    this.lung = rightLung.map((n, k) => n + leftLung[k]);
    this.opacity = groundGlass.map((n, k) => n + consolidation[k]);
    this.flip = profile.firstSliceIs === 'feet';
    const n = profile.slices;
    const highest = Math.max(1, ...this.lung);
    const at = (k) => this.at(k);
    const shape = (counts) => {
      const points = Array.from({ length: n }, (whatever, x) => counts[at(x)] / highest);
      return `M0 100${points.map((y, x) => `L${x} ${(100 - 100 * y).toFixed(2)}H${x + 1}`).join('')}V100Z`;
    };
    this.cursor = svg('rect', { class: 'cursor', y: 0, width: Math.max(1, n / 300), height: 100 });
    node.replaceChildren(svg('svg', { viewBox: `0 0 ${n} 100`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      svg('path', { class: 'all', d: shape(this.lung) }),
      svg('path', { class: 'ground-glass', d: shape(this.opacity) }),
      svg('path', { class: 'consolidation', d: shape(consolidation) }),
      this.cursor));
    node.setAttribute('aria-valuemin', '1');
    node.setAttribute('aria-valuemax', String(n));
    const pick = (event) => {
      const box = node.getBoundingClientRect();
      const x = Math.min(n - 1, Math.max(0, Math.floor((n * (event.clientX - box.left)) / box.width)));
      onSlice(at(x));
    };
    node.addEventListener('pointerdown', (event) => {
      node.setPointerCapture(event.pointerId);
      pick(event);
    });
    node.addEventListener('pointermove', (event) => {
      if (event.buttons & 1) {
        pick(event);
      }
    });
    node.addEventListener('keydown', (event) => {
      const steps = {
        ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -n, End: n,
      };
      if (event.key in steps) {
        event.preventDefault();
        onSlice(at(Math.min(n - 1, Math.max(0, at(this.slice) + steps[event.key]))));
      }
    });
    this.show(0);
  }

  /** The place of a slice from the left, and the slice at such a place; both from 0. */
  at(k) {
    return this.flip ? this.profile.slices - 1 - k : k;
  }

  show(slice) {
    this.slice = slice;
    this.cursor.setAttribute('x', String(this.at(slice)));
    const share = this.lung[slice] === 0 ? 0 : (100 * this.opacity[slice]) / this.lung[slice];
    this.node.setAttribute('aria-valuenow', String(this.at(slice) + 1));
    this.node.setAttribute('aria-valuetext',
      t('viewer.profileValue', { slice: slice + 1, mm: formatNumber(share, '%') }));
  }
}

const byStudyDate = (a, b) => (a.studyDate ?? '').localeCompare(b.studyDate ?? '')
  || Date.parse(a.createdAt) - Date.parse(b.createdAt);

function trend(studies, id) {
  const width = 440;
  const height = 110;
  const day = (a) => (/^\d{8}$/.test(a.studyDate ?? '')
    ? Date.UTC(a.studyDate.slice(0, 4), a.studyDate.slice(4, 6) - 1, a.studyDate.slice(6)) : Date.parse(a.createdAt));
  const first = day(studies[0]);
  const last = day(studies.at(-1));
  const most = Math.max(5, ...studies.map((a) => a.opacityPercent)) * 1.1;
  const points = studies.map((a, n) => [
    30 + (width - 50) * (last > first ? (day(a) - first) / (last - first) : n / (studies.length - 1)),
    height * (1 - a.opacityPercent / most),
    a,
  ]);
  const top = svg('text', { x: 0, y: 8 });
  top.textContent = formatNumber(most, '%');
  const bottom = svg('text', { x: 0, y: height });
  bottom.textContent = '0';
  return svg('svg', { class: 'trend', viewBox: `0 -8 ${width} ${height + 16}`, role: 'img', 'aria-label': t('previous.trend') },
    svg('path', { class: 'axis', d: `M30 0V${height}H${width}` }), top, bottom,
    svg('polyline', { points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ') }),
    ...points.map(([x, y, a]) => svg('circle', { cx: x, cy: y, r: a.id === id ? 6 : 4, class: a.id === id ? 'this' : '' })));
}

/** DICOM CS M, F or O; another value as it is. */
export const sexText = (sex) => t('sex', { sex: hasText(`sex.${sex}`) ? t(`sex.${sex}`) : sex });

const studyLink = (a) => {
  const link = element('a', '', formatDate(a.studyDate));
  link.href = `/analyses/${encodeURIComponent(a.id)}`;
  return link;
};

/** Studies with the same Patient ID that may be of somebody else: who that is, and what differs. */
function apart(differing) {
  return element('div', 'differing', element('strong', '', t('previous.differing')),
    element('ul', '', ...differing.map(({ analysis, patient, differs }) => element('li', '',
      element('strong', '', formatName(patient.name)), ' ',
      [t('born', { date: formatDate(patient.birthDate) }), patient.sex && sexText(patient.sex)].filter(Boolean).join(' · '), ' ',
      studyLink(analysis), ' ', analysis.seriesDescription ?? analysis.studyDescription ?? '',
      element('span', 'sub', t('previous.differs', {
        what: differs.map((key) => t(`previous.differs.${key}`)).join(t('upload.comma')),
      }))))));
}

/** Other studies of the patient beside this one; `differing` are those that only share the ID. */
export function previous(node, own, { items: others, differing }) {
  const studies = [...others, own].filter((a) => a.opacityPercent !== null).sort(byStudyDate);
  const warning = differing.length > 0 ? apart(differing) : '';
  if (others.length === 0) {
    node.replaceChildren(element('p', 'sub', t('previous.none')), warning);
    return;
  }
  const head = element('tr');
  for (const key of ['previous.date', 'list.opacity', 'previous.difference']) {
    const cell = element('th', key === 'previous.date' ? '' : 'number', t(key));
    cell.scope = 'col';
    head.append(cell);
  }
  const rows = [...studies].reverse().map((a) => {
    const here = a.id === own.id;
    const link = here ? element('strong', '', formatDate(a.studyDate)) : studyLink(a);
    const difference = own.opacityPercent === null ? null : a.opacityPercent - own.opacityPercent;
    const points = difference === null ? '–'
      : t('previous.points', { points: `${difference > 0 ? '+' : ''}${difference.toFixed(1).replace('-', '−')}` });
    return element('tr', here ? 'lead' : '',
      element('td', '', link, element('span', 'sub', a.seriesDescription ?? a.studyDescription ?? '')),
      element('td', 'number', `${formatNumber(a.opacityPercent, '%')} %`),
      element('td', 'number', here ? t('previous.this') : points));
  });
  const table = element('table', '', element('caption', 'unseen', t('previous.caption')),
    element('thead', '', head), element('tbody', '', ...rows));
  node.replaceChildren(element('div', 'scroll', table), studies.length > 1 ? trend(studies, own.id) : '', warning);
}
