/** Auditing a whole file of parcels: what is asked, and what came out. The figures are the server's. */

import { may, whyNot } from '../access';
import { ACCEPT } from '../accept';
import type { ProjectClass } from '../api';
import { MAX_UPLOAD_MB, getParcel, getResult, getRows, type AuditSummary, type Job, type ResultParcel, type RowsPage, type WorstCase } from '../api-jobs';
import { badgeElement } from '../badge';
import { asksForCrs } from '../crs';
import { fill, h } from '../dom';
import { fixed, hectares, percent } from '../format';
import { lang, onLang, pick, t } from '../i18n';
import { sentenceOf } from '../sentence';
import { drawn, h as component, render } from '../component';
import { warningList } from '../warnings';
import { controlLayers, layerTitle, relationOf, shortTitle } from '../control';
import { VERDICTS, verdictOf } from '../verdict';
import { ClaimsForm } from './claims';
import { crsQuestion } from './crs-question';
import { JobWork, downloads } from './job-work';
import { ResultRows } from './result-rows';

const WORST_STEP = 20;
const FIELDS = ['class_field', 'claim_field', 'id_field', 'layer'] as const;

export interface Place {
  lon: number;
  lat: number;
  area_m2: number | null;
  shape: GeoJSON.Feature | null;
}

export interface BatchPanelOptions {
  onPlace: (place: Place) => void;
  onClear: () => void;
  /** All parcels of a job on the map; null: of none. */
  onResults: (job: string | null, page: RowsPage | null) => void;
  /** One parcel, as it was audited, to be checked by itself. */
  onCheck: (parcel: ResultParcel) => void;
  className: (id: string | undefined) => string;
}

export class BatchPanel {
  readonly el = h('div', { class: 'batch', 'data-testid': 'batch-panel' });
  private readonly head = h('div', { class: 'check-form' });
  private readonly claims = new ClaimsForm('batch', () => undefined); // nothing is sent again by itself
  private readonly form = h('div', { class: 'check-form' });
  private readonly result = h('div', { class: 'audit-result', 'data-testid': 'batch-result' });
  private readonly work = new JobWork({
    kind: 'parcels',
    panel: 'batch',
    onDone: (job) => void this.show(job),
    onClear: () => this.clear(),
    question: (code) => this.crsQuestion(code),
  });
  private classes: ProjectClass[] = [];
  private projectClass = 'UNKNOWN';
  private fields: Record<(typeof FIELDS)[number], string> = { class_field: '', claim_field: '', id_field: '', layer: '' };
  private moreOpen = false;
  private file: File | null = null;
  private epsg: number | undefined;
  private summary: AuditSummary | null = null;
  /** The first rows of the table; null: this job has none to look at. */
  private page: RowsPage | null = null;
  private table: { of: string; el: HTMLElement } | null = null;
  private shown = WORST_STEP;
  private chosen = 0;
  private reason: { text: string; lang: string } | null = null;

  constructor(private readonly options: BatchPanelOptions) {
    this.el.append(this.head, this.claims.el, this.form, this.work.el, this.result, this.work.recent);
    onLang(() => this.render());
    this.render();
  }

  setClasses(classes: ProjectClass[]): void {
    this.classes = classes;
    this.claims.set(classes);
    this.renderForm();
  }

  openJob(id: string): void {
    void this.work.open(id);
  }

  opened(): void {
    void this.work.loadList();
  }

  takeFiles(files: FileList | File[] | null | undefined): void {
    const list = [...(files ?? [])];
    const file = list[0];
    if (!file) return;
    if (!may('jobs')) return; // the panel says why
    if (list.length > 1) return this.work.fail(t('batch_one_file'));
    if (file.size > MAX_UPLOAD_MB * 1048576) return this.work.fail(t('batch_too_big', { n: MAX_UPLOAD_MB }));
    this.file = file;
    this.epsg = undefined;
    this.start();
  }

  private start(): void {
    const { file } = this;
    if (!file) return;
    const claims = this.claims.ask();
    if (!claims) return this.work.fail(t('claims_unsent'));
    void this.work.start({
      name: file.name,
      class: this.projectClass === 'UNKNOWN' ? '' : this.projectClass,
      claim: claims.join(';'),
      crs: this.epsg ? `EPSG:${this.epsg}` : '',
      formats: 'gpkg,xlsx,csv',
      ...this.fields,
    }, file);
  }

  private crsQuestion(code: string): HTMLElement | null {
    if (!this.file || !asksForCrs(code, this.epsg)) return null;
    return crsQuestion('batch-crs', code, this.epsg, (epsg) => {
      this.epsg = epsg;
      this.start();
    });
  }

  private clear(): void {
    this.summary = this.page = this.table = this.reason = null;
    this.chosen = 0;
    this.shown = WORST_STEP;
    this.options.onClear();
    this.options.onResults(null, null);
    fill(this.result);
    this.renderForm();
  }

  private async show(job: Job): Promise<void> {
    try {
      const first = getRows(job.id, { filter: '', sortby: '', limit: 100, offset: 0 }).catch(() => null); // of an earlier server's job there are none
      const [summary, page] = await Promise.all([getResult<AuditSummary>(job), first]);
      if (this.work.shown?.id !== job.id) return;
      this.summary = summary;
      this.page = page;
      this.options.onResults(job.id, page);
      this.render();
    } catch (error) {
      this.work.fail(sentenceOf(error).text);
    }
  }

  // ---- the form

  private render(): void {
    this.renderForm();
    this.renderResult();
  }

  private renderForm(): void {
    const focused = this.form.contains(document.activeElement) ? document.activeElement?.id : '';
    const file = h('input', {
      type: 'file', id: 'batch-file-input', class: 'visually-hidden', tabindex: -1, 'data-testid': 'batch-file-input',
      'aria-label': t('batch_file'), accept: ACCEPT,
      onchange: (e: Event) => {
        const input = e.target as HTMLInputElement;
        this.takeFiles(input.files);
        input.value = '';
      },
    });
    const inHead = this.head.contains(document.activeElement);
    const headId = inHead ? document.activeElement?.id : '';
    fill(this.head, this.summary ? null : h('p', { class: 'muted' }, t('batch_intro', { n: MAX_UPLOAD_MB })), this.classSelect());
    if (headId) document.getElementById(headId)?.focus();
    fill(
      this.form,
      whyNot('jobs') ?? h('div', { class: 'button-row' }, file, h('button', {
        type: 'button', id: 'batch-file-button', class: 'primary', 'data-testid': 'batch-file', onclick: () => file.click(),
      }, t('batch_file'))),
      this.more(),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  private classSelect(): HTMLElement {
    const select = h(
      'select',
      {
        id: 'batch-class', 'data-testid': 'batch-class',
        onchange: (e: Event) => (this.projectClass = (e.target as HTMLSelectElement).value),
      },
      this.classes.map((c) => h('option', { value: c.id }, this.options.className(c.id))),
    );
    select.value = this.projectClass;
    return h('div', { class: 'field' }, h('label', { for: 'batch-class' }, t('check_class')), select);
  }

  private more(): HTMLElement {
    const details = h(
      'details',
      { 'data-testid': 'batch-more', ontoggle: (e: Event) => (this.moreOpen = (e.target as HTMLDetailsElement).open) },
      h('summary', {}, t('batch_more')),
      FIELDS.map((key) => {
        const input = h('input', {
          type: 'text', id: `batch-${key}`, maxlength: 60, autocomplete: 'off', 'data-testid': `batch-${key}`,
          'aria-describedby': `batch-${key}-hint`, oninput: (e: Event) => (this.fields[key] = (e.target as HTMLInputElement).value),
        });
        input.value = this.fields[key];
        return [
          h('div', { class: 'field' }, h('label', { for: `batch-${key}` }, t(`batch_${key}`)), input),
          h('p', { class: 'muted hint', id: `batch-${key}-hint` }, t(`batch_${key}_hint`)),
        ];
      }),
    );
    details.open = this.moreOpen;
    return details;
  }

  // ---- the result

  private renderResult(): void {
    const { summary } = this;
    const job = this.work.shown;
    if (!summary || !job) return;
    const focused = this.result.contains(document.activeElement) ? document.activeElement?.id : '';
    fill(
      this.result,
      h('h3', { class: 'audit-title', 'data-testid': 'batch-title' }, `${job.name ?? ''} · ${t('batch_parcels', { n: fixed(summary.n_parcels, 0) })}`),
      h('p', { class: 'muted', 'data-testid': 'batch-result-class' }, `${t('check_class')}${t('colon')}${this.options.className(job.project_class || undefined)}`),
      summary.synthetic ? h('p', { class: 'sample-line' }, t('synthetic_notice')) : null,
      summary.crs_guessed ? h('div', { class: 'note warn', 'data-testid': 'batch-crs-guessed' }, t('batch_crs_guessed', { epsg: summary.crs_guessed }), this.otherCrs(summary.crs_guessed)) : null,
      drawn(warningList(summary.notes ?? [])),
      this.reused(job),
      this.verdicts(summary),
      summary.n_unmeasured > 0 ? h('p', { class: 'note warn', 'data-testid': 'batch-unmeasured' }, t('batch_unmeasured', { n: fixed(summary.n_unmeasured, 0) })) : null,
      downloads(job, [['xlsx', 'Excel'], ['gpkg', 'GeoPackage'], ['csv', 'CSV'], ['html', t('job_summary_page')]]),
      this.again(job),
      this.rows(job, summary) ?? this.worst(summary),
      this.lines(summary),
      this.regions(summary),
      h('p', { class: 'muted' }, t('r_disclaimer_short')),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  /** The same file against the lines of today. */
  private again(job: Job): HTMLElement | null {
    if (!job.repeatable || !may('jobs')) return null;
    return h(
      'div',
      { class: 'again no-print' },
      h('button', {
        type: 'button', id: 'batch-again', 'data-testid': 'batch-again', 'aria-describedby': 'batch-again-hint',
        onclick: () => void this.work.start({ since: job.id }, null),
      }, t('batch_again')),
      h('p', { class: 'muted hint', id: 'batch-again-hint' }, t('batch_again_hint')),
    );
  }

  /** Of a run that went on from an earlier one: what stood, or why nothing could. */
  private reused(job: Job): HTMLElement | null {
    const o = job.outcome ?? {};
    const why = pick(String(o['since_zh'] ?? ''), String(o['since_en'] ?? ''));
    const n = Number(o['n_reused'] ?? 0);
    const all = Number(o['n_parcels'] ?? 0);
    const text = why.text ? t('batch_again_all', { why: why.text }) : n ? t('batch_again_some', { n: fixed(n, 0), m: fixed(all - n, 0) }) : '';
    return text ? h('p', { class: 'note', 'data-testid': 'batch-reused' }, text) : null;
  }

  /** Only while the file is still at hand. */
  private otherCrs(guessed: number): HTMLElement | null {
    if (!this.file || this.work.shown?.name !== this.file.name) return null;
    return crsQuestion('batch-crs', '', guessed, (epsg) => {
      this.epsg = epsg;
      this.start();
    });
  }

  private verdicts(s: AuditSummary): HTMLElement {
    return h(
      'table',
      { class: 'mini counts' },
      h('caption', {}, t('batch_verdicts')),
      h('tbody', {}, VERDICTS.map((v) => {
        const n = s.verdicts[v] ?? 0;
        const share = s.n_parcels ? n / s.n_parcels : 0;
        const bar = h('span', { class: `count-bar v-${v}`, 'aria-hidden': 'true' });
        bar.style.width = `${n ? Math.max(1, share * 100) : 0}%`;
        return h(
          'tr',
          { 'data-testid': `count-${v}`, 'data-n': n },
          h('th', { scope: 'row' }, badgeElement(v)),
          h('td', { class: 'count-cell' }, bar),
          h('td', {}, fixed(n, 0)),
          h('td', { class: 'muted' }, percent(share)),
        );
      })),
    );
  }

  private lines(s: AuditSummary): HTMLElement {
    const columns = ['overlap', 'sliver', 'clear', 'not_covered', 'unmeasured'] as const;
    return h(
      'table',
      { class: 'mini lines-count', 'data-testid': 'batch-lines' },
      h('caption', {}, t('batch_lines')),
      h('thead', {}, h('tr', {}, h('td', {}), columns.map((c) => h('th', { scope: 'col' }, t(`s_${c}`))))),
      h('tbody', {}, s.lines.map((l) => {
        const title = layerTitle(l.layer);
        return h('tr', {}, h('th', { scope: 'row', lang: title.lang }, title.text), columns.map((c) => h('td', {}, fixed(l[c] ?? 0, 0))));
      })),
    );
  }

  private regions(s: AuditSummary): HTMLElement {
    const sums = new Map<string, { n: number; bad: number; unknown: number }>();
    for (const g of s.groups) {
      const name = g.prefecture_name || g.prefecture || t('batch_no_region');
      const sum = sums.get(name) ?? { n: 0, bad: 0, unknown: 0 };
      sum.n += g.n;
      sum.bad += g.verdicts['prohibited'] ?? 0;
      sum.unknown += g.verdicts['unknown'] ?? 0;
      sums.set(name, sum);
    }
    return h(
      'details',
      { class: 'regions' },
      h('summary', {}, `${t('batch_regions')}（${sums.size}）`),
      h(
        'table',
        { class: 'mini' },
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('batch_region')), h('th', { scope: 'col', class: 'num' }, t('batch_n')),
          h('th', { scope: 'col', class: 'num' }, t('v_prohibited')), h('th', { scope: 'col', class: 'num' }, t('v_unknown')))),
        h('tbody', {}, [...sums].sort((a, b) => b[1].bad - a[1].bad || b[1].n - a[1].n).map(([name, x]) =>
          h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, fixed(x.n, 0)), h('td', {}, fixed(x.bad, 0)), h('td', {}, fixed(x.unknown, 0))))),
      ),
    );
  }

  private worst(s: AuditSummary): HTMLElement | null {
    if (s.worst.length === 0) return null;
    const left = s.worst.length - this.shown;
    return h(
      'section',
      { class: 'worst' },
      h('h4', { id: 'worst-title' }, t('batch_worst')),
      h('ul', { class: 'rows', 'aria-labelledby': 'worst-title', 'data-testid': 'worst-list' }, s.worst.slice(0, this.shown).map((c) => this.worstRow(c))),
      left > 0 ? h('button', { type: 'button', id: 'worst-more', class: 'small', onclick: () => {
        this.shown += WORST_STEP;
        this.renderResult();
      } }, t('batch_worst_more', { n: left })) : null,
      left <= 0 && s.n_parcels > s.worst.length ? h('p', { class: 'muted' }, t('batch_worst_rest')) : null,
    );
  }

  private worstRow(c: WorstCase): HTMLElement {
    const v = verdictOf(c.verdict);
    const lines = Object.keys(c.overlaps).filter((id) => relationOf(id) === 'exclude');
    const order = controlLayers().map((l) => l.id);
    const pressed = lines.filter((id) => (c.overlaps[id] ?? 0) > 0).sort((a, b) => order.indexOf(a) - order.indexOf(b))
      .map((id) => `${shortTitle(id)} ${hectares(c.overlaps[id])} ${t('r_ha')}`);
    const gap = lines.filter((id) => c.overlaps[id] === null).map(shortTitle);
    const none = gap.length ? t('short_gap', { names: gap.join('、') }) : t('short_none');
    const measured = c.area_m2 !== null;
    const on = this.chosen === c.position;
    return h(
      'li',
      {},
      h(
        'button',
        {
          type: 'button', class: 'row-button', id: `worst-${c.position}`, 'data-testid': 'worst-case', 'aria-pressed': String(on),
          onclick: () => void this.choose(c.position, c),
        },
        badgeElement(v),
        h('span', { class: 'row-name' }, c.id),
        h('span', { class: 'muted row-pressed' }, measured ? pressed.join('，') || none : t('s_unmeasured')),
      ),
      on ? this.why() : null,
    );
  }

  private why(): HTMLElement | null {
    return this.reason ? h('p', { class: 'note', lang: this.reason.lang, 'data-testid': 'worst-reason' }, this.reason.text) : null;
  }

  /** The table is kept while it is the same: where it is scrolled to belongs to who looks at it. */
  private rows(job: Job, summary: AuditSummary): HTMLElement | null {
    const first = this.page;
    if (!first) return null;
    const of = `${job.id} ${lang()} ${this.chosen} ${this.classes.length}`;
    const view = component(ResultRows, {
      job: job.id, summary, first, chosen: this.chosen, className: this.options.className,
      onChoose: (fid) => void this.choose(fid), onCheck: (fid) => void this.check(fid),
    });
    if (!this.table) this.table = { of: '', el: h('div', {}) };
    if (this.table.of !== of) render(view, this.table.el);
    this.table.of = of;
    return h('div', {}, this.table.el, this.why());
  }

  /** A parcel that was pointed at on the map. */
  chooseRow(fid: number): void {
    void this.choose(fid);
  }

  private async choose(fid: number, known?: WorstCase): Promise<void> {
    const job = this.work.shown;
    if (!job) return;
    this.chosen = fid;
    this.reason = null;
    this.renderResult();
    const parcel = await getParcel(job.id, fid).catch(() => null);
    if (this.chosen !== fid || this.work.shown?.id !== job.id) return;
    const why = pick(String(parcel?.reason_zh ?? ''), String(parcel?.reason_en ?? ''));
    const placeless = !parcel?.geometry && (known?.lon ?? null) === null;
    this.reason = why.text ? why : placeless ? pick(t('batch_no_place'), t('batch_no_place')) : null;
    this.renderResult();
    if (parcel?.geometry) this.options.onPlace({ lon: 0, lat: 0, area_m2: null, shape: parcel as GeoJSON.Feature });
    else if (known && known.lon !== null && known.lat !== null) this.options.onPlace({ lon: known.lon, lat: known.lat, area_m2: known.area_m2, shape: null });
  }

  /** The same parcel, class and claims through the door of a single check, with all that a report says. */
  private async check(fid: number): Promise<void> {
    const job = this.work.shown;
    if (!job) return;
    try {
      const parcel = await getParcel(job.id, fid);
      if (this.work.shown?.id !== job.id) return;
      if (parcel.geometry) return this.options.onCheck(parcel);
      this.chosen = fid;
      this.reason = pick(t('rows_no_shape'), t('rows_no_shape'));
      this.renderResult();
    } catch (error) {
      this.work.fail(sentenceOf(error).text);
    }
  }
}
