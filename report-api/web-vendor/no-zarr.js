// SPDX-License-Identifier: Apache-2.0
// Stands for zarrita: reading Zarr would bring 1.4 MB of WebAssembly codecs, and the page reads NIfTI alone.
const absent = () => {
  throw new Error('Zarr is not built in');
};
export const open = absent;
export const get = absent;
export const root = absent;
export const slice = absent;
export class FetchStore {}
