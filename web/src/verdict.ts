/** What a report may be shown as. The rule of this file: nothing reads as clear unless every line was covered and
 * measured, whatever else the answer says. */

import type { LayerFinding, LayerStatus, ParcelReport, VerdictName } from './api';
import type { TextKey } from './i18n';

export const LINES = ['ecological_red_line', 'permanent_basic_farmland', 'urban_development_boundary'] as const;
export type LineId = (typeof LINES)[number];

export const LINE_TITLES: Record<LineId, [string, string]> = {
  ecological_red_line: ['生态保护红线', 'Ecological red line'],
  permanent_basic_farmland: ['永久基本农田', 'Permanent basic farmland'],
  urban_development_boundary: ['城镇开发边界', 'Urban development boundary'],
};

/** Worst first, as the server ranks them: what is not known may be prohibited. */
export const VERDICTS: readonly VerdictName[] = ['prohibited', 'unknown', 'restricted', 'notice', 'allowed'];
const STATUSES: LayerStatus[] = ['overlap', 'sliver', 'clear', 'not_covered', 'unmeasured'];

export const VERDICT_SIGN = { prohibited: '✖', restricted: '▲', unknown: '？', notice: 'ℹ', allowed: '✔' } as const;

/** A verdict that this page does not know is no verdict. */
export function verdictOf(name: string | undefined): VerdictName {
  return VERDICTS.find((v) => v === name) ?? 'unknown';
}

/** A status that is missing or not known counts as not measured. */
export function statusOf(finding: LayerFinding | undefined): LayerStatus {
  return STATUSES.find((s) => s === finding?.status) ?? 'unmeasured';
}

export function findingOf(parcel: ParcelReport, line: LineId): LayerFinding | undefined {
  return parcel.layers?.find((l) => l.layer === line);
}

/** All three lines were covered and measured. */
export function isComplete(parcel: ParcelReport): boolean {
  return LINES.every((line) => {
    const s = statusOf(findingOf(parcel, line));
    return s === 'overlap' || s === 'sliver' || s === 'clear';
  });
}

/** The parcel's verdict as it may be shown: an incomplete one is never "allowed". */
export function shownVerdict(parcel: ParcelReport): VerdictName {
  const v = verdictOf(parcel.verdict);
  return v === 'allowed' && !isComplete(parcel) ? 'unknown' : v;
}

function pressedArea(parcel: ParcelReport): number {
  return (['ecological_red_line', 'permanent_basic_farmland'] as const)
    .map((line) => findingOf(parcel, line)?.area_m2 ?? 0)
    .reduce((a, b) => a + b, 0);
}

/** Positions of the parcels, worst first: by verdict, then by area pressed on. */
export function worstFirst(parcels: ParcelReport[]): number[] {
  const rank = (i: number) => VERDICTS.indexOf(shownVerdict(parcels[i] ?? {}));
  return parcels
    .map((_, i) => i)
    .sort((a, b) => rank(a) - rank(b) || pressedArea(parcels[b] ?? {}) - pressedArea(parcels[a] ?? {}) || a - b);
}

/** The word for a status. The boundary is meant to be built in: there one says inside and outside, not 压占. */
export function statusKey(line: LineId, finding: LayerFinding | undefined): TextKey {
  const status = statusOf(finding);
  if (line !== 'urban_development_boundary') return `s_${status}`;
  if (status === 'clear') return 's_outside';
  if (status === 'overlap') return finding?.inside || finding?.share === 1 ? 's_inside' : 's_partly';
  return `s_${status}`;
}

/** How a status is coloured. Green needs a clear line and a complete parcel. */
export function statusTone(line: LineId, finding: LayerFinding | undefined, complete: boolean): string {
  const status = statusOf(finding);
  if (status === 'not_covered' || status === 'unmeasured') return 'nodata';
  if (status === 'sliver') return 'sliver';
  if (line === 'urban_development_boundary') return status === 'overlap' ? 'boundary' : 'outside';
  if (status === 'overlap') return 'pressed';
  return complete ? 'clear' : 'plain';
}

/** How sure a clause's text is. Anything but a plain "read" shows its doubt. */
export function confidenceKey(confidence: string | undefined): TextKey {
  const c = (confidence ?? '').toLowerCase();
  if (c === 'read') return 'conf_read';
  if (c === 'design') return 'conf_design';
  return c.includes('read') && c.includes('memory') ? 'conf_mixed' : 'conf_memory';
}
