// SPDX-License-Identifier: Apache-2.0
// What the page uses of zip.js: reading, with the browser's own decompression. Files of the package are named, since
// its entry points bring the writer and a decompressor of its own.
export { BlobReader } from './node_modules/@zip.js/zip.js/lib/core/io.js';
export {
  ERR_BAD_FORMAT, ERR_EOCDR_NOT_FOUND, ERR_OVERLAPPING_ENTRY, ERR_SPLIT_ZIP_FILE, ZipReader,
} from './node_modules/@zip.js/zip.js/lib/zip-core-reader.js';
