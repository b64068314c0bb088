// SPDX-License-Identifier: Apache-2.0
// The table by region beside the images: what was measured, what it is without the lesions that are left out, and what
// a person set otherwise. What was measured stays where it is, whatever is added below it.
import { element, formatNumber } from '/assets/common.js';
import { t } from '/assets/i18n.js';

export const REGIONS = ['bothLungs', 'rightLung', 'leftLung'];
export const UNITS = {
  volumeMl: 'mL',
  opacityVolumeMl: 'mL',
  opacityPercent: '%',
  highOpacityVolumeMl: 'mL',
  highOpacityPercent: '%',
  meanHu: 'HU',
  sdHu: 'HU',
  meanHuOpacity: 'HU',
  sdHuOpacity: 'HU',
};
const SUMMARY = ['volumeMl', 'opacityVolumeMl', 'opacityPercent', 'highOpacityPercent'];

/** What the API takes, as it says itself: [least, greatest]. */
const LIMITS = { mL: [0, 100000], '%': [0, 100] };

export const quantityName = (quantity) => [
  `${t(`quantity.${quantity}`)} `, element('span', 'unit', UNITS[quantity]),
];

export function columnHeads(...texts) {
  return element('tr', '', ...texts.map((text) => {
    const cell = element('th', '', text);
    cell.scope = 'col';
    return cell;
  }));
}

export function rowHead(className, ...content) {
  const cell = element('th', className, ...content);
  cell.scope = 'row';
  return cell;
}

/** A measured value, or that it was not measured. */
export function valueCell(value, unit) {
  return value === null
    ? element('td', 'not-measured', t('notMeasured')) : element('td', '', formatNumber(value, unit));
}

/** What a person set: as it was entered, not rounded. */
export const enteredText = (value) => String(value).replace('-', '−');

export class RegionTable {
  /**
   * @param table with thead and tbody
   * @param measured regions of the report
   * @param onChoose called with a region
   * @param onEdit called with region, quantity and what was typed
   */
  constructor(table, measured, onChoose, onEdit) {
    this.table = table;
    this.measured = measured;
    this.onChoose = onChoose;
    this.onEdit = onEdit;
    this.recomputed = null;
    this.leftOut = 0;
    this.edited = new Map();
    this.editing = false;
    this.chosen = null;
    const heads = columnHeads(t('region'), ...SUMMARY.map(() => ''));
    SUMMARY.forEach((quantity, n) => heads.cells[n + 1].append(...quantityName(quantity)));
    table.tHead.replaceChildren(heads);
    this.draw();
  }

  static key(region, quantity) {
    return `${region} ${quantity}`;
  }

  /** The numbers without the lesions that are left out; null where none is. */
  showRecomputed(regions, leftOut) {
    this.recomputed = regions;
    this.leftOut = leftOut;
    this.draw();
  }

  /** Values that were set by a person: region and quantity to number or text. */
  showEdited(edited) {
    this.edited = edited;
    this.draw();
  }

  edit(on) {
    this.editing = on;
    this.draw();
  }

  choose(region) {
    this.chosen = region;
    for (const button of this.table.querySelectorAll('button[data-region]')) {
      const here = button.dataset.region === region;
      button.setAttribute('aria-pressed', String(here));
      button.closest('tr').classList.toggle('lead', here);
    }
  }

  draw() {
    const held = document.activeElement?.closest?.('#regions input') ? document.activeElement.name : null;
    this.table.tBodies[0].replaceChildren(...REGIONS.flatMap((region) => [
      this.measuredRow(region), this.recomputedRow(region), this.editedRow(region),
    ]).filter(Boolean));
    this.choose(this.chosen);
    if (held) {
      this.table.querySelector(`input[name="${CSS.escape(held)}"]`)?.focus();
    }
  }

  measuredRow(region) {
    const button = element('button', 'plain', t(`region.${region}`));
    button.type = 'button';
    button.dataset.region = region;
    button.title = t('region.hint');
    const row = element('tr', 'measured', rowHead('', button),
      ...SUMMARY.map((quantity) => valueCell(this.measured[region][quantity], UNITS[quantity])));
    row.addEventListener('click', () => this.onChoose(region));
    return row;
  }

  recomputedRow(region) {
    if (this.recomputed === null) {
      return null;
    }
    const name = t(this.leftOut === 1 ? 'leftOut.row.one' : 'leftOut.row', { n: this.leftOut });
    return element('tr', 'recomputed', rowHead('', element('span', 'unseen', `${t(`region.${region}`)}: `), name),
      ...SUMMARY.map((quantity) => {
        const value = this.recomputed[region][quantity];
        const cell = valueCell(value, UNITS[quantity]);
        cell.classList.toggle('same', value === this.measured[region][quantity]);
        return cell;
      }));
  }

  editedRow(region) {
    const values = SUMMARY.map((quantity) => this.edited.get(RegionTable.key(region, quantity)));
    if (!this.editing && values.every((value) => value === undefined)) {
      return null;
    }
    return element('tr', 'edited', rowHead('', element('span', 'unseen', `${t(`region.${region}`)}: `), t('edited.row')),
      ...SUMMARY.map((quantity, n) => {
        if (!this.editing) {
          return element('td', '', values[n] === undefined ? '' : enteredText(values[n]));
        }
        const input = element('input');
        const [least, most] = LIMITS[UNITS[quantity]];
        Object.assign(input, {
          type: 'number', name: RegionTable.key(region, quantity), min: least, max: most, step: 'any', value: values[n] ?? '',
        });
        input.setAttribute('aria-label', t('edited.label', {
          region: t(`region.${region}`), quantity: t(`quantity.${quantity}`), unit: UNITS[quantity],
        }));
        input.addEventListener('input', () => this.onEdit(region, quantity, input));
        return element('td', '', input);
      }));
  }
}
