/** Remarks of the server, on a checked file or on one that was audited, in the page's language. */

import { h, type VNode } from './component';
import type { Warning } from './api';
import { pick, t } from './i18n';

export function warningList(list: Warning[]): VNode | null {
  const texts = list.map((w) => pick(w.zh, w.en)).filter((w) => w.text);
  if (texts.length === 0) return null;
  return h(
    'div',
    { class: 'note warn', 'data-testid': 'warnings' },
    h('strong', {}, t('r_warnings')),
    h('ul', {}, texts.map((w) => h('li', { lang: w.lang }, w.text))),
  );
}
