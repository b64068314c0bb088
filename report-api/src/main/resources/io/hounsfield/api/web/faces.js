// SPDX-License-Identifier: Apache-2.0
// What a study looks like for which there is no report (yet): on its way, refused, failed, unknown.
import { element, formatCount, refusalTexts, stateTag } from '/assets/common.js';
import { t } from '/assets/i18n.js';

/** What a person can do about a refusal, by its code; for others there is nothing to say that is always right. */
const ADVICE = {
  original: ['not-ct', 'localizer', 'projection', 'not-hounsfield'],
  uniform: ['no-geometry', 'not-axial', 'gantry-tilt', 'shifted-slices', 'uneven-positions', 'mixed-sizes',
    'mixed-orientations', 'mixed-spacing', 'mixed-frames-of-reference'],
  complete: ['too-few-slices', 'missing-positions', 'instances-deleted'],
  split: ['duplicate-positions', 'several-time-points', 'several-stacks', 'several-acquisitions'],
  transfer: ['unsupported-transfer-syntax'],
  damaged: ['undecodable'],
  smaller: ['too-large'],
  look: ['no-lungs', 'not-chest', 'implausible-lungs'],
};

function advice(analysis) {
  const [key] = Object.entries(ADVICE).find(([, codes]) => codes.includes(analysis.refusal.code)) ?? [];
  return key ?? (analysis.status === 'failed' ? 'service' : null);
}

/** Shows where the study stands; nothing where its report is there. */
export function showState(box, analysis) {
  const lines = [stateTag(analysis.status)];
  if (analysis.refusal) {
    const todo = advice(analysis);
    for (const text of refusalTexts(analysis.refusal)) {
      text.className = '';
      lines.push(element('p', 'reason', text));
    }
    if (todo) {
      lines.push(element('p', 'todo', element('strong', '', t('todo')), ' ', t(`todo.${todo}`)));
    }
    lines.push(element('p', 'sub', t('code', { code: analysis.refusal.code })));
  } else if (analysis.status !== 'reported') {
    const key = analysis.status === 'receiving' ? 'wait.receiving' : 'wait.analysing';
    lines.push(element('p', '', t(key, { n: formatCount(analysis.slicesReceived) })));
  }
  box.replaceChildren(...lines);
  box.className = `state-box ${analysis.status}`;
  box.hidden = analysis.status === 'reported';
}

/** There is no study of that identifier. */
export function showUnknown(heading, box) {
  const back = element('a', '', t('unknown.back'));
  back.href = '/';
  heading.textContent = t('unknown');
  box.replaceChildren(element('p', '', t('unknown.text')), element('p', '', back));
  box.className = 'state-box';
  box.hidden = false;
}
