// SPDX-License-Identifier: Apache-2.0
// DICOM files from this computer to the node, by STOW-RS (PS3.18 section 10.5), some at a time: while some are sent,
// the next are read or unpacked, and no more.
import { element, formatCount, problemText } from '/assets/common.js';
import { hasText, t } from '/assets/i18n.js';
import { dicomFiles, dropped, instanceUid } from '/assets/upload-sources.js';

const BATCH_FILES = 100;
const BATCH_BYTES = 8 * 1024 * 1024;
const BUSY_MS = 10 * 60 * 1000; // how long a service without room is tried
const NAMES = 3; // of files left out for one reason, shown

const byId = (name) => document.getElementById(name);

function body(files, boundary) {
  const parts = [];
  for (const { blob } of files) {
    parts.push(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`, blob, '\r\n');
  }
  parts.push(`--${boundary}--\r\n`);
  return new Blob(parts);
}

const sequence = (answer, tag) => answer?.[tag]?.Value ?? [];
const uid = (item) => item['00081155']?.Value?.[0];

function reason(item) {
  const hex = `${Number(item['00081197']?.Value?.[0] ?? 0).toString(16).toUpperCase().padStart(4, '0')}H`;
  return hasText(`upload.${hex}`) ? t(`upload.${hex}`) : t('upload.otherStatus', { status: hex });
}

/** Why each file that was not taken was not, as `[reason, name]`; without a name where it cannot be told which one it is. */
async function refusals(answer, files) {
  const failed = sequence(answer, '00081198');
  const others = sequence(answer, '0008119A'); // those without an identifier, in the order in which they were sent
  if (failed.length + others.length === 0) {
    return [];
  }
  const known = new Set([...sequence(answer, '00081199'), ...failed].map(uid));
  const named = new Map();
  const rest = [];
  for (const { name, blob } of files) {
    const own = await instanceUid(blob);
    if (known.has(own)) {
      named.set(own, name);
    } else {
      rest.push(name);
    }
  }
  const open = [...failed.filter((item) => !named.has(uid(item))), ...others];
  const sure = open.length === rest.length && (open.length === others.length || new Set(open.map(reason)).size === 1);
  return [...failed, ...others].map((item) => [
    reason(item), named.get(uid(item)) ?? (sure ? rest[open.indexOf(item)] : undefined),
  ]);
}

/** Takes a name into a map of those with the same reason. */
function count(reasons, why, name) {
  const known = reasons.get(why) ?? { n: 0, names: [] };
  known.n++;
  if (name && known.names.length < NAMES) {
    known.names.push(name);
  }
  reasons.set(why, known);
}

const listed = ({ n, names }) => names.join(t('upload.comma')) + (n > names.length ? ' …' : '');

const randomName = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/** A store request; an Error in the page's words where there is no answer. */
async function post(options, files) {
  try {
    return await fetch(`${document.querySelector('meta[name="dicom-web"]').content}/studies`, options);
  } catch (error) {
    options.signal.throwIfAborted();
    for (const { name, blob } of files) {
      // The same fault as no answer: a file that was changed or removed after it was chosen.
      await blob.slice(0, 1).arrayBuffer().catch(() => {
        throw new Error(t('upload.unreadable', { name }));
      });
    }
    document.dispatchEvent(new Event('service-gone'));
    throw new Error(t('upload.noAnswer'), { cause: error });
  }
}

/** One upload: what is known of it, and what a person sees of it. */
class Upload {
  constructor() {
    this.name = randomName();
    this.controller = new AbortController();
    this.signal = this.controller.signal;
    this.total = 0;
    this.sent = 0;
    this.stored = 0;
    this.refused = new Map();
    this.skipped = new Map();
    this.busy = false;
    this.stopped = false;
  }

  stop() {
    this.stopped = true;
    this.controller.abort();
  }

  expect(n) {
    this.total += n;
    this.show();
  }

  skip(name, why) {
    count(this.skipped, why, name);
    this.expect(-1);
  }

  show() {
    const bar = byId('upload-progress');
    bar.max = Math.max(1, this.total);
    bar.value = this.sent;
    const counts = { done: formatCount(this.sent), total: formatCount(this.total) };
    const text = t(this.busy ? 'upload.busy' : 'upload.progress', counts);
    if (byId('upload-text').textContent !== text) {
      byId('upload-text').textContent = text;
    }
  }

  async run(files) {
    let batch = [];
    let bytes = 0;
    let sending = Promise.resolve();
    const flush = async (more) => {
      await sending;
      sending = this.send(batch, more);
      sending.catch(() => {}); // told where it is waited for
      batch = [];
      bytes = 0;
    };
    for await (const file of dicomFiles(files, this, this.signal)) {
      if (batch.length === BATCH_FILES || (batch.length > 0 && bytes + file.blob.size > BATCH_BYTES)) {
        await flush(true);
      }
      batch.push(file);
      bytes += file.blob.size;
    }
    if (batch.length > 0) {
      await flush(false);
    }
    await sending;
  }

  async send(files, more) {
    const boundary = `hounsfield-${randomName()}`;
    const content = body(files, boundary);
    for (const end = Date.now() + BUSY_MS; ;) {
      const response = await post({
        method: 'POST',
        headers: {
          'Content-Type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
          Accept: 'application/dicom+json',
          'X-Hounsfield-Request': '1',
          // Its requests are one association: no series is measured before the last of them.
          'X-Hounsfield-Upload': more ? `${this.name}; more` : this.name,
        },
        body: content,
        signal: this.signal,
      }, files);
      const answer = await response.json().catch(() => null);
      if (response.status === 503 && Date.now() < end) {
        this.busy = true;
        this.show();
        await pause(1000 * Number(response.headers.get('Retry-After') || 5), this.signal);
        continue;
      }
      if (!response.ok && !answer?.['00081198'] && !answer?.['0008119A']) {
        throw new Error(problemText(answer, response.status));
      }
      this.busy = false;
      this.sent += files.length;
      this.stored += answer?.['00081199']?.Value?.length ?? 0;
      for (const [why, name] of await refusals(answer, files)) {
        count(this.refused, why, name);
      }
      this.show();
      return;
    }
  }

  /** What became of it. */
  result(fault) {
    const lines = [];
    if (fault) {
      const detail = this.stopped ? t('upload.stopped') : fault.message;
      lines.push(t('upload.fault', { detail }));
    }
    if (this.sent > 0 || (this.total > 0 && !fault)) {
      lines.push(t('upload.done', { stored: formatCount(this.stored), total: formatCount(this.total) }));
    } else if (!fault) {
      lines.push(t('upload.none'));
    }
    const nodes = [lines.join(' ')];
    for (const [why, files] of this.refused) {
      const key = files.names.length > 0 ? 'upload.refusedNames' : 'upload.refused';
      nodes.push(element('span', 'sub bad', t(key, { refused: formatCount(files.n), why, names: listed(files) })));
    }
    for (const [why, files] of this.skipped) {
      const text = t(`upload.zip.${why}`, { n: formatCount(files.n), names: listed(files) });
      nodes.push(element('span', why === 'notDicom' ? 'sub' : 'sub bad', text));
    }
    return nodes;
  }
}

let running = null;

const stayHere = (event) => event.preventDefault();

async function take(choice) {
  if (running) {
    byId('upload-note').textContent = t('upload.one');
    return;
  }
  const upload = new Upload();
  running = upload;
  const bar = byId('upload-progress');
  byId('upload-note').textContent = '';
  byId('upload-state').hidden = false;
  byId('upload-cancel').hidden = false;
  byId('upload-close').hidden = true;
  bar.hidden = false;
  addEventListener('beforeunload', stayHere);
  let fault = null;
  try {
    await upload.run(await choice);
  } catch (error) {
    fault = error;
    upload.controller.abort(error);
  }
  byId('upload-text').replaceChildren(...upload.result(fault));
  byId('upload-note').textContent = '';
  removeEventListener('beforeunload', stayHere);
  running = null;
  bar.hidden = true;
  byId('upload-cancel').hidden = true;
  byId('upload-close').hidden = false;
}

/** Offers the upload where the server has put the address of its DICOMweb service into the page. */
export function uploads() {
  if (!document.querySelector('meta[name="dicom-web"]')?.content) {
    return;
  }
  byId('upload').hidden = false;
  for (const [button, input] of [['choose-files', 'files'], ['choose-folder', 'folder']]) {
    byId(button).addEventListener('click', () => byId(input).click());
    byId(input).addEventListener('change', () => {
      take([...byId(input).files]);
      byId(input).value = '';
    });
  }
  byId('upload-cancel').addEventListener('click', () => {
    running?.stop();
    byId('search').focus();
  });
  byId('upload-close').addEventListener('click', () => {
    byId('upload-state').hidden = true;
    byId('search').focus();
  });
  const drop = byId('drop');
  let depth = 0;
  const has = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
  addEventListener('dragenter', (event) => {
    if (has(event)) {
      depth++;
      drop.hidden = false;
    }
  });
  addEventListener('dragleave', (event) => {
    if (has(event) && --depth <= 0) {
      depth = 0;
      drop.hidden = true;
    }
  });
  addEventListener('dragover', (event) => {
    if (has(event)) {
      event.preventDefault();
    }
  });
  addEventListener('drop', (event) => {
    if (has(event)) {
      event.preventDefault();
      depth = 0;
      drop.hidden = true;
      take(dropped(event.dataTransfer));
    }
  });
}
