// SPDX-License-Identifier: Apache-2.0
// Sentences that come with a report (warnings, reasons) are English. Here they get the words of the result documents in
// the page's language, from the same table: regular expressions whose groups fill {1}, {2} ... A sentence that the table
// does not have stays English, so that no number is lost.
import { element } from '/assets/common.js';
import { locale } from '/assets/i18n.js';

/** A file of properties: key=value, backslashes doubled. */
async function table(name) {
  const response = await fetch(`/assets/${name}`).catch(() => null);
  const text = response?.ok ? await response.text() : '';
  return new Map([...text.matchAll(/^([\w.-]+)=(.*)$/gm)].map(([, key, value]) => [key, value.replace(/\\(.)/g, '$1')]));
}

const [patterns, words] = locale === 'en'
  ? [new Map(), new Map()] : await Promise.all([table('sentences.properties'), table(`messages_${locale}.properties`)]);
const forms = [...patterns].map(([key, pattern]) => [new RegExp(`^(?:${pattern})$`), words.get(`sentence.${key}`)])
  .filter(([, text]) => text !== undefined);

/** A sentence of a report in the page's language, or null where it has none in it. */
export function sentence(english) {
  for (const [pattern, text] of forms) {
    const groups = pattern.exec(english);
    if (groups) {
      return text.replace(/\{(\d+)\}/g, (whole, n) => {
        const word = groups[n] ?? '';
        return words.get(`word.${word.trim().replaceAll(' ', '-')}`) ?? word;
      });
    }
  }
  return null;
}

/** An element with a sentence of a report; marked as English where it is. */
export function sentenceIn(name, className, english) {
  const own = sentence(english);
  const node = element(name, className, own ?? english);
  if (own === null) {
    node.lang = 'en';
  }
  return node;
}
