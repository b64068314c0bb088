// SPDX-License-Identifier: Apache-2.0
// The lesions of a report one by one, the largest first: to look at, and to leave out of the numbers.
import { element, getJson } from '/assets/common.js';
import { t } from '/assets/i18n.js';

/** A lesion's volume, with three digits at least. */
function ml(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 0.01 ? value.toFixed(2) : '<0.01';
}

export class Lesions {
  /**
   * @param root a details element
   * @param address of the analysis in the API
   * @param report as shown
   * @param actions show (voxel), change (number, left out) and there (the list has come)
   */
  constructor(root, address, report, actions) {
    Object.assign(this, { root, address, report, actions });
    this.list = root.querySelector('ol');
    this.items = [];
    this.byNumber = new Map();
  }

  /** Written some moments after the report, so that it may be asked again; a report of an earlier release has none. */
  async load() {
    if (this.items.length > 0) {
      return;
    }
    try {
      this.items = (await getJson(`${this.address}/components`)).items;
    } catch {
      return;
    }
    this.byNumber = new Map(this.items.map((item) => [item.id, item]));
    this.list.replaceChildren(...this.items.map((item) => this.row(item)));
    this.root.hidden = this.items.length === 0;
    this.actions.there();
  }

  name(number) {
    const item = this.byNumber.get(number);
    return item ? t('lesion', { n: number, region: t(`region.${item.region}`), ml: ml(item.volumeMl) }) : null;
  }

  /** Least and greatest voxel of a lesion; null where that is not known. */
  box(number) {
    const item = this.byNumber.get(number);
    return item ? [item.first, item.last] : null;
  }

  row(item) {
    const box = element('input');
    Object.assign(box, { type: 'checkbox', name: 'lesion', value: String(item.id) });
    box.addEventListener('change', () => this.actions.change(item.id, box.checked));
    const show = element('button', 'plain', t('lesion.show'));
    show.type = 'button';
    show.setAttribute('aria-label', `${t('lesion.show')}: ${this.name(item.id)}`);
    show.addEventListener('click', () => this.actions.show(item.voxel));
    const what = item.parts > 1 ? t('lesion.parts', { n: item.parts }) : '';
    return element('li', '',
      element('label', '', box, element('span', 'unseen', `${t('leftOut')}: `), element('span', 'n', String(item.id)),
        element('span', '', t(`region.${item.region}`)), element('span', 'sub', what), element('span', 'ml', `${ml(item.volumeMl)} mL`)),
      show);
  }

  open() {
    this.root.open = true;
  }

  /** Which are left out. */
  mark(excluded) {
    for (const box of this.list.querySelectorAll('input')) {
      box.checked = excluded.has(Number(box.value));
      box.closest('li').classList.toggle('out', box.checked);
    }
    this.root.querySelector('.count').textContent = t('lesions.count', { n: this.items.length, out: excluded.size });
    if (excluded.size > 0) {
      this.open();
    }
  }
}
