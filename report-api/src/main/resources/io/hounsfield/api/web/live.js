// SPDX-License-Identifier: Apache-2.0
// The event stream, and what a page says while there is none: a page that is out of date must say so.
import { element, formatInstant } from '/assets/common.js';
import { t } from '/assets/i18n.js';

const LOOK_EVERY = 20000; // ms; a stream that is silent may be dead
const ANSWER_WITHIN = 8000;
const AGAIN_AFTER = 3000;
const RELOAD_EVERY = 15000; // where there is no stream to be had
const GRACE = 1500; // a stream that comes back at once is not worth a word
const HIDDEN_FOR = 60000;

async function answers() {
  try {
    await fetch('/health/live', { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_WITHIN) });
    return true;
  } catch {
    return false;
  }
}

/**
 * The event stream of a page. `reset`: load everything anew, called first and after a gap; `analysis`, `delivery` and
 * `review`: one of them changed. While the service is gone a band says since when, and the page looks for it. A page
 * that nobody looks at yet has no stream, and gives its own back after a minute, since a browser has six connections
 * for all pages of a service.
 */
class Live {
  constructor(handlers) {
    this.handlers = handlers;
    this.source = null;
    this.failed = false; // the stream, since it was last open
    this.cameBack = false; // the service answered after the stream had failed
    this.state = document.getElementById('live');
    this.band = element('p', 'connection');
    this.band.setAttribute('role', 'alert');
    this.band.hidden = true;
    document.querySelector('header.bar').after(this.band);
    this.timers = {};
    setInterval(() => this.look(), LOOK_EVERY);
    addEventListener('online', () => this.look());
    addEventListener('offline', () => this.look());
    document.addEventListener('service-gone', () => this.look(true));
    document.addEventListener('visibilitychange', () => this.visible());
    if (document.visibilityState === 'hidden') {
      handlers.reset(); // no stream before somebody looks
    } else {
      this.connect();
    }
  }

  connect() {
    this.source?.close();
    const source = new EventSource('/api/v1/events');
    this.source = source;
    const on = (name, action) => source.addEventListener(name, (event) => {
      if (source === this.source) {
        action(event);
      }
    });
    on('open', () => this.back());
    on('reset', () => this.handlers.reset());
    for (const name of ['analysis', 'delivery', 'review']) {
      on(name, (event) => this.handlers[name]?.(JSON.parse(event.data)));
    }
    on('error', () => {
      this.failed = true;
      this.say(t('live.off'), 'off');
      // The browser tries again by itself, but gives up after an answer such as 503.
      this.later('grace', source.readyState === EventSource.CLOSED ? 0 : GRACE, () => this.look(true));
    });
  }

  say(text, className) {
    this.state.textContent = text;
    this.state.className = `live ${className}`;
  }

  later(name, after, action) {
    if (this.timers[name] === undefined) {
      this.timers[name] = setTimeout(() => {
        delete this.timers[name];
        action();
      }, after);
    }
  }

  never(name) {
    clearTimeout(this.timers[name]);
    delete this.timers[name];
  }

  back() {
    this.never('grace');
    this.never('again');
    this.failed = false;
    this.cameBack = false;
    this.hideBand();
    this.say(t('live.on'), 'on');
  }

  hideBand() {
    this.band.hidden = true;
    this.band.textContent = '';
  }

  lost() {
    this.say(t('live.off'), 'off');
    if (this.band.hidden) {
      this.band.textContent = t('connection.lost', { time: formatInstant(new Date().toISOString()) });
      this.band.hidden = false;
    }
  }

  /** Whether the service is there; comes back until it is. */
  async look(afresh = false) {
    if (this.looking || this.source === null) {
      return;
    }
    this.looking = true;
    const there = await answers();
    this.looking = false;
    if (this.source === null) {
      return; // hidden meanwhile
    }
    if (!there) {
      this.source.close();
      this.cameBack = false;
      this.lost();
      this.later('again', AGAIN_AFTER, () => this.look(true));
    } else if (this.failed && this.cameBack) {
      this.poll();
    } else if (this.failed || afresh || !this.band.hidden) {
      this.cameBack = true;
      this.connect();
    }
  }

  /** The service answers, but has no stream for this page. */
  poll() {
    this.hideBand();
    this.say(t('live.polling'), 'off');
    this.handlers.reset();
    this.source.close();
    this.later('again', RELOAD_EVERY, () => this.connect());
  }

  visible() {
    if (document.visibilityState === 'hidden') {
      this.later('hidden', HIDDEN_FOR, () => {
        this.source?.close();
        this.source = null;
        this.never('grace');
        this.never('again');
      });
      return;
    }
    this.never('hidden');
    if (this.source === null) {
      this.say(t('live.connecting'), '');
      this.connect();
    } else {
      this.look();
    }
  }
}

/** Follows the event stream, for as long as the page is there. */
export function follow(handlers) {
  return new Live(handlers);
}
