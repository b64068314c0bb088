// SPDX-License-Identifier: Apache-2.0
// What was sent where and how that stands, with buttons to send it again or not at all.
import { element, formatInstant, getJson, request } from '/assets/common.js';
import { t } from '/assets/i18n.js';

const DONE = new Set(['sent', 'cancelled']);

/** The deliveries of one analysis: a part a destination, closed where all has arrived. */
export class Deliveries {
  #address;
  #fault = element('p', 'fault');
  #groups = element('div');
  #open = new Map();
  #loading = null;
  #again = false;

  constructor(node, address) {
    this.#address = address;
    this.#fault.setAttribute('role', 'alert');
    this.#fault.hidden = true;
    node.replaceChildren(this.#fault, this.#groups);
  }

  /** Reads and shows what there is. Calls that come meanwhile make one more reading, so that the last one shown is the newest. */
  load() {
    if (this.#loading) {
      this.#again = true;
      return this.#loading;
    }
    this.#loading = (async () => {
      try {
        do {
          this.#again = false;
          this.#show((await getJson(`${this.#address}/deliveries`)).items);
        } while (this.#again);
      } finally {
        this.#loading = null;
      }
    })();
    return this.#loading;
  }

  #show(items) {
    if (items.length === 0) {
      this.#groups.replaceChildren(element('p', 'sub', t('delivery.none')));
      return;
    }
    const focused = this.#groups.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const destinations = [...new Set(items.map(({ destination }) => destination))];
    this.#groups.replaceChildren(...destinations.map((name) => this.#group(name, items.filter(({ destination }) => destination === name))));
    if (focused) {
      const [destination] = focused.split('/');
      const keyed = [...this.#groups.querySelectorAll('[data-key]')];
      (keyed.find(({ dataset }) => dataset.key === focused) ?? keyed.find(({ dataset }) => dataset.key === destination))?.focus();
    }
  }

  #group(destination, items) {
    const wanted = items.filter(({ state }) => state !== 'cancelled');
    const sent = wanted.filter(({ state }) => state === 'sent').length;
    if (!this.#open.has(destination)) {
      this.#open.set(destination, sent < wanted.length);
    }
    const summary = element('summary', '', element('strong', '', destination), ' ',
      element('span', 'sub', t('list.sentOf', { sent, total: wanted.length })));
    summary.dataset.key = destination;
    const group = element('details', 'destination', summary, ...items.map((delivery) => this.#line(delivery)));
    group.open = this.#open.get(destination);
    group.addEventListener('toggle', () => this.#open.set(destination, group.open));
    return group;
  }

  #line(delivery) {
    const why = element('span', 'sub', delivery.lastError ?? delivery.note ?? '');
    why.lang = 'en';
    const line = element('div', 'delivery',
      element('span', '', delivery.file),
      element('span', `state-tag ${delivery.state}`, t(`delivery.${delivery.state}`)),
      element('span', 'sub', formatInstant(delivery.updatedAt)), why);
    if (delivery.state !== 'sending') {
      line.append(this.#button(delivery, 'resend'));
    }
    if (!DONE.has(delivery.state) && delivery.state !== 'given-up') {
      line.append(this.#button(delivery, 'cancel'));
    }
    return line;
  }

  #button(delivery, what) {
    const button = element('button', '', t(`delivery.${what}`));
    button.type = 'button';
    button.dataset.key = `${delivery.destination}/${delivery.number}/${what}`;
    button.setAttribute('aria-label', `${t(`delivery.${what}`)}: ${delivery.destination}, ${delivery.file}`);
    button.addEventListener('click', async () => {
      try {
        await request(`${this.#address}/deliveries/${delivery.number}/${what}`, { method: 'POST', headers: { 'X-Hounsfield-Request': '1' } });
        this.#fault.hidden = true;
        await this.load();
      } catch (error) {
        this.#fault.textContent = error.message;
        this.#fault.hidden = false;
      }
    });
    return button;
  }
}
