/** What a report may be shown as. The rule of this file: nothing reads as clear unless every layer that must be examined was
 * covered and measured, whatever else the answer says. */

import type { LayerFinding, LayerStatus, ParcelReport, Report, VerdictName } from './api';
import { relationOf } from './control';
import type { TextKey } from './i18n';

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

export function findingOf(parcel: ParcelReport, layer: string): LayerFinding | undefined {
  return parcel.layers?.find((l) => l.layer === layer);
}

/** The layers that a report examined, in its order; `whole` is false when some are missing that had to be. */
export interface Examined {
  ids: string[];
  whole: boolean;
}

/** Reports of format 1 name no layers; they always examined three. */
const FORMAT_1_LAYERS = 3;

/** `demanded`: the layers that a check of now has to examine. */
export function examinedIn(report: Report, demanded: readonly string[] = []): Examined {
  const found = (report.parcels ?? []).flatMap((p) => (p.layers ?? []).map((l) => l.layer));
  const ids = [...new Set([...(report.definitions ?? []).map((d) => d.layer), ...found])];
  const enough = report.definitions ? ids.length > 0 : ids.length >= FORMAT_1_LAYERS;
  return { ids, whole: enough && demanded.every((id) => ids.includes(id)) };
}

export function isMeasured(finding: LayerFinding | undefined): boolean {
  const s = statusOf(finding);
  return s === 'overlap' || s === 'sliver' || s === 'clear';
}

/** Every layer that must be examined was covered and measured, and no other failed to be measured. */
export function isComplete(parcel: ParcelReport, examined: Examined): boolean {
  return examined.whole && examined.ids.every((id) => {
    const f = findingOf(parcel, id);
    return isMeasured(f) || (f?.must === false && statusOf(f) === 'not_covered');
  });
}

/** Is a layer's answer missing where it could forbid something? What only classifies land forbids nothing. */
function isGap(id: string, finding: LayerFinding | undefined): boolean {
  return !isMeasured(finding) && relationOf(id, finding) !== 'classify';
}

/** The parcel's verdict as it may be shown: one with a gap is never "allowed". */
export function shownVerdict(parcel: ParcelReport, examined: Examined): VerdictName {
  const v = verdictOf(parcel.verdict);
  const gap = !isComplete(parcel, examined) || examined.ids.some((id) => isGap(id, findingOf(parcel, id)));
  return v === 'allowed' && gap ? 'unknown' : v;
}

/** The verdict on one layer, as it may be shown; null: reports of format 1 have none, and land that is only classified gets none. */
export function layerVerdict(id: string, finding: LayerFinding | undefined): VerdictName | null {
  if (finding?.verdict === undefined || relationOf(id, finding) === 'classify') return null;
  const v = verdictOf(finding.verdict);
  return v === 'allowed' && isGap(id, finding) ? 'unknown' : v;
}

/** Of all layers that are pressed on. */
export function pressedArea(parcel: ParcelReport): number {
  return (parcel.layers ?? []).filter((l) => relationOf(l.layer, l) === 'exclude').reduce((sum, l) => sum + (l.area_m2 ?? 0), 0);
}

/** Positions of the parcels, worst first: by verdict, then by area pressed on. */
export function worstFirst(parcels: ParcelReport[], examined: Examined): number[] {
  const rank = (i: number) => VERDICTS.indexOf(shownVerdict(parcels[i] ?? {}, examined));
  return parcels
    .map((_, i) => i)
    .sort((a, b) => rank(a) - rank(b) || pressedArea(parcels[b] ?? {}) - pressedArea(parcels[a] ?? {}) || a - b);
}

/** The word for a status. What is meant to be lain in says inside and outside, what only classifies says met or not: not 压占. */
export function statusKey(layer: string, finding: LayerFinding | undefined): TextKey {
  const status = statusOf(finding);
  const relation = relationOf(layer, finding);
  if (relation === 'contain') {
    if (status === 'clear') return 's_outside';
    if (status === 'overlap') return finding?.inside || finding?.share === 1 ? 's_inside' : 's_partly';
  } else if (relation === 'classify') {
    if (status === 'clear') return 's_not_met';
    if (status === 'overlap') return 's_met';
  }
  return `s_${status}`;
}

/** How a status is coloured. Green needs a clear layer and a complete parcel. */
export function statusTone(layer: string, finding: LayerFinding | undefined, complete: boolean): string {
  const status = statusOf(finding);
  if (status === 'not_covered' || status === 'unmeasured') return 'nodata';
  if (status === 'sliver') return 'sliver';
  if (relationOf(layer, finding) !== 'exclude') return status === 'overlap' ? 'boundary' : 'outside';
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
