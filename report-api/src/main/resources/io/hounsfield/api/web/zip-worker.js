// SPDX-License-Identifier: Apache-2.0
// Takes a zip archive apart beside the page, one member at a time: never more of it is unpacked than the page asks
// for. Names of members are shown, never used for anything.
import {
  BlobReader, ERR_BAD_FORMAT, ERR_EOCDR_NOT_FOUND, ERR_OVERLAPPING_ENTRY, ERR_SPLIT_ZIP_FILE, ZipReader,
} from '/assets/vendor/zip-2.24.0.js';

const MARK_END = 132; // of DICM after the preamble, PS3.10 section 7.1
const MOST_MEMBERS = 200000;
const MOST_BYTES = 4 * 2 ** 30; // the service takes no longer request
const BOMB_BYTES = 64 * 2 ** 20; // of which no image shrinks BOMB_RATIO times
const BOMB_RATIO = 200;
const FOLD_BYTES = 8 * 2 ** 20; // what is larger the browser keeps as it keeps files, on disk where need be

/** Why a member, or all of the archive, is not taken. */
class Reason extends Error {}

const STOPPING = { [ERR_OVERLAPPING_ENTRY]: 'bomb' };

const UNREADABLE = {
  [ERR_BAD_FORMAT]: 'notZip',
  [ERR_EOCDR_NOT_FOUND]: 'notZip',
  [ERR_SPLIT_ZIP_FILE]: 'split',
};

const STORED = 0;
const DEFLATED = 8;

const members = [];
let at = 0;

async function open(file) {
  const reader = new ZipReader(new BlobReader(file), {
    useWebWorkers: false, // this is one
    checkCrc32: true,
    checkOverlappingEntry: true,
    filenameValidation: 'tolerant', // each name is looked at below, so that one does not spoil the rest
  });
  try {
    for await (const member of reader.getEntriesGenerator()) {
      if (!member.directory) {
        members.push(member);
      }
      if (members.length > MOST_MEMBERS) {
        throw new Reason('tooMany');
      }
    }
  } catch (error) {
    throw error instanceof Reason ? error : new Reason(UNREADABLE[error.message] ?? 'broken');
  }
}

function leadsOut(name) {
  return /^([/\\]|[A-Za-z]:)/.test(name) || name.split(/[/\\]/).includes('..');
}

/** Why a member need not be unpacked. */
function refusal(member) {
  const { filename, uncompressedSize: size, compressedSize } = member;
  if (leadsOut(filename)) {
    return 'leadsOut';
  }
  if (size < MARK_END || /(^|[/\\])DICOMDIR$/i.test(filename)) {
    return 'notDicom';
  }
  if (member.encrypted) {
    return 'encrypted';
  }
  if (member.compressionMethod !== STORED && member.compressionMethod !== DEFLATED) {
    return 'method';
  }
  if (size > MOST_BYTES) {
    return 'tooLarge';
  }
  return size > BOMB_BYTES && size > BOMB_RATIO * compressedSize ? 'bomb' : null;
}

/** Takes what is unpacked; throws once it is seen that it is not wanted. */
class Sink {
  constructor(size) {
    this.left = size;
    this.head = [];
    this.parts = [];
    this.folded = [];
    this.waiting = 0;
  }

  write(chunk) {
    this.left -= chunk.length;
    if (this.left < 0) {
      throw new Reason('damaged'); // longer than it says
    }
    if (this.head.length < MARK_END) {
      this.head.push(...chunk.subarray(0, MARK_END - this.head.length));
      if (this.head.length === MARK_END) {
        this.look();
      }
    }
    this.parts.push(chunk);
    this.waiting += chunk.length;
    if (this.waiting >= FOLD_BYTES) {
      this.fold();
    }
  }

  look() {
    if (String.fromCharCode(...this.head.slice(128)) !== 'DICM') {
      const archive = String.fromCharCode(...this.head.slice(0, 4)) === 'PK\u0003\u0004';
      throw new Reason(archive ? 'nested' : 'notDicom');
    }
  }

  fold() {
    this.folded.push(new Blob(this.parts));
    this.parts = [];
    this.waiting = 0;
  }

  blob() {
    this.fold();
    return new Blob(this.folded);
  }
}

async function unpack(member) {
  const sink = new Sink(member.uncompressedSize);
  let reason = null;
  const writable = new WritableStream({
    write: (chunk) => {
      try {
        sink.write(chunk);
      } catch (error) {
        reason = error;
        throw error;
      }
    },
  });
  try {
    await member.getData(writable);
  } catch (error) {
    throw reason ?? new Reason(STOPPING[error.message] ?? 'damaged');
  }
  return sink.blob();
}

async function next() {
  if (at === members.length) {
    return { end: true };
  }
  const member = members[at];
  members[at++] = null;
  const name = member.filename;
  try {
    const why = refusal(member);
    if (why) {
      throw new Reason(why);
    }
    return { name, blob: await unpack(member) };
  } catch (error) {
    return { name, why: error instanceof Reason ? error.message : 'damaged' };
  }
}

addEventListener('message', async ({ data }) => {
  try {
    if (data.archive) {
      await open(data.archive);
      postMessage({ members: members.length });
    } else {
      postMessage(await next());
    }
  } catch (error) {
    postMessage({ fault: error instanceof Reason ? error.message : 'broken' });
  }
});
