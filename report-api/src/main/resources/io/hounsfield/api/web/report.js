// SPDX-License-Identifier: Apache-2.0
import {
  element, follow, formatDate, formatInstant, formatName, formatNumber, getJson, showFault, stateTag,
} from '/assets/common.js';

const REGIONS = [
  ['bothLungs', 'Both lungs'],
  ['rightLung', 'Right lung'],
  ['leftLung', 'Left lung'],
];
const QUANTITIES = [
  ['volumeMl', 'Volume', 'mL'],
  ['opacityVolumeMl', 'Opacity volume', 'mL'],
  ['opacityPercent', 'Opacity', '%'],
  ['highOpacityVolumeMl', 'High opacity volume', 'mL'],
  ['highOpacityPercent', 'High opacity', '%'],
  ['meanHu', 'Mean', 'HU'],
  ['sdHu', 'SD', 'HU'],
  ['meanHuOpacity', 'Opacity mean', 'HU'],
  ['sdHuOpacity', 'Opacity SD', 'HU'],
];

const id = location.pathname.split('/').pop();
const address = `/api/v1/analyses/${encodeURIComponent(id)}`;
const byId = (name) => document.getElementById(name);
let shown = null;

function header(analysis) {
  byId('patient').textContent = formatName(analysis.patientName);
  byId('identity').textContent = `ID ${analysis.patientId || '–'}`;
  byId('study').textContent = [
    formatDate(analysis.studyDate), analysis.studyDescription, analysis.seriesDescription,
  ].filter(Boolean).join(' · ');
  byId('head').hidden = false;
}

function state(analysis) {
  const box = byId('state');
  box.replaceChildren(stateTag(analysis.status));
  const slices = `${analysis.slicesReceived} slices received`;
  const text = analysis.refusal
    ? analysis.refusal.text
    : analysis.status === 'receiving'
      ? `${slices}. The report appears here by itself.`
      : `${slices}, being measured. The report appears here by itself.`;
  box.append(element('p', '', text));
  if (analysis.refusal) {
    box.append(element('p', 'sub', `Code ${analysis.refusal.code}`));
  }
  box.hidden = analysis.status === 'reported';
}

function measurements(report) {
  const head = element('tr', '', element('th', '', 'Quantity'));
  head.firstElementChild.scope = 'col';
  for (const [, title] of REGIONS) {
    const cell = element('th', '', title);
    cell.scope = 'col';
    head.append(cell);
  }
  byId('measurement-head').replaceChildren(head);

  const reasons = [];
  const body = QUANTITIES.map(([quantity, title, unit]) => {
    const name = element('th', '', `${title} `, element('span', 'unit', unit));
    name.scope = 'row';
    const row = element('tr', quantity === 'opacityPercent' ? 'lead' : '', name);
    for (const [region] of REGIONS) {
      const value = report.regions[region][quantity];
      if (value !== null) {
        row.append(element('td', '', formatNumber(value, unit)));
        continue;
      }
      const reason = report.notMeasured
        .find((entry) => entry.region === region && entry.quantity === quantity).reason;
      if (!reasons.includes(reason)) {
        reasons.push(reason);
      }
      const mark = element('sup', '', String(reasons.indexOf(reason) + 1));
      row.append(element('td', 'not-measured', 'not measured', mark));
    }
    return row;
  });
  byId('measurement-rows').replaceChildren(...body);
  byId('reasons').replaceChildren(...reasons.map((reason) => element('li', '', reason)));
  byId('reasons').hidden = reasons.length === 0;
}

const LEVELS = { high: 'High', medium: 'Medium', low: 'Low' };

function confidence(report) {
  const stated = report.confidence ?? { level: null, notStated: 'This report is from a version that stated none.' };
  byId('confidence').replaceChildren(...(stated.level === null
    ? [`Confidence not stated: ${stated.notStated}`]
    : [
      element('span', `level-tag ${stated.level}`, `${LEVELS[stated.level] ?? stated.level} confidence`),
      ` The opacity of both lungs is within ${formatNumber(stated.opacityPercentErrorBound, '%')} points. ${stated.basis}`,
    ]));
}

function definitions(list, entries) {
  byId(list).replaceChildren(...entries
    .filter(([, text]) => text !== null && text !== undefined)
    .flatMap(([term, text]) => [element('dt', '', term), element('dd', '', String(text))]));
}

const mm = (value) => `${Number(value.toFixed(3))} mm`;
const ms = (value) => (value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(0)} ms`);

function details(report) {
  const { geometry, series, model, software } = report;
  definitions('acquisition', [
    ['Slices', geometry.slices],
    ['Matrix', `${geometry.columns} × ${geometry.rows}`],
    ['Pixel spacing', `${mm(geometry.columnSpacingMm)} × ${mm(geometry.rowSpacingMm)}`],
    ['Slice spacing', mm(geometry.sliceSpacingMm)],
    ['Slice thickness', series.sliceThicknessMm === null ? null : mm(series.sliceThicknessMm)],
    ['Tube voltage', series.kvp === null ? null : `${series.kvp} kV`],
    ['Kernel', series.convolutionKernel],
    ['Contrast agent', series.contrastBolusAgent],
    ['Scanner', [series.manufacturer, series.manufacturerModelName].filter(Boolean).join(' ') || null],
    ['Series UID', series.seriesInstanceUid],
  ]);
  definitions('versions', [
    ['Report', `version ${report.version}, ${formatInstant(report.createdAt)}`],
    ['Model', `${model.name} ${model.version}`],
    ['Run as', `${model.variant} on ${model.device}`],
    ['Weights', `sha256 ${model.sha256}`],
    ['Software', `${software.name} ${software.version}`],
  ]);
  definitions('timings', [
    ...Object.entries(report.timings).map(([stage, value]) => [stage.replace(/Ms$/, ''), ms(value)]),
    ['After release', report.latencyAfterReleaseMs === null ? null : ms(report.latencyAfterReleaseMs)],
  ]);
}

function identity(report) {
  const { patient } = report;
  byId('identity').textContent = [
    `ID ${patient.id || '–'}`,
    patient.sex && `sex ${patient.sex}`,
    patient.birthDate && `born ${formatDate(patient.birthDate)}`,
    report.study.accessionNumber && `accession ${report.study.accessionNumber}`,
  ].filter(Boolean).join(' · ');
}

function show(report) {
  identity(report);
  byId('warning-list').replaceChildren(
    ...report.warnings.map((warning) => element('li', '', warning.text)));
  byId('warnings').hidden = report.warnings.length === 0;
  measurements(report);
  confidence(report);
  details(report);
  byId('overview').src = `${address}/overview.png`;
  byId('overview-link').href = `${address}/overview.png`;
  byId('download-report').href = `${address}/report?download=true`;
  for (const name of ['lungs.nii.gz', 'lesions.nii.gz', 'overview.png']) {
    byId(`download-${name.split('.')[0]}`).href = `${address}/${name}?download=true`;
  }
  byId('report').hidden = false;
}

const ENDINGS = {
  refused: 'cannot be measured', failed: 'has failed', receiving: 'is being received', analysing: 'is being measured',
};

/** Nobody shall take the numbers of an earlier version for the newest word on the series. */
function superseded(report) {
  const later = report.laterVersion;
  byId('superseded').textContent = later
    ? `These are the numbers of version ${report.version}. Images came later: version ${later.version} `
      + `${ENDINGS[later.status] ?? later.status}, see above.`
    : '';
  byId('superseded').hidden = !later;
}

/** The report of an earlier version, if there is one. */
async function earlierReport() {
  try {
    return await getJson(`${address}/report`);
  } catch (error) {
    if (error.code === 'report-not-available') {
      return null;
    }
    throw error;
  }
}

async function update(analysis) {
  header(analysis);
  state(analysis);
  if (analysis.status !== 'reported') {
    const report = analysis.version > 1 ? await earlierReport() : null;
    if (report !== null) {
      if (shown !== report.version) {
        shown = report.version;
        show(report);
      }
      superseded(report);
    }
    return;
  }
  if (shown !== null && shown !== analysis.version) {
    location.reload(); // a new version: pictures and files are new too
    return;
  }
  const report = await getJson(`${address}/report`);
  shown = analysis.version;
  show(report);
  superseded(report);
}

let work = Promise.resolve();

/** One step after the other, so that answers cannot overtake each other. */
function enqueue(step) {
  work = work.then(step).then(() => showFault(null), showFault);
}

follow(
  () => enqueue(async () => update(await getJson(address))),
  (analysis) => {
    if (analysis.id === id) {
      enqueue(() => update(analysis));
    }
  },
);
