// SPDX-License-Identifier: Apache-2.0
import {
  element, follow, formatCount, formatDate, formatInstant, formatName, formatNumber, getJson, operations, refusalTexts,
  showFault, stateTag,
} from '/assets/common.js';
import { hasText, locale, preferences, t } from '/assets/i18n.js';
import { deliveries, histogram, previous, ProfileBar } from '/assets/panels.js';

const REGIONS = ['bothLungs', 'rightLung', 'leftLung'];
const QUANTITIES = [
  ['volumeMl', 'mL'],
  ['opacityVolumeMl', 'mL'],
  ['opacityPercent', '%'],
  ['highOpacityVolumeMl', 'mL'],
  ['highOpacityPercent', '%'],
  ['meanHu', 'HU'],
  ['sdHu', 'HU'],
  ['meanHuOpacity', 'HU'],
  ['sdHuOpacity', 'HU'],
];
const SUMMARY = [['volumeMl', 'mL'], ['opacityVolumeMl', 'mL'], ['opacityPercent', '%'], ['highOpacityPercent', '%']];

const id = location.pathname.split('/').pop();
const address = `/api/v1/analyses/${encodeURIComponent(id)}`;
const byId = (name) => document.getElementById(name);
let shown = null;
preferences();
document.title = t('title.report');

function header(analysis) {
  byId('patient').textContent = formatName(analysis.patientName);
  byId('identity').textContent = t('id', { id: analysis.patientId || '–' });
  byId('study').textContent = [
    formatDate(analysis.studyDate), analysis.studyDescription, analysis.seriesDescription,
  ].filter(Boolean).join(' · ');
}

function state(analysis) {
  const box = byId('state');
  box.replaceChildren(stateTag(analysis.status));
  if (analysis.refusal) {
    box.append(...refusalTexts(analysis.refusal).map((text) => {
      text.className = '';
      return element('p', '', text);
    }), element('p', 'sub', t('code', { code: analysis.refusal.code })));
  } else {
    const key = analysis.status === 'receiving' ? 'wait.receiving' : 'wait.analysing';
    box.append(element('p', '', t(key, { n: formatCount(analysis.slicesReceived) })));
  }
  box.hidden = analysis.status === 'reported';
}

function columnHeads(...texts) {
  return element('tr', '', ...texts.map((text) => {
    const cell = element('th', '', text);
    cell.scope = 'col';
    return cell;
  }));
}

function rowHead(className, ...content) {
  const cell = element('th', className, ...content);
  cell.scope = 'row';
  return cell;
}

const quantityName = (quantity, unit) => [`${t(`quantity.${quantity}`)} `, element('span', 'unit', unit)];

function measurements(report) {
  byId('measurement-head').replaceChildren(
    columnHeads(t('quantity'), ...REGIONS.map((region) => t(`region.${region}`))));
  const reasons = [];
  const body = QUANTITIES.map(([quantity, unit]) => {
    const row = element('tr', quantity === 'opacityPercent' ? 'lead' : '', rowHead('', ...quantityName(quantity, unit)));
    for (const region of REGIONS) {
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
      row.append(element('td', 'not-measured', t('notMeasured'), mark));
    }
    return row;
  });
  byId('measurement-rows').replaceChildren(...body);
  byId('reasons').replaceChildren(...reasons.map((reason) => element('li', '', reason)));
  byId('reasons').hidden = reasons.length === 0;
}

/** The table by region beside the images; a region leads to its slice with most disease. */
function regions(report) {
  const table = byId('regions');
  const heads = columnHeads(t('region'), ...SUMMARY.map(() => ''));
  SUMMARY.forEach(([quantity, unit], n) => heads.cells[n + 1].append(...quantityName(quantity, unit)));
  table.tHead.replaceChildren(heads);
  table.tBodies[0].replaceChildren(...REGIONS.map((region) => {
    const button = element('button', 'plain', t(`region.${region}`));
    button.type = 'button';
    button.dataset.region = region;
    button.title = t('region.hint');
    const row = element('tr', '', rowHead('', button), ...SUMMARY.map(([quantity, unit]) => {
      const value = report.regions[region][quantity];
      return value === null
        ? element('td', 'not-measured', t('notMeasured')) : element('td', '', formatNumber(value, unit));
    }));
    row.addEventListener('click', () => choose(region));
    return row;
  }));
}

function confidence(report) {
  const stated = report.confidence ?? { level: null, notStated: t('confidence.old') };
  if (stated.level === null) {
    byId('confidence').replaceChildren(t('confidence.none', { reason: stated.notStated }));
    return;
  }
  const basis = element('span', '', stated.basis);
  basis.lang = 'en';
  const level = t(`confidence.${stated.level}`);
  byId('confidence').replaceChildren(
    element('span', `level-tag ${stated.level}`,
      t('confidence.stated', { level: level[0].toUpperCase() + level.slice(1) })),
    t('confidence.bound', { bound: formatNumber(stated.opacityPercentErrorBound, '%') }), basis);
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
    [t('d.slices'), geometry.slices],
    [t('d.matrix'), `${geometry.columns} × ${geometry.rows}`],
    [t('d.pixel'), `${mm(geometry.columnSpacingMm)} × ${mm(geometry.rowSpacingMm)}`],
    [t('d.sliceSpacing'), mm(geometry.sliceSpacingMm)],
    [t('d.thickness'), series.sliceThicknessMm === null ? null : mm(series.sliceThicknessMm)],
    [t('d.kvp'), series.kvp === null ? null : `${series.kvp} kV`],
    [t('d.kernel'), series.convolutionKernel],
    [t('d.contrast'), series.contrastBolusAgent],
    [t('d.scanner'), [series.manufacturer, series.manufacturerModelName].filter(Boolean).join(' ') || null],
    [t('d.series'), series.seriesInstanceUid],
  ]);
  definitions('versions', [
    [t('d.report'), t('d.reportValue', { version: report.version, time: formatInstant(report.createdAt) })],
    [t('d.model'), `${model.name} ${model.version}`],
    [t('d.device'), t('d.deviceValue', model)],
    [t('d.weights'), `sha256 ${model.sha256}`],
    [t('d.software'), `${software.name} ${software.version}`],
  ]);
  definitions('timings', [
    ...Object.entries(report.timings).map(([stage, value]) => [stage.replace(/Ms$/, ''), ms(value)]),
    [t('d.afterRelease'), report.latencyAfterReleaseMs === null ? null : ms(report.latencyAfterReleaseMs)],
  ]);
}

function identity(report) {
  const { patient } = report;
  byId('identity').textContent = [
    t('id', { id: patient.id || '–' }),
    patient.sex && t('sex', patient),
    patient.birthDate && t('born', { date: formatDate(patient.birthDate) }),
    report.study.accessionNumber && `accession ${report.study.accessionNumber}`,
  ].filter(Boolean).join(' · ');
}

function warningLine(warning) {
  const key = `warning.${warning.code}`;
  const text = element('span', '', warning.text);
  text.lang = 'en';
  return locale !== 'en' && hasText(key)
    ? element('li', '', element('strong', '', `${t(key)} `), text) : element('li', '', text);
}

function downloads() {
  const files = [
    ['report.json', 'report', 'report'], ['ct.nii.gz', 'ct.nii.gz', 'ct'], ['lungs.nii.gz', 'lungs.nii.gz', 'lungs'],
    ['lesions.nii.gz', 'lesions.nii.gz', 'lesions'], ['overview.png', 'overview.png', 'overview'],
  ];
  byId('downloads').replaceChildren(...files.map(([name, path, key]) => {
    const link = element('a', '', name);
    link.href = `${address}/${path}?download=true`;
    link.download = name;
    return element('li', '', link, ' ', element('span', '', t(`download.${key}`)));
  }));
}

/** The results in the standards' forms, made a moment after the report. */
async function results() {
  const { items } = await getJson(`${address}/results`);
  const known = new Set([...byId('downloads').querySelectorAll('a')].map((link) => link.download));
  byId('downloads').append(...items.filter(({ name }) => !known.has(name)).map(({ name }) => {
    const link = element('a', '', name);
    link.href = `${address}/results/${encodeURIComponent(name)}?download=true`;
    link.download = name;
    return element('li', '', link);
  }));
  const language = locale === 'en' ? 'en' : 'zh-cn';
  const findings = items.find(({ name }) => name.toLowerCase() === `findings.${language}.txt`)
    ?? items.find(({ name, mediaType }) => name.startsWith('findings') && mediaType.startsWith('text/plain'));
  if (findings) {
    const text = await (await fetch(`${address}/results/${encodeURIComponent(findings.name)}`)).text();
    byId('findings').textContent = text;
    byId('findings-section').hidden = false;
  }
}

let viewer = null;
let profile = null;
let bar = null;

/** To the voxel to look at first in a region, and its densities. */
function choose(region) {
  for (const button of document.querySelectorAll('#regions button')) {
    button.setAttribute('aria-pressed', String(button.dataset.region === region));
    button.closest('tr').classList.toggle('lead', button.dataset.region === region);
  }
  if (profile) {
    histogram(byId('histogram'), profile, region);
    if (viewer && profile.focus[region]) {
      viewer.goTo(profile.focus[region]);
    }
  }
}

async function pictures(report) {
  const first = byId('first-picture');
  first.src = `${address}/overview.png`;
  const started = import('/assets/viewer.js');
  await showProfile();
  try {
    const { Viewer } = await started;
    viewer = new Viewer(byId('viewer'), address, report.geometry);
    viewer.onSlice = (slice) => bar?.show(slice);
    viewer.wanted = profile?.focus.bothLungs ?? undefined;
    byId('viewer').addEventListener('most-disease', () => choose('bothLungs'));
    byId('viewer').querySelector('[data-act="most"]').addEventListener('click', () => choose('bothLungs'));
    await viewer.open();
  } catch {
    byId('viewer').classList.add('no-images');
    byId('viewer').querySelector('.viewer-note').textContent = t('viewer.noWebgl');
  }
}

/** The profile is written some moments after the report. */
async function showProfile() {
  for (let tries = 0; profile === null; tries++) {
    try {
      profile = await getJson(`${address}/profile`);
    } catch (error) {
      if (error.code !== 'report-not-available' || tries === 20) {
        return;
      }
      await new Promise((later) => {
        setTimeout(later, 1500);
      });
    }
  }
  byId('histogram-section').hidden = false;
  byId('profile').hidden = false;
  bar = new ProfileBar(byId('profile-bar'), profile, (slice) => {
    if (viewer?.voxel) {
      const [i, j] = viewer.voxel;
      viewer.goTo([i, j, slice]);
    } else {
      bar.show(slice);
    }
  });
  choose('bothLungs');
}

/** What more the service offers: other studies, findings, deliveries. Its contract says which. */
async function extras(analysis) {
  const paths = await operations();
  const part = async (path, section, work) => {
    if (paths.has(`/api/v1/analyses/{id}/${path}`)) {
      try {
        await work();
        byId(section).hidden = false;
      } catch {
        byId(section).hidden = true; // the report stands without it
      }
    }
  };
  await part('related', 'previous-section', async () => {
    previous(byId('previous'), analysis, (await getJson(`${address}/related`)).items);
  });
  await part('results', 'downloads-section', results);
  await part('deliveries', 'deliveries-section', () => deliveries(byId('deliveries'), address));
}

function show(report, analysis) {
  identity(report);
  byId('warning-list').replaceChildren(...report.warnings.map(warningLine));
  byId('warnings').hidden = report.warnings.length === 0;
  regions(report);
  measurements(report);
  confidence(report);
  details(report);
  byId('overview').src = `${address}/overview.png`;
  byId('overview-link').href = `${address}/overview.png`;
  byId('report').hidden = false;
  downloads();
  pictures(report);
  extras(analysis);
}

/** Nobody shall take the numbers of an earlier version for the newest word on the series. */
function superseded(report) {
  const later = report.laterVersion;
  byId('superseded').textContent = later
    ? t('superseded', { version: report.version, later: later.version, ending: t(`ending.${later.status}`) })
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
        show(report, analysis);
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
  show(report, analysis);
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
  (delivery) => {
    if (delivery.analysisId === id && shown !== null) {
      deliveries(byId('deliveries'), address).catch(() => {}); // shown again with the next one
    }
  },
);
