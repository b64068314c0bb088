// SPDX-License-Identifier: Apache-2.0
// Fetches a study's volumes beside the page, so that it stays responsive: a coarse CT for the first picture, then the
// label maps and the map of the single lesions, then every voxel.

const HEADER = 352;
const MOST_BYTES = 2 ** 31 - 1; // of one volume; the service measures nothing larger

/** Bytes of a NIfTI-1 file, header included, by its header. */
function length(header) {
  const view = new DataView(header.buffer, header.byteOffset);
  const voxels = view.getInt16(42, true) * view.getInt16(44, true) * view.getInt16(46, true);
  const bytes = HEADER + (voxels * view.getInt16(72, true)) / 8;
  if (view.getInt32(0, true) !== 348 || !(voxels > 0) || bytes > MOST_BYTES) {
    throw new Error('not a NIfTI-1 volume');
  }
  return bytes;
}

const TRIES = 20;
const TRY_AFTER = 1500; // ms

/** A fault of the connection, which may heal; others are the service's word. */
function gone() {
  const fault = new Error('the service does not answer');
  fault.code = 'no-answer';
  return fault;
}

async function ask(address) {
  const response = await fetch(address).catch(() => {
    throw gone();
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => null);
    const fault = new Error(problem?.detail ?? `status ${response.status}`);
    fault.code = problem?.code;
    throw fault;
  }
  return response;
}

/** What is written some moments after the report. */
async function askUntilThere(address) {
  for (let tries = 1; ; tries++) {
    try {
      return await ask(address);
    } catch (fault) {
      if (fault.code !== 'report-not-available' || tries === TRIES) {
        throw fault;
      }
      await new Promise((later) => {
        setTimeout(later, TRY_AFTER);
      });
    }
  }
}

/** A compressed NIfTI file, unpacked; each chunk goes to its place at once, so that nothing is held twice. */
async function volume(response, onProgress) {
  const reader = response.body.pipeThrough(new DecompressionStream('gzip')).getReader();
  let start = new Uint8Array(0);
  let all = null;
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw gone(); // cut off on the way
    });
    if (done) {
      break;
    }
    if (all === null) {
      const joined = new Uint8Array(start.length + value.length);
      joined.set(start);
      joined.set(value, start.length);
      start = joined;
      if (start.length >= HEADER) {
        all = new Uint8Array(length(start));
        all.set(start);
        at = start.length;
      }
    } else {
      all.set(value, at);
      at += value.length;
    }
    if (all !== null) {
      onProgress?.(at / all.length);
    }
  }
  if (all === null || at !== all.length) {
    throw gone();
  }
  return all;
}

/** Both label maps in one volume, as planes.js has them: bits 0 and 1 the lung, 2 and 3 the lesion. Over the lesions. */
function together(lungs, lesions) {
  for (let n = HEADER; n < lesions.length; n++) {
    lesions[n] = lungs[n] | (lesions[n] << 2);
  }
  return lesions;
}

const STAGES = {
  coarse: async (address) => ({ ct: (await volume(await ask(`${address}/ct.nii.gz?detail=coarse`))).buffer }),
  labels: async (address) => {
    const [lungs, lesions] = await Promise.all(['lungs', 'lesions'].map(
      async (name) => volume(await askUntilThere(`${address}/${name}.nii.gz`))));
    return { labels: together(lungs, lesions).buffer };
  },
  components: async (address) => ({ components: (await volume(await ask(`${address}/components.nii.gz`))).buffer }),
  full: async (address) => {
    let told = 0;
    const ct = await volume(await ask(`${address}/ct.nii.gz`), (share) => {
      if (share - told >= 0.02) {
        told = share;
        self.postMessage({ stage: 'progress', share });
      }
    });
    return { ct: ct.buffer };
  },
};

self.addEventListener('message', async ({ data: { address, stage } }) => {
  try {
    const found = await STAGES[stage](address);
    self.postMessage({ stage, ...found }, Object.values(found));
  } catch (error) {
    self.postMessage({ stage, fault: error.message, code: error.code ?? null });
  }
});
