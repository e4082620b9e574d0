/** The result of a check: of the whole file (file-result.ts), then of the plot that is chosen. Everything shown comes from the
 * server's report; nothing is measured or judged here. */

import { Fragment, render } from 'preact';
import type { CheckAnswer, Collection, LayerUsed, ParcelReport, Question, Report, ZoneElsewhere } from '../api';
import type { Project } from '../api-projects';
import { badge } from '../badge';
import { Held, h, type VNode } from '../component';
import { layerTitle, mustLayers } from '../control';
import { mayRename } from '../crs';
import { h as elementOf } from '../dom';
import { fixed, hectares, mu, squareMetres } from '../format';
import { lang, pick, t } from '../i18n';
import { fileResult, plotName, type FileResult, type Plot } from '../plots';
import { chosen, chosenPlot, showResult, shown, type Shown } from '../state';
import { examinedIn, findingOf, worstFirst } from '../verdict';
import { warningList } from '../warnings';
import { FileHead, FileLines, PlotTable } from './file-result';
import { ReportFiles } from './report-files';
import { claimWords, lineDetail, linesTable, notExamined } from './report-layer';

export interface ReportPanelOptions {
  /** Show a parcel, or its overlap with some layers, on the map. */
  onLook: (parcel: number, layers: string[]) => void;
  onClear: () => void;
  /** The same bytes, read in another zone. */
  onZone: (epsg: number) => void;
  onPrint: () => void;
  /** What is on screen was saved as a project. */
  onSaved: (project: Project, input: Blob | string) => void;
  className: (id: string | undefined) => string;
  collectionOf: (id: string) => Collection | undefined;
  /** Units are loaded, so that a parcel without one lies outside them. */
  hasUnits: () => boolean;
}

/** The panel of the result. What it shows is in the store (state.ts); here is what a click in it does. */
export class ReportPanel {
  readonly el = elementOf('div', { class: 'report', 'data-testid': 'report' });
  private readonly files = new ReportFiles((kept) => {
    const s = shown.value;
    if (s) shown.value = { ...s, report: kept, examined: examinedIn(kept, mustLayers()) }; // what is on screen is what was kept
  }, (project, input) => this.options.onSaved(project, input));

  constructor(private readonly options: ReportPanelOptions) {
    render(h(Result, { options, files: this.files, choose: (i) => this.choose(i) }), this.el);
  }

  /** `plot`: whose detail is opened; without it the worst. */
  show(answer: CheckAnswer, question: Question, plot?: number): void {
    const examined = examinedIn(answer.report, mustLayers());
    this.files.set(answer, question);
    showResult({ report: answer.report, examined, question, shapesError: null, elsewhere: [] },
      plot !== undefined && answer.report.parcels?.[plot] ? plot : worstFirst(answer.report.parcels ?? [], examined)[0] ?? 0);
  }

  setShapes(shapes: string | null, error: { text: string; lang: string } | null, elsewhere: readonly ZoneElsewhere[][] = []): void {
    if (!shown.value) return;
    shown.value = { ...shown.value, shapesError: error, elsewhere };
    this.files.setShapes(shapes);
  }

  clear(): void {
    showResult(null);
    this.files.clear();
  }

  /** Another plot of the file: by its place in the report. */
  choose(index: number): void {
    if (!shown.value?.report.parcels?.[index]) return;
    chosen.value = index;
    this.options.onLook(index, []);
  }
}

interface ResultProps {
  options: ReportPanelOptions;
  files: ReportFiles;
  choose: (index: number) => void;
}

/** The file first, then the one plot that is chosen. */
function Result({ options, files, choose }: ResultProps): VNode | null {
  const s = shown.value;
  const plot = chosenPlot.value;
  if (!s || !plot) return null;
  const result = fileResult(s.report, s.examined);
  const several = result.plots.length > 1;
  return h(
    Fragment,
    {},
    h('div', { 'aria-live': 'polite' }, h(FileHead, { shown: s, result })),
    several ? h(FileLines, { result }) : null,
    several ? h(PlotTable, { result, onChoose: choose }) : null,
    warningList(s.report.warnings ?? []),
    h(PlotDetail, { key: plot.index, s, result, index: plot.index, options, choose }),
    about(s.report, plot.parcel, options),
    h(Held, { make: () => files.el }),
    actions(s, options),
  );
}

// ---- the chosen plot

function PlotDetail({ s, result, index, options, choose }: { s: Shown; result: FileResult; index: number; options: ReportPanelOptions; choose: (i: number) => void }): VNode | null {
  const plot = result.plots[index];
  if (!plot) return null;
  const { parcel } = plot;
  return h(
    'section',
    { class: 'plot', 'aria-labelledby': 'plot-title', 'data-testid': 'plot', 'data-verdict': plot.verdict },
    plotHead(plot, result, choose),
    figures(parcel),
    place(s.report, parcel, options),
    zones(s, index, options),
    linesTable(parcel, s.examined),
    notExamined(s.report),
    todo(parcel),
    drafts(parcel),
    warningList(parcel.warnings ?? []),
    s.examined.ids.map((id) => lineDetail(id, parcel, s.examined, () => options.onLook(index, [id]))),
  );
}

/** Which plot it is, before anything is said of it. */
function plotHead(plot: Plot, result: FileResult, choose: (index: number) => void): VNode {
  const several = result.plots.length > 1;
  const summary = pick(plot.parcel.summary_zh, plot.parcel.summary_en);
  const step = (by: -1 | 1): VNode => h('button', {
    type: 'button', class: 'small', 'data-testid': by < 0 ? 'plot-previous' : 'plot-next', disabled: !result.plots[plot.index + by], onClick: () => choose(plot.index + by),
  }, t(by < 0 ? 'plot_previous' : 'plot_next'));
  return h(
    'header',
    { class: 'plot-head' },
    h('h4', { id: 'plot-title', 'data-testid': 'plot-title' }, several ? `${t('plot_title', { no: plot.no })} ` : '', h('span', {}, plotName(plot) || (several ? '' : t('plot_title', { no: 1 })))),
    several ? h('span', { class: 'plot-steps no-print' }, step(-1), step(1)) : null,
    several ? h('p', { class: 'plot-verdict' }, h('span', { class: 'muted' }, `${t('plot_verdict')} `), h('span', { 'data-testid': 'plot-verdict', 'data-verdict': plot.verdict }, badge(plot.verdict))) : null,
    summary.text ? h('p', { lang: summary.lang, 'data-testid': 'summary' }, summary.text) : null,
    several && !plot.complete ? h('p', { class: 'incomplete' }, t('r_incomplete')) : null,
  );
}

function figures(p: ParcelReport): VNode {
  return h(
    'p',
    { class: 'parcel-area' },
    `${t('r_parcel_area')} `,
    h('b', { 'data-testid': 'parcel-area', 'data-m2': p.area_m2 }, squareMetres(p.area_m2)),
    ` ${t('r_m2')} = ${hectares(p.area_m2)} ${t('r_ha')} = ${mu(p.area_m2)} ${t('r_mu')}`,
  );
}

/** Where the parcel lies, from the larger unit to the smaller. Reports of format 1 do not say. */
function place(r: Report, p: ParcelReport, options: ReportPanelOptions): VNode | null {
  if (!r.format || !p.units || typeof p.area_m2 !== 'number') return null;
  const kinds = [...new Set(p.units.map((u) => u.layer))];
  const names = kinds.map((kind) => {
    const of = p.units?.filter((u) => u.layer === kind) ?? [];
    return of.map((u) => `${u.name || u.code || ''}${of.length > 1 ? ` ${hectares(u.area_m2)} ${t('r_ha')}` : ''}`).join('、');
  });
  const text = names.length ? names.join(' › ') : t(options.hasUnits() ? 'r_place_outside' : 'r_place_unknown');
  return h('p', { class: 'parcel-place', 'data-testid': 'parcel-place' }, h('span', { class: 'muted' }, `${t('r_place')}${t('colon')}`), text);
}

/** By which other zones the plot would lie inside; one click where the officer himself named the zone. */
function zones(s: Shown, index: number, options: ReportPanelOptions): VNode | null {
  const list = s.elsewhere[index] ?? [];
  if (list.length === 0) return null;
  const words = (z: ZoneElsewhere) => t('zone_try', { width: z.width_deg, zone: z.zone, meridian: z.meridian_deg, place: z.place_zh ?? '' });
  const free = list.every((z) => mayRename(s.question.input.epsg, z.epsg));
  return h(
    'section',
    { class: 'note warn zones', 'data-testid': 'zones' },
    h('strong', {}, t(free ? 'zones_title' : 'zones_stated')),
    h('ul', {}, list.map((z) => h('li', { key: z.epsg }, free
      ? h('button', { type: 'button', class: 'small', 'data-testid': `zone-try-${z.epsg}`, onClick: () => options.onZone(z.epsg) }, words(z))
      : words(z)))),
  );
}

/** The papers that claims lack. */
function todo(p: ParcelReport): VNode | null {
  const list = p.todo ?? [];
  if (list.length === 0) return null;
  return h(
    'section',
    { class: 'note warn todo', 'data-testid': 'todo' },
    h('strong', {}, t('r_todo', { n: list.length })),
    h('ul', {}, list.map((x) => {
      const text = pick(x.zh, x.en);
      return h('li', { lang: text.lang }, text.text, h('span', { class: 'muted code' }, ` ${x.rule ?? ''}`));
    })),
  );
}

/** What would be answered under each draft: a notice beside the answer. */
function drafts(p: ParcelReport): VNode | null {
  const list = p.drafts ?? [];
  if (list.length === 0) return null;
  const alarm = list.some((d) => d.changes || !d.measured);
  return h(
    'section',
    { class: alarm ? 'note warn drafts' : 'note drafts', 'data-testid': 'drafts' },
    h('strong', {}, t('r_drafts')),
    h('ul', {}, list.map((d) => {
      const text = pick(d.zh, d.en);
      return h('li', { lang: text.lang }, text.text);
    })),
  );
}

function about(r: Report, p: ParcelReport, options: ReportPanelOptions): VNode {
  const ids = examinedIn(r).ids;
  const versions = ids.map((id) => versionRow(id, r.layers_used ?? [], p, options)).filter((v) => v !== null);
  const claims = (r.claims ?? []).map((c) => `${layerTitle(c.layer ?? '').text}${t('colon')}${claimWords(c).text}`);
  const rows: [string, string | undefined | null][] = [
    [t('r_class'), options.className(r.project_class)],
    [t('claims_made'), claims.join(lang() === 'zh' ? '；' : '; ')],
    [t('r_area_basis'), inOneLanguage(r.area_basis) || t('r_area_basis_default')],
    [t('r_standard_area'), withUnit(p.standard_area_m2)],
    [t('r_geodesic_area'), withUnit(p.geodesic_area_m2)],
    [t('f_declared'), withUnit(p.declared_area_m2)],
    ['CRS', [p.crs, pick(r.input?.crs_note ?? '', r.input?.crs_note_en ?? '').text].filter(Boolean).join(lang() === 'zh' ? '；' : '; ')],
    [t('r_engine'), r.engine ? `${r.engine.name ?? ''} ${r.engine.version ?? ''}` : ''],
    [t('keep_record'), r.record?.id ? `№ ${r.record.id} · ${r.record.sha256 ?? ''}` : ''],
    ['SHA-256', r.input?.sha256 ? `${r.input.sha256.slice(0, 16)}…` : ''],
  ];
  return h(
    'section',
    { class: 'about' },
    h('h4', {}, t('r_about')),
    h('dl', { class: 'facts' }, versions, rows.filter(([, v]) => v).map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)])),
    h('p', { class: 'muted', 'data-testid': 'disclaimer' }, pick(r.disclaimer_zh || t('r_disclaimer'), t('r_disclaimer')).text),
  );
}

function versionRow(line: string, used: LayerUsed[], p: ParcelReport, options: ReportPanelOptions): VNode[] | null {
  const finding = findingOf(p, line);
  const u = used.find((x) => x.layer === line);
  const version = u?.version ?? finding?.version;
  if (version === undefined || version === null) return null;
  const effective = u?.effective_from || finding?.effective_from || options.collectionOf(line)?.effective_from;
  const title = layerTitle(line, finding);
  const text = [t('layer_version', { v: version }), effective, u?.document_no, u?.document_no?.includes(u.label ?? '') ? '' : u?.label].filter(Boolean).join(' · ');
  return [h('dt', { lang: title.lang }, title.text), h('dd', {}, text)];
}

function actions(s: Shown, options: ReportPanelOptions): VNode {
  return h(
    'div',
    { class: 'actions no-print' },
    s.shapesError
      ? h('p', { class: 'note warn', role: 'alert' }, t('r_shapes_failed'), h('span', { lang: s.shapesError.lang }, s.shapesError.text))
      : null,
    h('button', { type: 'button', onClick: options.onPrint, 'data-testid': 'print' }, t('r_print')),
    h('button', { type: 'button', onClick: options.onClear, 'data-testid': 'clear-result' }, t('check_new')),
  );
}

/** "中文 / English" of the report: both stand there because reports are kept, and a page shows one. */
function inOneLanguage(text: string | undefined): string {
  const [zh = '', en = ''] = (text ?? '').split(' / ');
  return pick(zh, en).text;
}

function withUnit(m2: number | null | undefined): string {
  return typeof m2 === 'number' ? `${fixed(m2, 2)} ${t('r_m2')}` : '';
}
