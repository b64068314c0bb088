// SPDX-License-Identifier: Apache-2.0
// One row of the work list: where a study stands, at a glance.
import {
  element, formatCount, formatDate, formatInstant, formatName, formatNumber, nameForms, refusalTexts, stateTag,
} from '/assets/common.js';
import { t } from '/assets/i18n.js';

const NOTHING = '–';

/** A word with a mark before it; the mark says nothing that the word does not. */
const mark = (className, text) => element('span', `mark ${className}`, text);

const counted = (key, n) => t(n === 1 ? `${key}.one` : key, { n: formatCount(n) });

function patient(analysis) {
  const link = element('a', 'patient-link', formatName(analysis.patientName));
  link.href = `/analyses/${encodeURIComponent(analysis.id)}`;
  return [link, element('span', 'sub', analysis.patientId || t('noId'))];
}

function study(analysis) {
  return [
    analysis.studyDescription || NOTHING,
    analysis.seriesDescription ? element('span', 'sub', analysis.seriesDescription) : null,
  ];
}

/** How far it is cannot be said before the end: DICOM announces no number of images. */
function working(text) {
  const bar = element('span', 'working');
  bar.setAttribute('aria-hidden', 'true');
  return element('span', 'sub under-way', text, bar);
}

function state(analysis) {
  const nodes = [stateTag(analysis.status)];
  if (analysis.refusal) {
    const [text] = refusalTexts(analysis.refusal);
    text.classList.add('reason');
    text.title = analysis.refusal.text;
    nodes.push(text);
  } else if (analysis.status === 'receiving') {
    nodes.push(working(counted('list.soFar', analysis.slicesReceived)));
  } else if (analysis.status === 'analysing') {
    nodes.push(working(t('list.measuring')));
  }
  return nodes;
}

function opacity(analysis) {
  if (analysis.opacityPercent === null) {
    return analysis.status === 'reported' ? t('notMeasured') : NOTHING;
  }
  const fill = element('div');
  fill.style.width = `${Math.min(100, Math.max(0, analysis.opacityPercent))}%`;
  const meter = element('div', 'meter', analysis.opacityPercent > 0 ? fill : null);
  meter.setAttribute('aria-hidden', 'true');
  const value = element('span', 'value', `${formatNumber(analysis.opacityPercent, '%')} %`);
  const measured = analysis.numbersChanged ? element('span', 'sub', t('list.measured')) : null;
  return [element('div', 'opacity', value, meter), measured];
}

function warnings(analysis) {
  if (analysis.warningCount === 0) {
    return null;
  }
  // The number alone where there is little room; the words are still there for those who listen.
  const key = analysis.warningCount === 1 ? 'list.warning.one' : 'list.warning';
  const [before, after] = t(key, { n: '\n' }).split('\n').map((word) => element('span', 'word', word));
  return element('span', 'mark warn', before, formatCount(analysis.warningCount), after);
}

function review(analysis) {
  if (!analysis.review) {
    return null;
  }
  const verdict = mark(`state-tag ${analysis.review}`, t(`list.review.${analysis.review}`));
  return [verdict, analysis.numbersChanged ? element('span', 'sub', t('list.numbersChanged')) : null];
}

/** What is wrong comes first, then what is under way; that all is well is said quietly. */
function deliveries(analysis) {
  const { sent, waiting, failed } = analysis.deliveries;
  const total = sent + waiting + failed;
  if (total === 0) {
    return [NOTHING];
  }
  const rest = element('span', 'sub', t('list.sentOf', { sent: formatCount(sent), total: formatCount(total) }));
  if (failed > 0) {
    return [mark('failed', counted('list.notSent', failed)), rest];
  }
  return waiting > 0
    ? [mark('waiting', counted('list.waiting', waiting)), rest]
    : [mark('sent', counted('list.sent', sent))];
}

/** Date above, time below; only the time where it was today. */
function changed(analysis) {
  const [last, ...rest] = formatInstant(analysis.updatedAt).split(' ').reverse();
  const day = rest.length > 1 ? rest.pop() : null;
  return [day ?? '', element('span', day ? 'sub' : '', [...rest.reverse(), last].join(' '))];
}

export function row(analysis) {
  const cell = (content, className = '') => element('td', className, ...[content].flat());
  const node = element(
    'tr', '',
    cell(patient(analysis), 'patient-cell'),
    cell(formatDate(analysis.studyDate)),
    cell(study(analysis)),
    cell(state(analysis), 'state'),
    cell(formatCount(analysis.slicesReceived), 'number'),
    cell(opacity(analysis)),
    cell(warnings(analysis)),
    cell(review(analysis)),
    cell(deliveries(analysis)),
    cell(changed(analysis)),
  );
  node.id = `analysis-${analysis.id}`;
  node.dataset.id = analysis.id;
  return node;
}

/** What the search looks through. */
export const words = (analysis) => [
  formatName(analysis.patientName), ...nameForms(analysis.patientName), analysis.patientId, analysis.studyDescription,
  analysis.seriesDescription, formatDate(analysis.studyDate), analysis.studyDate, analysis.refusal?.text,
  analysis.refusal?.code, analysis.review && t(`list.review.${analysis.review}`),
].filter(Boolean).join('\n').toLowerCase();
