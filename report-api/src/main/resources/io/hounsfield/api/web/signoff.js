// SPDX-License-Identifier: Apache-2.0
// Sign-off of a report: what a person says to it, values set otherwise, lesions left out. The history is the service's;
// what is typed here is a draft until the service has it, and is lost by nothing but sending it.
import { element, formatInstant, formatNumber, request } from '/assets/common.js';
import { t } from '/assets/i18n.js';
import { Lesions } from '/assets/lesions.js';
import { enteredText, RegionTable, UNITS } from '/assets/regions.js';

const REVIEWER = 'hounsfield.reviewer';
const TAGS = { accept: 'accepted', reject: 'rejected', comment: 'commented' };

/** Storage may be switched off in a browser: then names and drafts last as long as the page. */
function remember(storage, key, value) {
  try {
    if (value) {
      window[storage].setItem(key, value);
    } else {
      window[storage].removeItem(key);
    }
  } catch {
    // as said above
  }
}

function remembered(storage, key) {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

const sameSet = (a, b) => a.size === b.size && [...a].every((one) => b.has(one));
const sameMap = (a, b) => a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);

const values = (review) => new Map(
  (review?.edited ?? []).map((e) => [RegionTable.key(e.region, e.quantity), e.value]));

export class SignOff {
  /**
   * @param root the section
   * @param verdict where the page says at its top how the report stands
   * @param address of the analysis in the API
   * @param report as shown
   * @param table by region
   */
  constructor(root, verdict, address, report, table) {
    Object.assign(this, { root, verdict, address, report, table });
    this.form = root.querySelector('form');
    this.field = (name) => this.form.elements.namedItem(name);
    this.history = null;
    this.etag = null;
    this.excluded = new Set();
    this.values = new Map();
    this.unanswered = null; // what was sent last, where no answer came
    this.draftKey = `hounsfield.draft.${report.analysisId}`;
    this.lesions = new Lesions(root.querySelector('.lesion-list'), address, report, {
      show: (voxel) => this.viewer?.goTo(voxel),
      change: (number, out) => this.leaveOut(number, out),
      there: () => this.drawn(),
    });
    this.field('reviewer').value = remembered('localStorage', REVIEWER) ?? '';
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.form.addEventListener('input', () => this.keep());
    for (const button of this.form.querySelectorAll('[data-verdict]')) {
      button.addEventListener('click', () => this.send(button.dataset.verdict));
    }
    this.button('edit').addEventListener('click', () => this.editing(!this.table.editing));
    this.button('measured').addEventListener('click', () => this.reset());
    this.ready = this.start();
  }

  button(name) {
    return this.form.querySelector(`[data-act="${name}"]`);
  }

  /** Shows the section, unless the service has no sign-off; tried again where it could not be reached. */
  async start() {
    try {
      await this.load();
    } catch (error) {
      this.history = null;
      this.later = error.status !== 404;
      return;
    }
    this.root.hidden = false;
    const kept = remembered('sessionStorage', this.draftKey);
    this.begin();
    this.restore(kept);
    this.lesions.load();
    this.drawn();
  }

  setViewer(viewer) {
    this.viewer = viewer;
    viewer.lesionName = (number) => this.lesions.name(number);
    viewer.lesionBox = (number) => this.lesions.box(number);
    viewer.onLesion = (number) => {
      const out = !this.excluded.has(number);
      this.leaveOut(number, out);
      this.lesions.open();
      viewer.say(t(out ? 'leftOut.done' : 'leftOut.undone', { lesion: this.lesions.name(number) ?? number }));
    };
    viewer.leaveOut(this.excluded);
  }

  /** The history as the service has it now. */
  async load() {
    const response = await request(`${this.address}/reviews`);
    const history = await response.json();
    this.etag = response.headers.get('ETag');
    this.put(history);
  }

  put(history) {
    this.history = history;
    this.drawHistory();
  }

  /** What stands: the newest word that decides; without one the newest that says other numbers. */
  get standing() {
    const items = [...this.history?.version === this.report.version ? this.history.items : []].reverse();
    return items.find((review) => review.verdict !== 'comment')
      ?? items.find((review) => review.edited.length > 0 || review.excludedComponents.length > 0) ?? null;
  }

  /** The draft begins with what stands. */
  begin() {
    this.excluded = new Set(this.standing?.excludedComponents ?? []);
    this.values = values(this.standing);
    this.field('comment').value = '';
    this.editing(false);
    this.say('');
    this.keep();
  }

  get numbersChanged() {
    return !sameSet(this.excluded, new Set(this.standing?.excludedComponents ?? []))
      || !sameMap(this.values, values(this.standing));
  }

  /** Whether something was typed or chosen that the service does not have. */
  get dirty() {
    return this.history !== null && (this.field('comment').value.trim() !== '' || this.numbersChanged);
  }

  /** Whether the page must not be loaded anew by itself: there is a draft, or a signature that was not saved. */
  get atWork() {
    return this.dirty || Boolean(this.unanswered);
  }

  /** Keeps the draft over a reload of the page. */
  keep() {
    remember('localStorage', REVIEWER, this.field('reviewer').value.trim());
    remember('sessionStorage', this.draftKey, this.dirty ? JSON.stringify({
      version: this.report.version,
      comment: this.field('comment').value,
      values: [...this.values],
      excluded: [...this.excluded],
    }) : null);
    this.button('measured').hidden = this.excluded.size === 0 && this.values.size === 0;
  }

  restore(draft) {
    const kept = JSON.parse(draft ?? 'null');
    if (kept) {
      this.field('comment').value = kept.comment;
      this.values = new Map(kept.values);
      // Lesions are numbered anew in each version.
      if (kept.version === this.report.version) {
        this.excluded = new Set(kept.excluded);
      }
      this.keep();
    }
  }

  /** Numbers and pictures as the draft has them. */
  drawn() {
    this.table.showEdited(this.values);
    this.lesions.mark(this.excluded);
    this.viewer?.leaveOut(this.excluded);
    this.recompute();
  }

  async recompute() {
    const numbers = [...this.excluded].sort((a, b) => a - b);
    const asked = numbers.join(',');
    this.asked = asked;
    if (numbers.length === 0) {
      this.table.showRecomputed(null, 0);
      return;
    }
    if (this.standing?.recomputed && this.standing.excludedComponents.join(',') === asked) {
      this.table.showRecomputed(this.standing.recomputed.regions, numbers.length);
      return;
    }
    try {
      const answer = await request(`${this.address}/components/measure?exclude=${asked}`);
      const { regions } = await answer.json();
      if (this.asked === asked) {
        this.table.showRecomputed(regions, numbers.length);
      }
    } catch (error) {
      if (this.asked === asked) {
        this.table.showRecomputed(null, 0);
        this.say(t('leftOut.fault', { detail: error.message }), true);
      }
    }
  }

  leaveOut(number, out) {
    if (out) {
      this.excluded.add(number);
    } else {
      this.excluded.delete(number);
    }
    this.say('');
    this.keep();
    this.drawn();
  }

  editing(on) {
    this.table.edit(on);
    this.button('edit').setAttribute('aria-pressed', String(on));
    this.button('edit').textContent = t(on ? 'edited.stop' : 'edited.start');
    if (on) {
      this.table.table.querySelector('input')?.focus();
    }
  }

  /** A value was typed into the table. */
  edited(region, quantity, input) {
    const key = RegionTable.key(region, quantity);
    if (input.value === '') {
      this.values.delete(key);
    } else {
      this.values.set(key, Number(input.value));
    }
    this.table.edited = this.values;
    this.keep();
  }

  reset() {
    this.excluded = new Set();
    this.values = new Map();
    this.editing(false);
    this.keep();
    this.drawn();
    this.button('edit').focus();
  }

  get note() {
    return this.form.querySelector('.note').textContent;
  }

  say(text, fault = false) {
    const note = this.form.querySelector('.note');
    note.textContent = text;
    note.classList.toggle('bad', fault);
  }

  /** What would be sent; null, with the field that lacks something in focus, where it cannot be. */
  body(verdict) {
    const reviewer = this.field('reviewer');
    const comment = this.field('comment').value.trim();
    reviewer.setCustomValidity(reviewer.value.trim() === '' ? t('signoff.noName') : '');
    const wrong = [...this.table.table.querySelectorAll('input'), reviewer].find((input) => !input.checkValidity());
    if (wrong) {
      this.say(wrong.validationMessage, true);
      wrong.focus();
      wrong.reportValidity();
      return null;
    }
    const numbers = verdict !== 'comment' || this.numbersChanged;
    if (verdict === 'comment' && comment === '' && !this.numbersChanged) {
      this.say(t('signoff.noComment'), true);
      this.field('comment').focus();
      return null;
    }
    return {
      version: this.report.version,
      verdict,
      reviewer: reviewer.value.trim(),
      comment: comment === '' ? null : comment,
      edited: numbers ? [...this.values].map(([key, value]) => {
        const [region, quantity] = key.split(' ');
        return { region, quantity, unit: UNITS[quantity], value };
      }) : [],
      excludedComponents: numbers ? [...this.excluded].sort((a, b) => a - b) : [],
    };
  }

  async send(verdict) {
    const body = this.body(verdict);
    if (body === null || this.sending) {
      return;
    }
    this.sending = true;
    this.form.setAttribute('aria-busy', 'true');
    this.say(t('signoff.sending'));
    try {
      const response = await request(`${this.address}/reviews`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Hounsfield-Request': '1', 'If-Match': this.etag },
        body: JSON.stringify(body),
      });
      const history = await response.json();
      this.etag = response.headers.get('ETag');
      this.put(history);
      this.done();
    } catch (error) {
      await this.refused(error, body);
    } finally {
      this.sending = false;
      this.form.removeAttribute('aria-busy');
    }
  }

  done() {
    this.unanswered = null;
    const { createdAt } = this.history.items.at(-1);
    this.news([]);
    this.begin();
    this.drawn();
    this.say(t('signoff.done', { time: formatInstant(createdAt) }));
  }

  async refused(error, body) {
    if (error.code !== 'review-conflict') {
      this.failed(error, body);
      return;
    }
    const between = error.body.reviews;
    try {
      await this.load();
    } catch (fault) {
      this.failed(fault, body);
      return;
    }
    if (between.some((review) => this.isOwn(review, body))) {
      this.done(); // the answer had been lost on its way
      return;
    }
    this.unanswered = null;
    const { newestVersion } = this.history;
    this.say(newestVersion > this.report.version
      ? t('signoff.newer', { version: newestVersion }) : t('signoff.notSaved'), true);
    this.news(between);
  }

  /** Nothing is sent a second time by itself: that is for who signs. */
  failed(error, body) {
    this.unanswered = error.gone ? body : null; // the service may have it all the same
    this.say(error.gone ? t('signoff.gone') : t('signoff.fault', { detail: error.message }), true);
  }

  isOwn(review, body) {
    return review.reviewer === body.reviewer && review.verdict === body.verdict && review.comment === body.comment
      && sameSet(new Set(review.excludedComponents), new Set(body.excludedComponents))
      && sameMap(values(review), values(body));
  }

  /** Somebody may have signed off: told by the event stream, and asked after a gap in it. */
  async refresh() {
    await this.ready;
    if (this.history === null && this.later) {
      this.later = false;
      this.ready = this.start();
      await this.ready;
    }
    if (this.history === null || this.sending) {
      return;
    }
    this.lesions.load();
    const seen = this.history.items.length;
    const dirty = this.dirty;
    const before = this.etag;
    await this.load();
    if (this.etag !== before) {
      const between = this.history.items.slice(seen);
      if (this.unanswered && between.some((review) => this.isOwn(review, this.unanswered))) {
        this.done();
      } else if (dirty) {
        this.news(between);
      } else {
        this.news(this.unanswered ? between : []);
        this.begin();
        this.drawn();
      }
    }
    if (this.unanswered && this.note !== t('signoff.back')) {
      this.say(t('signoff.back'), true); // the service is there again, and does not have it
    }
  }

  /** What came in between: to look at before signing. What was typed stays. */
  news(reviews) {
    const box = this.root.querySelector('.news');
    const newer = this.history.newestVersion > this.report.version;
    box.hidden = reviews.length === 0 && !newer;
    if (box.hidden) {
      box.replaceChildren();
      return;
    }
    const load = element('button', '', t('newer.load'));
    load.type = 'button';
    load.addEventListener('click', () => location.reload());
    box.replaceChildren(
      element('p', '', element('strong', '', newer
        ? t('newer', { version: this.history.newestVersion }) : t('signoff.between'))),
      ...newer ? [load] : [element('ol', 'history', ...reviews.map((review) => this.entry(review))),
        element('p', '', t('signoff.again'))]);
  }

  /** One entry of the history. */
  entry(review) {
    const time = element('time', 'sub', formatInstant(review.createdAt));
    time.dateTime = review.createdAt;
    const lines = [element('div', 'who', element('span', `state-tag ${TAGS[review.verdict]}`, t(`review.${TAGS[review.verdict]}`)),
      element('strong', '', review.reviewer), time)];
    if (review.comment) {
      lines.push(element('p', 'comment', review.comment));
    }
    if (review.edited.length > 0) {
      lines.push(element('ul', '', ...review.edited.map((e) => element('li', '', t('edited.entry', {
        region: t(`region.${e.region}`),
        quantity: t(`quantity.${e.quantity}`),
        value: enteredText(e.value),
        unit: e.unit,
        measured: e.measured === null ? t('notMeasured') : `${formatNumber(e.measured, e.unit)} ${e.unit}`,
      })))));
    }
    if (review.excludedComponents.length > 0) {
      const percent = (regions) => (regions.bothLungs.opacityPercent === null
        ? t('notMeasured') : `${formatNumber(regions.bothLungs.opacityPercent, '%')} %`);
      lines.push(element('p', '', t('leftOut.entry', {
        lesions: review.excludedComponents.join(', '),
        opacity: percent(review.recomputed.regions),
        measured: percent(this.history.measured.regions),
      })));
    }
    return element('li', `review ${TAGS[review.verdict]}`, ...lines);
  }

  drawHistory() {
    const own = this.history.version === this.report.version;
    const items = own ? this.history.items : [];
    this.root.querySelector('ol.all').replaceChildren(...[...items].reverse().map((review) => this.entry(review)));
    this.root.querySelector('.none').hidden = items.length > 0;
    const state = own ? this.history.state : null;
    const said = state && [...items].reverse().find((review) => TAGS[review.verdict] === state);
    this.verdict.hidden = !said;
    this.verdict.className = `verdict ${state ?? ''}`;
    this.verdict.replaceChildren(...said ? [
      element('strong', '', t(`verdict.${state}`)), ' ',
      t('verdict.by', { reviewer: said.reviewer, time: formatInstant(said.createdAt) }),
      said.comment ? element('span', 'comment', said.comment) : '',
    ] : []);
  }
}
