// SPDX-License-Identifier: Apache-2.0
// What a person chose or dropped: files, folders and zip archives, as one DICOM file after the other. None of it is
// held longer than it takes to send it.
import { t } from '/assets/i18n.js';

/** Whether a file is a Part 10 file: DICM after the preamble. */
async function isDicom(file) {
  if (file.size < 132 || file.name.toUpperCase() === 'DICOMDIR') {
    return false;
  }
  const mark = new Uint8Array(await file.slice(128, 132).arrayBuffer());
  return String.fromCharCode(...mark) === 'DICM';
}

async function isZip(file) {
  if (/\.zip$/i.test(file.name)) {
    return true;
  }
  const mark = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return String.fromCharCode(...mark) === 'PK\u0003\u0004';
}

/** All files of what was dropped, folders included. To be called before the event is over. */
export async function dropped(transfer) {
  const files = [];
  const entries = [];
  for (const item of [...transfer.items].filter(({ kind }) => kind === 'file')) {
    const entry = item.webkitGetAsEntry?.();
    if (entry) {
      entries.push(entry);
    } else {
      files.push(item.getAsFile()); // what no folder can be
    }
  }
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

/** The worker that takes an archive apart: one question at a time, one answer each. */
class Unpacker {
  constructor(signal) {
    this.worker = new Worker('/assets/zip-worker.js', { type: 'module' });
    this.worker.addEventListener('message', ({ data }) => this.answer.resolve(data));
    this.worker.addEventListener('error', () => this.answer.reject(new Error(t('upload.worker'))));
    signal.addEventListener('abort', () => this.answer?.reject(signal.reason));
  }

  ask(question) {
    return new Promise((resolve, reject) => {
      this.answer = { resolve, reject };
      this.worker.postMessage(question);
    });
  }

  close() {
    this.worker.terminate();
  }
}

/**
 * The DICOM files among files, `{ name, blob }`; what is left out is told with the reason.
 *
 * tally.expect(n): so many files more than thought; tally.skip(name, why): one file is left out.
 */
export async function* dicomFiles(files, tally, signal) {
  tally.expect(files.length);
  for (const file of files) {
    if (await isDicom(file)) {
      yield { name: file.name, blob: file };
    } else if (await isZip(file)) {
      tally.expect(-1);
      yield* members(file, tally, signal);
    } else {
      tally.skip(file.name, 'notDicom');
    }
    signal.throwIfAborted();
  }
}

async function* members(file, tally, signal) {
  const unpacker = new Unpacker(signal);
  try {
    const opened = await unpacker.ask({ archive: file });
    if (opened.fault) {
      tally.expect(1);
      tally.skip(file.name, opened.fault);
      return;
    }
    tally.expect(opened.members);
    for (;;) {
      const { end, name, why, blob } = await unpacker.ask({ next: true });
      if (end) {
        return;
      }
      if (why) {
        tally.skip(name, why);
      } else {
        yield { name, blob };
      }
    }
  } finally {
    unpacker.close();
  }
}
