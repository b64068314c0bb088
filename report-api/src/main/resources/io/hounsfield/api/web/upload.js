// SPDX-License-Identifier: Apache-2.0
// DICOM files from this computer to the node, by STOW-RS (PS3.18 section 10.5), some at a time.
import { element } from '/assets/common.js';
import { hasText, t } from '/assets/i18n.js';

const BATCH_FILES = 20;
const BATCH_BYTES = 24 * 1024 * 1024;

const byId = (name) => document.getElementById(name);

/** Whether a file is a Part 10 file: DICM after the preamble. */
async function isDicom(file) {
  if (file.size < 132) {
    return false;
  }
  const mark = new Uint8Array(await file.slice(128, 132).arrayBuffer());
  return mark[0] === 0x44 && mark[1] === 0x49 && mark[2] === 0x43 && mark[3] === 0x4d;
}

const isZip = (file) => /\.zip$/i.test(file.name);

/** All files of what was dropped, folders included. */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const files = [];
  while (entries.length > 0) {
    const entry = entries.pop();
    if (entry.isFile) {
      files.push(await new Promise((resolve, reject) => {
        entry.file(resolve, reject);
      }));
    } else if (entry.isDirectory) {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((resolve, reject) => {
          reader.readEntries(resolve, reject);
        });
        if (some.length === 0) {
          break;
        }
        entries.push(...some);
      }
    }
  }
  return files;
}

function body(files, boundary) {
  const parts = [];
  for (const file of files) {
    parts.push(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`, file, '\r\n');
  }
  parts.push(`--${boundary}--\r\n`);
  return new Blob(parts);
}

/** Status and reason of each instance that was not taken. */
function refusals(answer) {
  const failed = [...(answer?.['00081198']?.Value ?? []), ...(answer?.['0008119A']?.Value ?? [])];
  return failed.map((item) => {
    const code = item['00081197']?.Value?.[0];
    const hex = `${Number(code ?? 0).toString(16).toUpperCase().padStart(4, '0')}H`;
    return hasText(`upload.${hex}`) ? t(`upload.${hex}`) : hex;
  });
}

async function send(files, controller) {
  const boundary = `hounsfield-${crypto.randomUUID?.() ?? Math.random().toString(16).slice(2)}`;
  const response = await fetch(`${document.querySelector('meta[name="dicom-web"]').content}/studies`, {
    method: 'POST',
    headers: {
      'Content-Type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
      Accept: 'application/dicom+json',
      'X-Hounsfield-Request': '1',
    },
    body: body(files, boundary),
    signal: controller.signal,
  });
  const answer = await response.json().catch(() => null);
  if (!response.ok && !answer?.['00081198'] && !answer?.['0008119A']) {
    throw new Error(answer?.detail ?? t('badStatus', { status: response.status }));
  }
  return { stored: answer?.['00081199']?.Value?.length ?? 0, refused: refusals(answer) };
}

let controller = null;

async function take(files) {
  if (controller) {
    return;
  }
  const box = byId('upload-state');
  const text = byId('upload-text');
  const bar = byId('upload-progress');
  box.hidden = false;
  controller = new AbortController();
  byId('upload-cancel').hidden = false;
  bar.hidden = false;
  let stored = 0;
  const refused = [];
  try {
    const dicom = [];
    for (const file of files) {
      if (await isDicom(file)) {
        dicom.push(file);
      }
    }
    if (dicom.length === 0) {
      text.textContent = t(files.some(isZip) ? 'upload.zip' : 'upload.none');
      return;
    }
    for (let at = 0; at < dicom.length;) {
      bar.max = dicom.length;
      bar.value = at;
      text.textContent = t('upload.progress', { done: at, total: dicom.length });
      let bytes = 0;
      const batch = [];
      while (at < dicom.length && batch.length < BATCH_FILES && (batch.length === 0 || bytes + dicom[at].size <= BATCH_BYTES)) {
        bytes += dicom[at].size;
        batch.push(dicom[at++]);
      }
      const answer = await send(batch, controller);
      stored += answer.stored;
      refused.push(...answer.refused);
    }
    bar.value = dicom.length;
    const why = [...new Set(refused)].slice(0, 3).join('; ');
    text.replaceChildren(t('upload.done', { stored, total: dicom.length }),
      refused.length > 0 ? element('span', 'sub', t('upload.refused', { refused: refused.length, why })) : '');
  } catch (error) {
    text.textContent = t('upload.fault', { detail: error.message });
  } finally {
    controller = null;
    bar.hidden = true;
    byId('upload-cancel').hidden = true;
  }
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
  byId('upload-cancel').addEventListener('click', () => controller?.abort());
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
  addEventListener('drop', async (event) => {
    if (has(event)) {
      event.preventDefault();
      depth = 0;
      drop.hidden = true;
      take(await dropped(event.dataTransfer));
    }
  });
}
