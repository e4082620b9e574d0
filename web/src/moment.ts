/** One clock on the page and on paper: that of China, told as such, whatever this computer is set to. */

import { t } from './i18n';

const EIGHT_HOURS_MS = 8 * 3600 * 1000; // the whole country has one zone, without summer time

/** 2026-11-24 17:31 北京时间; what is no moment stays as it is. */
export function dayAndTime(iso: string | undefined): string {
  const at = Date.parse(iso ?? '');
  if (Number.isNaN(at)) return iso ?? '';
  return `${new Date(at + EIGHT_HOURS_MS).toISOString().slice(0, 16).replace('T', ' ')} ${t('beijing_time')}`;
}
