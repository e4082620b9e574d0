/** A verdict as a sign: colour, shape and word, none of the three alone. */

import type { VerdictName } from './api';
import { h, type VNode } from './component';
import { h as elementOf } from './dom';
import { t } from './i18n';
import { VERDICT_SIGN } from './verdict';

export function badge(v: VerdictName, more: Record<string, unknown> = {}): VNode {
  return h('span', { class: `badge small v-${v}`, ...more }, h('span', { 'aria-hidden': 'true' }, VERDICT_SIGN[v]), ` ${t(`v_${v}`)}`);
}

/** The same for the panels that are no components. */
export function badgeElement(v: VerdictName): HTMLElement {
  return elementOf('span', { class: `badge small v-${v}` }, elementOf('span', { 'aria-hidden': 'true' }, VERDICT_SIGN[v]), ` ${t(`v_${v}`)}`);
}
