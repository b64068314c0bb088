// SPDX-License-Identifier: Apache-2.0
// The study page: the report, as soon as there is one, and what is to be said while there is none.
import {
  element, formatDate, formatInstant, formatName, formatNumber, getJson, operations, showFault,
} from '/assets/common.js';
import { Deliveries } from '/assets/deliveries.js';
import { showState, showUnknown } from '/assets/faces.js';
import { hasText, locale, preferences, t } from '/assets/i18n.js';
import { follow } from '/assets/live.js';
import { histogram, previous, ProfileBar, sexText } from '/assets/panels.js';
import { columnHeads, quantityName, REGIONS, RegionTable, rowHead, UNITS, valueCell } from '/assets/regions.js';
import { findingsText, imagesNotHeld, ownFiles, resultFiles } from '/assets/results.js';
import { sentence, sentenceIn } from '/assets/sentences.js';
import { SignOff } from '/assets/signoff.js';

const id = location.pathname.split('/').pop();
const address = `/api/v1/analyses/${encodeURIComponent(id)}`;
const byId = (name) => document.getElementById(name);
const deliveries = new Deliveries(byId('deliveries'), address);
const PROFILE_TRIES = 20;
const TRY_AFTER = 1500; // ms
let shown = null; // version of the report on the page
let viewer = null;
let profile = null;
let profiling = null;
let bar = null;
let table = null;
let signOff = null;
preferences();
document.title = t('title.report');

function header(analysis) {
  byId('patient').textContent = formatName(analysis.patientName);
  byId('identity').textContent = t('id', { id: analysis.patientId || '–' });
  byId('study').textContent = [
    formatDate(analysis.studyDate), analysis.studyDescription, analysis.seriesDescription,
  ].filter(Boolean).join(' · ');
}

function measurements(report) {
  byId('measurement-head').replaceChildren(
    columnHeads(t('quantity'), ...REGIONS.map((region) => t(`region.${region}`))));
  const reasons = [];
  const body = Object.entries(UNITS).map(([quantity, unit]) => {
    const row = element('tr', quantity === 'opacityPercent' ? 'lead' : '', rowHead('', ...quantityName(quantity)));
    for (const region of REGIONS) {
      const cell = valueCell(report.regions[region][quantity], unit);
      if (report.regions[region][quantity] === null) {
        const { reason } = report.notMeasured
          .find((entry) => entry.region === region && entry.quantity === quantity);
        if (!reasons.includes(reason)) {
          reasons.push(reason);
        }
        cell.append(element('sup', '', String(reasons.indexOf(reason) + 1)));
      }
      row.append(cell);
    }
    return row;
  });
  byId('measurement-rows').replaceChildren(...body);
  byId('reasons').replaceChildren(...reasons.map((reason) => sentenceIn('li', '', reason)));
  byId('reasons').hidden = reasons.length === 0;
}

function confidence(report) {
  const stated = report.confidence ?? { level: null, notStated: t('confidence.old') };
  if (stated.level === null) {
    byId('confidence').replaceChildren(
      t('confidence.none', { reason: sentence(stated.notStated) ?? stated.notStated }));
    return;
  }
  const level = t(`confidence.${stated.level}`);
  byId('confidence').replaceChildren(
    element('span', `level-tag ${stated.level}`,
      t('confidence.stated', { level: level[0].toUpperCase() + level.slice(1) })),
    t('confidence.bound', { bound: formatNumber(stated.opacityPercentErrorBound, '%') }),
    sentenceIn('span', '', stated.basis));
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
    ...Object.entries(report.timings).map(([stage, value]) => [hasText(`stage.${stage}`) ? t(`stage.${stage}`) : stage.replace(/Ms$/, ''), ms(value)]),
    [t('d.afterRelease'), report.latencyAfterReleaseMs === null ? null : ms(report.latencyAfterReleaseMs)],
  ]);
}

function identity(report) {
  const { patient } = report;
  byId('identity').textContent = [
    t('id', { id: patient.id || '–' }),
    patient.sex && sexText(patient.sex),
    patient.birthDate && t('born', { date: formatDate(patient.birthDate) }),
    report.study.accessionNumber && t('accession', { number: report.study.accessionNumber }),
  ].filter(Boolean).join(' · ');
}

function warningLine(warning) {
  const key = `warning.${warning.code}`;
  const text = sentenceIn('span', '', warning.text);
  return locale !== 'en' && hasText(key)
    ? element('li', '', element('strong', '', `${t(key)} `), text) : element('li', '', text);
}

/** To the voxel to look at first in a region, and its densities. */
function choose(region, first = false) {
  table?.choose(region);
  if (profile) {
    histogram(byId('histogram'), profile, region);
    if (viewer && profile.focus[region]) {
      viewer[first ? 'begin' : 'goTo'](profile.focus[region]);
    }
  }
}

async function pictures(report) {
  const section = byId('viewer');
  byId('first-picture').src = `${address}/overview.png`;
  new MutationObserver(() => {
    if (section.dataset.fault === 'images-not-held') {
      imagesNotHeld(byId('downloads'));
    }
  }).observe(section, { attributeFilter: ['data-fault'] });
  const started = import('/assets/viewer.js');
  showProfile();
  try {
    const { Viewer } = await started;
    viewer = new Viewer(section, address, report.geometry);
    viewer.onSlice = (slice) => bar?.show(slice);
    if (profile?.focus.bothLungs) {
      viewer.begin(profile.focus.bothLungs);
    }
    section.addEventListener('most-disease', () => choose('bothLungs'));
    section.querySelector('[data-act="most"]').addEventListener('click', () => choose('bothLungs'));
    signOff?.setViewer(viewer);
    await viewer.open();
  } catch (error) {
    section.classList.add('no-images');
    section.dataset.fault = error.code ?? 'fault';
    section.querySelector('.viewer-note').textContent = error.code === 'no-webgl'
      ? t('viewer.noWebgl') : t('viewer.fault', { detail: error.message });
  }
}

/** Once, however often it is asked for. */
function showProfile() {
  profiling ??= loadProfile().finally(() => {
    profiling = null;
  });
}

/** The profile is written some moments after the report. */
async function loadProfile() {
  for (let tries = 0; profile === null; tries++) {
    try {
      profile = await getJson(`${address}/profile`);
    } catch (error) {
      if (error.code !== 'report-not-available' || tries === PROFILE_TRIES) {
        return;
      }
      await new Promise((later) => {
        setTimeout(later, TRY_AFTER);
      });
    }
  }
  signOff?.lesions.load(); // written a moment before
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
  choose('bothLungs', true);
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
    previous(byId('previous'), analysis, await getJson(`${address}/related`));
  });
  await part('deliveries', 'deliveries-section', () => deliveries.load());
  await part('results', 'downloads-section', async () => {
    const text = await findingsText(await resultFiles(byId('downloads'), byId('not-made'), address), address);
    byId('findings').textContent = text ?? '';
    byId('findings-section').hidden = text === null;
  });
}

function show(report, analysis) {
  identity(report);
  byId('warning-list').replaceChildren(...report.warnings.map(warningLine));
  byId('warnings').hidden = report.warnings.length === 0;
  table = new RegionTable(byId('regions'), report.regions, choose, (...change) => signOff?.edited(...change));
  measurements(report);
  confidence(report);
  details(report);
  byId('overview').src = `${address}/overview.png`;
  byId('overview-link').href = `${address}/overview.png`;
  byId('report').hidden = false;
  ownFiles(byId('downloads'), address);
  signOff = new SignOff(byId('signoff-section'), byId('verdict'), address, report, table);
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

/** A new version: pictures and files are new too. Not over the head of somebody who is writing. */
function newer(version) {
  if (!signOff?.atWork) {
    location.reload();
    return;
  }
  const load = element('button', '', t('newer.load'));
  load.type = 'button';
  load.addEventListener('click', () => location.reload());
  byId('superseded').replaceChildren(element('span', '', t('newer', { version })), ' ', load);
  byId('superseded').hidden = false;
}

async function update(analysis) {
  header(analysis);
  showState(byId('state'), analysis);
  if (analysis.status === 'reported' && shown !== null && shown !== analysis.version) {
    newer(analysis.version);
    return;
  }
  let report = null;
  if (analysis.status === 'reported') {
    report = await getJson(`${address}/report`);
  } else if (analysis.version > 1) {
    report = await earlierReport();
  }
  if (report === null) {
    return;
  }
  if (shown !== report.version) {
    shown = report.version;
    show(report, analysis);
  } else {
    identity(report);
  }
  superseded(report);
}

/** Everything anew; what a lost connection kept away comes now. */
async function reload() {
  try {
    await update(await getJson(address));
    viewer?.again();
    if (shown !== null && profile === null) {
      showProfile();
    }
    await signOff?.refresh();
  } catch (error) {
    if (error.code !== 'analysis-not-found') {
      throw error;
    }
    showUnknown(byId('patient'), byId('state'));
  }
}

let work = Promise.resolve();
let faulty = false; // the last step; what else is said on the page is not for the next one to wipe away

/** One step after the other, so that answers cannot overtake each other. */
function enqueue(step) {
  work = work.then(step).then(() => {
    if (faulty) {
      faulty = false;
      showFault(null);
    }
  }, (error) => {
    faulty = true;
    showFault(error);
  });
}

follow({
  reset: () => enqueue(reload),
  analysis: (analysis) => {
    if (analysis.id === id) {
      enqueue(() => update(analysis));
    }
  },
  delivery: (delivery) => {
    if (delivery.analysisId === id && shown !== null) {
      deliveries.load().catch(() => {}); // shown again with the next one
    }
  },
  review: (review) => {
    if (review.analysisId === id) {
      enqueue(() => signOff?.refresh());
    }
  },
});
