// SPDX-License-Identifier: Apache-2.0
// Writes vendor/NAME-VERSION.js of each library, and the licences of everything in it. Run:
// npm ci --ignore-scripts && npm run build
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '../src/main/resources/io/hounsfield/api/web/vendor');
const manifest = (name) => JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json')));

function licence(name) {
  const folder = join(here, 'node_modules', name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  // NiiVue's package carries no licence file; its repository does, and the text is kept here.
  const path = file ? join(folder, file) : join(here, `LICENSE.${name.replaceAll('/', '_')}`);
  if (!existsSync(path)) {
    throw new Error(`no licence text for ${name}`);
  }
  const { version, license } = manifest(name);
  return `${name} ${version} (${license})\n\n${readFileSync(path, 'utf8').trim()}\n`;
}

async function bundle(name, library, alias) {
  const { version } = manifest(library);
  for (const old of readdirSync(out).filter((file) => file.startsWith(`${name}-`))) {
    rmSync(join(out, old));
  }
  const { metafile } = await build({
    entryPoints: [join(here, `${name}.js`)],
    outfile: join(out, `${name}-${version}.js`),
    alias,
    absWorkingDir: here,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'eof',
    metafile: true,
  });
  const names = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const [, path] = input.split('node_modules/');
    if (path) {
      names.add(path.split('/').slice(0, path.startsWith('@') ? 2 : 1).join('/'));
    }
  }
  const texts = [...names].sort().map(licence);
  writeFileSync(join(out, `${name}-${version}.LICENSES.txt`), texts.join(`\n${'-'.repeat(78)}\n\n`));
  console.log(`${name} ${version} with ${names.size} packages`);
}

await bundle('niivue', '@niivue/niivue', { zarrita: join(here, 'no-zarr.js') });
await bundle('zip', '@zip.js/zip.js', {});
