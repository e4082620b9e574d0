/** The result of a check. Everything shown comes from the server's report; nothing is measured or judged here. */

import type { CheckAnswer, Collection, LayerUsed, ParcelReport, Question, Report } from '../api';
import { layerTitle, mustLayers } from '../control';
import { fill, h } from '../dom';
import { fixed, hectares, mu, squareMetres } from '../format';
import { lang, onLang, pick, t } from '../i18n';
import { VERDICT_SIGN, examinedIn, findingOf, isComplete, shownVerdict, worstFirst, type Examined } from '../verdict';
import { warningList } from '../warnings';
import type { Project } from '../api-projects';
import { ReportFiles } from './report-files';
import { claimWords, lineDetail, linesTable, notExamined } from './report-layer';

export interface ReportPanelOptions {
  /** Show a parcel, or its overlap with some layers, on the map. */
  onLook: (parcel: number, layers: string[]) => void;
  onClear: () => void;
  onPrint: () => void;
  /** What is on screen was saved as a project. */
  onSaved: (project: Project, input: Blob | string) => void;
  className: (id: string | undefined) => string;
  collectionOf: (id: string) => Collection | undefined;
  /** Units are loaded, so that a parcel without one lies outside them. */
  hasUnits: () => boolean;
}

interface Shown {
  report: Report;
  examined: Examined;
  name: string;
  asOf: string;
  shapesError: { text: string; lang: string } | null;
}

export class ReportPanel {
  readonly el = h('div', { class: 'report', 'data-testid': 'report', 'aria-live': 'polite' });
  private shown: Shown | null = null;
  private selected = 0;
  private readonly files = new ReportFiles((kept) => {
    if (!this.shown) return;
    this.shown.report = kept; // what is on screen is what was kept
    this.shown.examined = examinedIn(kept, mustLayers());
    this.render();
  }, (project, input) => this.options.onSaved(project, input));

  constructor(private readonly options: ReportPanelOptions) {
    onLang(() => this.render());
  }

  show(answer: CheckAnswer, question: Question): void {
    const examined = examinedIn(answer.report, mustLayers());
    this.shown = { report: answer.report, examined, name: question.input.name, asOf: question.asOf ?? '', shapesError: null };
    this.selected = worstFirst(answer.report.parcels ?? [], examined)[0] ?? 0;
    this.files.set(answer, question);
    this.render();
  }

  setShapes(shapes: string | null, error: { text: string; lang: string } | null): void {
    if (!this.shown) return;
    this.shown.shapesError = error;
    this.files.setShapes(shapes);
    this.render();
  }

  clear(): void {
    this.shown = null;
    this.files.clear();
    this.render();
  }

  get selectedParcel(): { index: number; parcel: ParcelReport } | null {
    const parcel = this.shown?.report.parcels?.[this.selected];
    return parcel ? { index: this.selected, parcel } : null;
  }

  private render(): void {
    const s = this.shown;
    const parcels = s?.report.parcels ?? [];
    const parcel = parcels[this.selected];
    if (!s || !parcel) {
      fill(this.el);
      return;
    }
    fill(
      this.el,
      this.head(s, parcel),
      parcels.length > 1 ? this.parcelList(parcels, s.examined) : null,
      this.figures(parcel),
      this.place(s.report, parcel),
      linesTable(parcel, s.examined),
      notExamined(s.report),
      this.todo(parcel),
      this.drafts(parcel),
      warningList([...(s.report.warnings ?? []), ...(parcel.warnings ?? [])]),
      s.examined.ids.map((id) => lineDetail(id, parcel, s.examined, () => this.options.onLook(this.selected, [id]))),
      this.about(s.report, parcel),
      this.files.el,
      this.actions(s),
    );
  }

  private head(s: Shown, parcel: ParcelReport): HTMLElement {
    const verdict = shownVerdict(parcel, s.examined);
    const summary = pick(parcel.summary_zh, parcel.summary_en);
    const synthetic = s.report.synthetic || parcel.layers?.some((l) => l.synthetic);
    return h(
      'div',
      { class: `verdict v-${verdict}`, 'data-testid': 'verdict', 'data-verdict': verdict },
      h(
        'div',
        { class: 'verdict-line' },
        h(
          'strong',
          { class: 'badge' },
          h('span', { 'aria-hidden': 'true' }, VERDICT_SIGN[verdict]),
          h('span', { class: 'visually-hidden' }, `${t('r_verdict')}${t('colon')}`),
          t(`v_${verdict}`),
        ),
        h('span', { class: 'for' }, h('span', { class: 'muted' }, `${t('r_result_for')} `), s.name),
      ),
      s.asOf ? h('p', { class: 'as-of', 'data-testid': 'result-as-of' }, t('as_of_result', { day: s.asOf })) : null,
      summary.text ? h('p', { lang: summary.lang, 'data-testid': 'summary' }, summary.text) : null,
      isComplete(parcel, s.examined) ? null : h('p', { class: 'incomplete', 'data-testid': 'incomplete' }, t('r_incomplete')),
      synthetic ? h('p', { class: 'sample-line', 'data-testid': 'result-synthetic' }, t('synthetic_notice')) : null,
      h('p', { class: 'muted' }, t('r_disclaimer_short')),
    );
  }

  private parcelList(parcels: ParcelReport[], examined: Examined): HTMLElement {
    return h(
      'div',
      { class: 'parcels' },
      h('h4', { id: 'parcels-title' }, t('r_parcels', { n: parcels.length })),
      h(
        'ul',
        { 'aria-labelledby': 'parcels-title', 'data-testid': 'parcel-list' },
        worstFirst(parcels, examined).map((i) => {
          const p = parcels[i] ?? {};
          const v = shownVerdict(p, examined);
          return h(
            'li',
            {},
            h(
              'button',
              {
                type: 'button', id: `parcel-${i}`, 'data-testid': `parcel-${i}`, 'aria-pressed': String(i === this.selected),
                onclick: () => {
                  this.selected = i;
                  this.render();
                  this.options.onLook(i, []);
                  document.getElementById(`parcel-${i}`)?.focus();
                },
              },
              h('span', { class: `badge small v-${v}` }, t(`v_${v}`)),
              h('span', { class: 'parcel-name' }, p.name || p.id || `${i + 1}`),
              h('span', { class: 'muted' }, `${hectares(p.area_m2)} ${t('r_ha')}`),
            ),
          );
        }),
      ),
    );
  }

  private figures(p: ParcelReport): HTMLElement {
    const label = p.name || p.id;
    return h(
      'p',
      { class: 'parcel-area' },
      label ? h('strong', {}, `${label}　`) : null,
      `${t('r_parcel_area')} `,
      h('b', { 'data-testid': 'parcel-area', 'data-m2': p.area_m2 }, squareMetres(p.area_m2)),
      ` ${t('r_m2')} = ${hectares(p.area_m2)} ${t('r_ha')} = ${mu(p.area_m2)} ${t('r_mu')}`,
    );
  }

  /** Where the parcel lies, from the larger unit to the smaller. Reports of format 1 do not say. */
  private place(r: Report, p: ParcelReport): HTMLElement | null {
    if (!r.format || !p.units || typeof p.area_m2 !== 'number') return null;
    const kinds = [...new Set(p.units.map((u) => u.layer))];
    const names = kinds.map((kind) => {
      const of = p.units?.filter((u) => u.layer === kind) ?? [];
      return of.map((u) => `${u.name || u.code || ''}${of.length > 1 ? ` ${hectares(u.area_m2)} ${t('r_ha')}` : ''}`).join('、');
    });
    const text = names.length ? names.join(' › ') : t(this.options.hasUnits() ? 'r_place_outside' : 'r_place_unknown');
    return h('p', { class: 'parcel-place', 'data-testid': 'parcel-place' }, h('span', { class: 'muted' }, `${t('r_place')}${t('colon')}`), text);
  }

  /** The papers that claims lack. */
  private todo(p: ParcelReport): HTMLElement | null {
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
  private drafts(p: ParcelReport): HTMLElement | null {
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

  private about(r: Report, p: ParcelReport): HTMLElement {
    const ids = examinedIn(r).ids;
    const versions = ids.map((id) => this.versionRow(id, r.layers_used ?? [], p)).filter((v) => v !== null);
    const claims = (r.claims ?? []).map((c) => `${layerTitle(c.layer ?? '').text}${t('colon')}${claimWords(c).text}`);
    const rows: [string, string | undefined | null][] = [
      [t('r_class'), this.options.className(r.project_class)],
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

  private versionRow(line: string, used: LayerUsed[], p: ParcelReport): HTMLElement[] | null {
    const finding = findingOf(p, line);
    const u = used.find((x) => x.layer === line);
    const version = u?.version ?? finding?.version;
    if (version === undefined || version === null) return null;
    const effective = u?.effective_from || finding?.effective_from || this.options.collectionOf(line)?.effective_from;
    const title = layerTitle(line, finding);
    const text = [t('layer_version', { v: version }), effective, u?.document_no, u?.document_no?.includes(u.label ?? '') ? '' : u?.label].filter(Boolean).join(' · ');
    return [h('dt', { lang: title.lang }, title.text), h('dd', {}, text)];
  }

  private actions(s: Shown): HTMLElement {
    return h(
      'div',
      { class: 'actions no-print' },
      s.shapesError
        ? h('p', { class: 'note warn', role: 'alert' }, t('r_shapes_failed'), h('span', { lang: s.shapesError.lang }, s.shapesError.text))
        : null,
      h('button', { type: 'button', onclick: this.options.onPrint, 'data-testid': 'print' }, t('r_print')),
      h('button', { type: 'button', onclick: this.options.onClear, 'data-testid': 'clear-result' }, t('check_new')),
    );
  }
}

/** "中文 / English" of the report: both stand there because reports are kept, and a page shows one. */
function inOneLanguage(text: string | undefined): string {
  const [zh = '', en = ''] = (text ?? '').split(' / ');
  return pick(zh, en).text;
}

function withUnit(m2: number | null | undefined): string {
  return typeof m2 === 'number' ? `${fixed(m2, 2)} ${t('r_m2')}` : '';
}
