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

const LONG_LENGTH = /^(O[BDFLVW]|SQ|U[CNRT]|[SU]V)$/; // VRs whose length has 32 bits, PS3.5 section 7.1.2

/** Media Storage SOP Instance UID out of the File Meta Information (PS3.10 section 7.1); null where it has none. */
export async function instanceUid(blob) {
  const bytes = await blob.slice(132, 132 + 2048).arrayBuffer();
  const view = new DataView(bytes);
  for (let at = 0; at + 12 <= view.byteLength && view.getUint16(at, true) === 2;) {
    const long = LONG_LENGTH.test(String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5)));
    const value = at + (long ? 12 : 8);
    const end = value + (long ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true));
    if (view.getUint16(at + 2, true) === 3) {
      return String.fromCharCode(...new Uint8Array(bytes.slice(value, end))).replace(/[\0 ]+$/, '');
    }
    at = end;
  }
  return null;
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
    const dicom = await isDicom(file).catch(() => null);
    if (dicom === null) {
      tally.skip(file.name, 'unreadable');
    } else if (dicom) {
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
