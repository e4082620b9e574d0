/** Who sits here and what that person may do: what the role may not do is not offered, and says why. The server decides in any case. */

import { getMe, type Me, type Right } from './api-access';
import { h } from './dom';
import { lang, refresh, t } from './i18n';

/** null: not asked yet, or a server that knows nothing of people. */
let current: Me | null = null;

export const me = (): Me | null => current;

export function setMe(next: Me | null): void {
  current = next;
  refresh();
}

/** What /me says; a server without it is as open as it ever was. */
export async function askMe(): Promise<void> {
  setMe(await getMe().catch(() => null));
}

export function may(right: Right): boolean {
  return !current || current.way === 'open' || current.rights.includes(right);
}

/** 张三, for the field 经办人. */
export const ownTitle = (): string => current?.person?.title ?? '';

export const roleName = (): string => (lang() === 'zh' && current?.person?.role_zh) || (current?.person?.role ?? '');

/** Why something is not offered; null where it may be done. Nobody is logged in where only reading is public. */
export function whyNot(right: Right): HTMLElement | null {
  if (may(right)) return null;
  const what = t(`right_${right.replace('-', '_')}` as Parameters<typeof t>[0]);
  const text = current?.person ? t('right_missing', { role: roleName(), what }) : t('right_login', { what });
  return h('p', { class: 'note', 'data-testid': `no-${right}` }, text);
}
