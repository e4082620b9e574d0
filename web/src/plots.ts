/** A whole file's result in figures: the worst verdict, how many plots have which, sums by line, and the rows of the table of
 * plots. Pure. Like verdict.ts it never makes a file better than its worst plot. */

import type { LayerFinding, ParcelReport, Report, VerdictName } from './api';
import { layerTitle, relationOf } from './control';
import { sumOf } from './format';
import type { PlotColumn } from './state';
import { VERDICTS, findingOf, isComplete, isMeasured, layerVerdict, pressedArea, shownVerdict, statusOf, verdictOf, type Examined } from './verdict';

export interface WorstLine {
  id: string;
  finding: LayerFinding | undefined;
  verdict: VerdictName;
}

export interface Plot {
  index: number;
  /** Its place in the file, from 1: what the map and the paper call it. */
  no: number;
  id: string;
  name: string;
  parcel: ParcelReport;
  verdict: VerdictName;
  complete: boolean;
  worst: WorstLine | null;
}

export interface LineSum {
  id: string;
  /** Plots that meet it; those of which only slivers do; those of which nobody knows. */
  met: number;
  slivers: number;
  unknown: number;
  /** Of the plots that were measured; undefined when none was. */
  area_m2: number | undefined;
}

export interface FileResult {
  verdict: VerdictName;
  counts: Record<VerdictName, number>;
  plots: Plot[];
  lines: LineSum[];
  area_m2: number | undefined;
  /** Some plot lacks a figure that could forbid something. */
  incomplete: boolean;
}

const rankOf = (v: VerdictName) => VERDICTS.indexOf(v);
export const worse = (a: VerdictName, b: VerdictName): VerdictName => (rankOf(a) <= rankOf(b) ? a : b);

/** The line that makes the plot's verdict; null where none does. Reports of format 1 say it by their rules alone. */
export function worstLine(parcel: ParcelReport, examined: Examined): WorstLine | null {
  const lines = examined.ids.map((id): WorstLine => {
    const finding = findingOf(parcel, id);
    const rules = (finding?.rules ?? []).map((r) => verdictOf(r.verdict_here ?? r.verdict));
    const gap = !isMeasured(finding) && relationOf(id, finding) !== 'classify';
    const own = layerVerdict(id, finding) ?? rules.reduce(worse, 'allowed');
    return { id, finding, verdict: gap && own === 'allowed' ? 'unknown' : own };
  });
  const [first] = lines.sort((a, b) => rankOf(a.verdict) - rankOf(b.verdict) || (b.finding?.area_m2 ?? 0) - (a.finding?.area_m2 ?? 0));
  return first && first.verdict !== 'allowed' ? first : null;
}

function plotOf(parcel: ParcelReport, index: number, examined: Examined): Plot {
  const no = index + 1;
  return {
    index, no, id: parcel.id ?? '', name: parcel.name ?? '', parcel, verdict: shownVerdict(parcel, examined), complete: isComplete(parcel, examined),
    worst: worstLine(parcel, examined),
  };
}

function lineSum(id: string, parcels: ParcelReport[]): LineSum {
  const findings = parcels.map((p) => findingOf(p, id));
  const count = (...statuses: string[]) => findings.filter((f) => statuses.includes(statusOf(f))).length;
  const areas = findings.filter(isMeasured).map((f) => f?.area_m2);
  return { id, met: count('overlap'), slivers: count('sliver'), unknown: count('not_covered', 'unmeasured'), area_m2: areas.length ? sumOf(areas) : undefined };
}

/** The server's word for the whole file counts too, where it is the worse one. */
export function fileResult(report: Report, examined: Examined): FileResult {
  const parcels = report.parcels ?? [];
  const plots = parcels.map((p, i) => plotOf(p, i, examined));
  const counts = Object.fromEntries(VERDICTS.map((v) => [v, plots.filter((p) => p.verdict === v).length])) as Record<VerdictName, number>;
  const worst = plots.map((p) => p.verdict).reduce(worse, 'allowed');
  return {
    verdict: parcels.length ? worse(worst, verdictOf(report.verdict ?? worst)) : 'unknown',
    counts, plots, lines: examined.ids.map((id) => lineSum(id, parcels)),
    area_m2: sumOf(parcels.map((p) => p.area_m2)), incomplete: plots.some((p) => !p.complete),
  };
}

/** What a plot is called beside its number: its id where that says more, and its name. */
export function plotName(p: { no: number; id: string; name: string }): string {
  return [p.id === String(p.no) || p.id === p.name ? '' : p.id, p.name].filter(Boolean).join(' ');
}

function compare(by: PlotColumn, a: Plot, b: Plot): number {
  switch (by) {
    case 'no':
      return a.no - b.no;
    case 'name':
      return plotName(a).localeCompare(plotName(b), 'zh-CN', { numeric: true });
    case 'area':
      return (b.parcel.area_m2 ?? -1) - (a.parcel.area_m2 ?? -1);
    case 'verdict':
      return rankOf(a.verdict) - rankOf(b.verdict) || pressedArea(b.parcel) - pressedArea(a.parcel);
    case 'line':
      return (a.worst ? layerTitle(a.worst.id, a.worst.finding).text : '\uffff').localeCompare(b.worst ? layerTitle(b.worst.id, b.worst.finding).text : '\uffff', 'zh-CN');
  }
}

export interface PlotView {
  by: PlotColumn;
  down: boolean;
  verdict: VerdictName | '';
  text: string;
}

/** The plots to be listed, in their order; equal ones in that of the file. */
export function listedPlots(plots: readonly Plot[], { by, down, verdict, text }: PlotView): Plot[] {
  const wanted = text.trim().toLowerCase();
  const says = (p: Plot) => `${p.no} ${p.id} ${p.name} ${p.worst ? layerTitle(p.worst.id, p.worst.finding).text : ''}`.toLowerCase();
  return plots
    .filter((p) => (!verdict || p.verdict === verdict) && (!wanted || says(p).includes(wanted)))
    .sort((a, b) => (down ? -1 : 1) * compare(by, a, b) || a.no - b.no);
}
