// SPDX-License-Identifier: Apache-2.0
// Files of a report to take away: its own, the results in the standards' forms, and those that could not be made.
import { element, getJson, request } from '/assets/common.js';
import { hasText, locale, t } from '/assets/i18n.js';

const OWN = [
  ['report.json', 'report', 'report'], ['ct.nii.gz', 'ct.nii.gz', 'ct'], ['lungs.nii.gz', 'lungs.nii.gz', 'lungs'],
  ['lesions.nii.gz', 'lesions.nii.gz', 'lesions'], ['overview.png', 'overview.png', 'overview'],
];

/** What a file of results is, by its name. */
const KINDS = [
  ['segmentation.dcm', 'seg'], [/^(lungs|lesions)\.dcm$/, 'seg-label-map'], ['report.dcm', 'sr'],
  [/^key-image/, 'key-images'], ['report-pdf.dcm', 'pdf'], ['report.pdf', 'document'], [/^findings\./, 'findings'],
  ['report.fhir.json', 'fhir'], ['report.hl7', 'hl7'], ['report.csv', 'csv'],
];
const TRIES = 20;
const TRY_AFTER = 1500; // ms

function file(name, address, what) {
  const link = element('a', '', name);
  link.href = `${address}?download=true`;
  link.download = name;
  return element('li', '', link, what ? element('span', '', what) : null);
}

/** The images are not held any more: the name of their volume stays, with the reason, and no link to nothing. */
export function imagesNotHeld(list) {
  const link = list.querySelector('a[download="ct.nii.gz"]');
  if (link) {
    const item = link.parentElement;
    const inFocus = link === document.activeElement;
    item.replaceChildren(link.download, element('span', '', t('problem.images-not-held')));
    if (inFocus) {
      item.tabIndex = -1;
      item.focus();
    }
  }
}

/** A volume is made while it is sent: a browser that is refused one cancels the download without a word. */
function askFirst(list, link) {
  let held = false;
  link.addEventListener('click', async (event) => {
    if (held) {
      held = false; // the next time anew
      return;
    }
    event.preventDefault();
    try {
      await request(link.href, { method: 'HEAD' });
      held = true;
      link.click();
    } catch (error) {
      if (error.status === 404) {
        imagesNotHeld(list);
      } else if (!error.gone) { // else the page says so, until the service is back
        link.nextElementSibling.textContent = error.message;
      }
    }
  });
}

/** The files that every report has. */
export function ownFiles(list, address) {
  list.replaceChildren(...OWN.map(([name, path, key]) => file(name, `${address}/${path}`, t(`download.${key}`))));
  askFirst(list, list.querySelector('a[download="ct.nii.gz"]'));
}

/** The results, made a moment after the report; those that could not be made are named. */
export async function resultFiles(list, notMade, address) {
  let found = await getJson(`${address}/results`);
  for (let tries = 1; found.items.length === 0 && found.notMade.length === 0 && tries < TRIES; tries++) {
    await new Promise((later) => {
      setTimeout(later, TRY_AFTER);
    });
    found = await getJson(`${address}/results`);
  }
  const known = new Set([...list.querySelectorAll('a')].map((link) => link.download));
  list.append(...found.items.filter(({ name }) => !known.has(name)).map(({ name }) => {
    const [, kind] = KINDS.find(([pattern]) => (pattern instanceof RegExp ? pattern.test(name) : pattern === name)) ?? [];
    return file(name, `${address}/results/${encodeURIComponent(name)}`, kind ? t(`kind.${kind}`) : null);
  }));
  notMade.replaceChildren(
    element('strong', '', t('notMade')),
    element('ul', '', ...found.notMade.map((kind) => element('li', '', hasText(`kind.${kind}`) ? t(`kind.${kind}`) : kind))),
    t('notMade.why'));
  notMade.hidden = found.notMade.length === 0;
  return found.items;
}

/** The findings among the results, in the page's language where they are there in it; null where there are none. */
export async function findingsText(items, address) {
  const language = locale === 'en' ? 'en' : 'zh-cn';
  const findings = items.find(({ name }) => name.toLowerCase() === `findings.${language}.txt`)
    ?? items.find(({ name, mediaType }) => name.startsWith('findings') && mediaType.startsWith('text/plain'));
  return findings ? (await request(`${address}/results/${encodeURIComponent(findings.name)}`, { headers: { Accept: '*/*' } })).text() : null;
}
