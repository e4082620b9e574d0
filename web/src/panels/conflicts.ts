/** Where the layers do not lie to each other as their definitions say, worst first, and the figures of the plan. */

import { whyNot } from '../access';
import type { Collection } from '../api';
import { getResult, getShapes, type Job, type LineFinding, type LineRelation, type LinesSummary, type PlanFigures } from '../api-jobs';
import { fill, h } from '../dom';
import { hectares, fixed, percent, squareMetres } from '../format';
import { onLang, pick, plainTitle, t, type TextKey } from '../i18n';
import { controlLayers, shortTitle, zoneTitle } from '../control';
import { sentenceOf } from '../sentence';
import type { Place } from './batch';
import { JobWork, downloads } from './job-work';

const STEP = 30;
const CHANGES: Record<string, TextKey> = { new: 'change_new', still: 'change_still', fixed: 'change_fixed' };
const KINDS: Record<string, TextKey> = {
  'lines-cross': 'kind_lines_cross', 'spaces-cross': 'kind_spaces_cross', 'sub-zones-cross': 'kind_sub_zones_cross',
  'features-cross': 'kind_features_cross', duplicate: 'kind_duplicate', gap: 'kind_gap', outside: 'kind_outside',
  'wrong-prefecture': 'kind_wrong_prefecture', 'declared-area': 'kind_declared_area', 'incomplete-layer': 'kind_incomplete_layer',
  'sub-zone-gap': 'kind_sub_zone_gap', 'sub-zone-outside': 'kind_sub_zone_outside', 'outside-county': 'kind_outside_county',
  'outside-own-space': 'kind_outside_own_space', 'not-nested': 'kind_not_nested', 'invalid-geometry': 'kind_invalid_geometry', 'official-total': 'kind_official_total',
};

export interface ConflictsPanelOptions {
  onPlace: (place: Place) => void;
  onClear: () => void;
  collectionOf: (id: string) => Collection | undefined;
}

export class ConflictsPanel {
  readonly el = h('div', { class: 'conflicts', 'data-testid': 'conflicts-panel' });
  private readonly form = h('div', { class: 'check-form' });
  private readonly result = h('div', { class: 'audit-result', 'data-testid': 'conflicts-result' });
  private readonly figuresBox = h('section', { class: 'figures' });
  private readonly work = new JobWork({ kind: 'lines', panel: 'conflicts', onDone: (job) => void this.show(job), onClear: () => this.clear() });
  private readonly figuresWork = new JobWork({
    kind: 'figures', onDone: (job) => void this.showFigures(job), onClear: () => (this.figures = null),
  });
  private summary: LinesSummary | null = null;
  private figures: PlanFigures | null = null;
  private shapes: Promise<Map<string, GeoJSON.Feature> | null> | null = null;
  private kind = '';
  private slivers = false;
  private spaces = false;
  private shown = STEP;
  private chosen = '';

  constructor(private readonly options: ConflictsPanelOptions) {
    this.el.append(this.form, this.work.el, this.result, this.work.recent, this.figuresBox);
    onLang(() => this.render());
    this.render();
  }

  /** The newest result that is kept is shown at once: nobody should have to run it again to look at it. */
  openJob(id: string): void {
    void this.work.open(id);
  }

  async opened(): Promise<void> {
    const job = await this.work.loadList();
    if (!this.work.shown && !this.work.busy && job?.state === 'done') void this.work.adopt(job);
  }

  private clear(): void {
    this.summary = this.shapes = null;
    this.chosen = '';
    this.kind = '';
    this.shown = STEP;
    this.options.onClear();
    this.render();
  }

  private async show(job: Job): Promise<void> {
    try {
      const summary = await getResult<LinesSummary>(job);
      if (this.work.shown?.id !== job.id) return;
      this.summary = summary;
      this.render();
    } catch (error) {
      this.work.fail(sentenceOf(error).text);
    }
  }

  private async showFigures(job: Job): Promise<void> {
    try {
      this.figures = await getResult<PlanFigures>(job);
      this.renderFigures();
    } catch (error) {
      this.figuresWork.fail(sentenceOf(error).text);
    }
  }

  private render(): void {
    this.renderForm();
    this.renderResult();
    this.renderFigures();
  }

  private renderForm(): void {
    const asked = () => ({ within_spaces: this.spaces ? '1' : '' });
    const compare = this.filePicker('compare', '.csv,.gpkg,.geojsonl', (f) => ({ name: f.name, ...asked() }));
    const official = this.filePicker('official', '.csv,.json', (f) => ({ name: f.name, body: 'official', ...asked() }));
    const spaces = h('input', {
      type: 'checkbox', id: 'conflict-spaces', 'data-testid': 'conflict-spaces',
      onchange: (e: Event) => (this.spaces = (e.target as HTMLInputElement).checked),
    });
    spaces.checked = this.spaces;
    fill(
      this.form,
      this.summary ? null : h('p', { class: 'muted' }, t('conflicts_intro')),
      whyNot('jobs') ?? h(
        'div',
        { class: 'button-row wrapped' },
        compare,
        official,
        h('button', { type: 'button', id: 'conflicts-run', class: 'primary', 'data-testid': 'conflicts-run', onclick: () => void this.work.start(asked(), null) }, t('conflicts_run')),
        h('button', { type: 'button', id: 'conflicts-compare', onclick: () => compare.click() }, t('conflicts_compare')),
        h('button', { type: 'button', id: 'conflicts-official', title: t('conflicts_official_hint'), onclick: () => official.click() }, t('conflicts_official')),
      ),
      h('label', { class: 'check-label', for: 'conflict-spaces' }, spaces, t('conflicts_spaces')),
    );
  }

  /** A hidden file input; the chosen file goes with a new job. */
  private filePicker(name: 'compare' | 'official', accept: string, query: (f: File) => Record<string, string>): HTMLInputElement {
    return h('input', {
      type: 'file', class: 'visually-hidden', tabindex: -1, 'data-testid': `${name}-input`, 'aria-label': t(`conflicts_${name}`), accept,
      onchange: (e: Event) => {
        const input = e.target as HTMLInputElement;
        const chosen = input.files?.[0];
        if (chosen) void this.work.start(query(chosen), chosen);
        input.value = '';
      },
    });
  }

  // ---- findings

  private kindName(f: { kind: string; zh?: string; kind_zh?: string }): string {
    const key = KINDS[f.kind];
    return key ? t(key) : f.zh ?? f.kind_zh ?? f.kind;
  }

  private renderResult(): void {
    const { summary: s } = this;
    const job = this.work.shown;
    if (!s || !job) return fill(this.result);
    const focused = this.result.contains(document.activeElement) ? document.activeElement?.id : '';
    const list = s.findings.filter((f) => (this.kind === '' || f.kind === this.kind) && (this.slivers || !f.sliver || f.change === 'fixed'));
    const left = list.length - this.shown;
    fill(
      this.result,
      h('h3', { class: 'audit-title', 'data-testid': 'conflicts-title', 'data-n': s.n_findings }, s.n_findings ? t('conflicts_found', { n: fixed(s.n_findings, 0) }) : t('conflicts_none'),
        s.compared ? h('span', { class: 'muted' }, ` ${t('conflicts_compared', { a: s.n_new, b: s.n_still, c: s.n_fixed })}`) : null),
      s.synthetic ? h('p', { class: 'sample-line' }, t('synthetic_notice')) : null,
      downloads(job, [['gpkg', 'GeoPackage'], ['csv', 'CSV'], ['geojsonl', 'GeoJSONL'], ['html', t('job_summary_page')]]),
      whyNot('jobs') ? null : h('button', {
        type: 'button', id: 'conflicts-again', class: 'small no-print', 'data-testid': 'conflicts-again',
        onclick: () => void this.work.start({ compare: job.id, within_spaces: this.spaces ? '1' : '' }, null),
      }, t('conflicts_again')),
      this.relations(s.relations ?? []),
      s.findings.length ? this.filters(s) : null,
      h('ul', { class: 'rows', 'data-testid': 'findings' }, list.slice(0, this.shown).map((f) => this.row(f))),
      left > 0 ? h('button', { type: 'button', id: 'findings-more', class: 'small', onclick: () => {
        this.shown += STEP;
        this.renderResult();
      } }, t('conflicts_more', { n: left })) : null,
      s.n_findings > s.findings.length ? h('p', { class: 'muted' }, t('conflicts_listed')) : null,
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  private filters(s: LinesSummary): HTMLElement {
    const select = h(
      'select',
      { id: 'conflict-kind', 'data-testid': 'conflict-kind', onchange: (e: Event) => {
        this.kind = (e.target as HTMLSelectElement).value;
        this.shown = STEP;
        this.renderResult();
      } },
      h('option', { value: '' }, t('conflicts_all', { n: s.n_findings })),
      s.kinds.map((k) => h('option', { value: k.kind }, `${this.kindName(k)}（${k.n}）`)),
    );
    select.value = this.kind;
    const box = h('input', { type: 'checkbox', id: 'conflict-slivers', 'data-testid': 'conflict-slivers', onchange: (e: Event) => {
      this.slivers = (e.target as HTMLInputElement).checked;
      this.renderResult();
    } });
    box.checked = this.slivers;
    return h(
      'div',
      { class: 'field' },
      h('label', { for: 'conflict-kind', class: 'visually-hidden' }, t('conflicts_kind')),
      select,
      s.n_slivers ? h('label', { class: 'check-label', for: 'conflict-slivers' }, box, t('conflicts_slivers', { n: s.n_slivers })) : null,
    );
  }

  // ---- how the layers lie to each other

  /** A layer that holds no data has no collection, but a title all the same. */
  private relatedName(id: string, zh: string): string {
    const line = controlLayers().find((l) => l.id === id);
    return line ? plainTitle(pick(line.title_zh, line.title_en)).text : pick(zh, id).text;
  }

  private relationName(r: LineRelation): string {
    const names = { a: this.relatedName(r.layer_a, r.title_a), b: this.relatedName(r.layer_b, r.title_b) };
    return t(r.relation === 'tile' && r.layer_a.includes(',') ? 'relation_cover' : `relation_${r.relation}`, names);
  }

  /** What was not examined is never passed over as being in order; then the shares. */
  private relations(rows: LineRelation[]): HTMLElement[] {
    const unseen = rows.filter((r) => !r.examined);
    const told = unseen.length ? [h(
      'details',
      { class: 'not-examined', 'data-testid': 'not-examined', 'data-n': unseen.length },
      h('summary', {}, t('relations_not_examined', { n: unseen.length })),
      h('ul', {}, unseen.map((r) => {
        const note = pick(r.note_zh, r.note_en);
        return h('li', {}, `${this.relationName(r)}${t('colon')}`, h('span', { class: 'muted', lang: note.lang }, note.text));
      })),
    )] : [];
    return [...told, ...this.shares(rows)];
  }

  private shares(rows: LineRelation[]): HTMLElement[] {
    const shares = rows.filter((r) => r.examined && r.relation === 'share');
    return shares.filter((r) => r.unit === '').map((whole) => h(
      'table',
      { class: 'mini', 'data-testid': `share-${whole.layer_a}` },
      h('caption', {}, this.relationName(whole)),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('relation_unit')), h('th', { scope: 'col', class: 'num' }, t('figures_area')), h('th', { scope: 'col', class: 'num' }, '%'))),
      h('tbody', {}, shares.filter((r) => r.layer_a === whole.layer_a && r.layer_b === whole.layer_b).map((r) => h(
        'tr',
        { title: pick(r.note_zh, r.note_en).text },
        h('th', { scope: 'row' }, r.unit ? `${r.unit} ${r.unit_name}` : t('relation_all')), h('td', {}, hectares(r.area_m2)), h('td', {}, percent(r.share)),
      ))),
    ));
  }

  private layerName(id: string): { text: string; lang: string } {
    const c = this.options.collectionOf(id);
    return c ? plainTitle(pick(c.title_zh, c.title_en)) : { text: id, lang: 'en' };
  }

  private side(layer: string, code: string, zone: string): HTMLElement | null {
    if (!layer) return null;
    const name = this.layerName(layer);
    return h('span', { class: 'side-of' }, h('span', { lang: name.lang }, name.text), zone ? h('span', { class: 'muted', lang: zoneTitle(layer, zone).lang }, ` ${zoneTitle(layer, zone).text}`) : null, code ? h('span', { class: 'code' }, ` ${code}`) : null);
  }

  private row(f: LineFinding): HTMLElement {
    const change = CHANGES[f.change];
    const note = pick(f.note_zh, f.note_en);
    const on = this.chosen === f.id;
    return h(
      'li',
      {},
      h(
        'button',
        {
          type: 'button', class: 'row-button finding', id: `finding-${f.id}`, 'data-testid': 'finding', 'data-id': f.id, 'aria-pressed': String(on),
          disabled: f.lon === null, onclick: () => void this.choose(f),
        },
        h(
          'span',
          { class: 'finding-head' },
          h('span', { class: `severity s-${f.severity}`, title: t('conflicts_severity', { n: f.severity }) },
            h('span', { 'aria-hidden': 'true' }, f.severity), h('span', { class: 'visually-hidden' }, t('conflicts_severity', { n: f.severity }))),
          h('strong', {}, this.kindName(f)),
          f.sliver ? h('span', { class: 'tag' }, t('conflicts_sliver')) : null,
          change ? h('span', { class: `tag change-${f.change}` }, t(change)) : null,
          h('span', { class: 'finding-area' }, `${squareMetres(f.area_m2)} ${t('r_m2')}`),
        ),
        this.side(f.layer_a, f.code_a, f.zone_a),
        this.side(f.layer_b, f.code_b, f.zone_b),
        h('span', { class: 'muted' }, [f.prefecture, f.county].filter(Boolean).join(' ')),
        on ? h('span', { class: 'finding-note', lang: note.lang }, note.text, f.basis ? h('span', { class: 'muted', lang: 'zh-CN' }, ` ${t('r_basis')}${t('colon')}${f.basis}`) : null) : null,
      ),
    );
  }

  private async choose(f: LineFinding): Promise<void> {
    const job = this.work.shown;
    this.chosen = f.id;
    this.renderResult();
    let shape: GeoJSON.Feature | null = null;
    try {
      this.shapes ??= job ? getShapes(job, 'finding_id') : null;
      shape = (await this.shapes)?.get(f.id) ?? null;
    } catch {
      this.shapes = null; // the place has to do
    }
    if (this.chosen === f.id && f.lon !== null && f.lat !== null) {
      this.options.onPlace({ lon: f.lon, lat: f.lat, area_m2: f.area_m2, shape: shape?.geometry ? shape : null });
    }
  }

  // ---- the plan's figures

  /** The layers of which the plan says how much of the region they take. */
  private planned(f: PlanFigures): HTMLElement[] {
    return controlLayers().flatMap((l) => {
      const [share, planned] = [f[`${l.prefix}_share`], f[`${l.prefix}_share_planned`]];
      if (typeof planned !== 'number') return [];
      if (typeof share !== 'number') {
        const of = f.layers.find((x) => x.layer === l.id), note = pick(of?.share_note_zh ?? '', of?.share_note_en ?? '');
        return note.text ? [h('p', { class: 'muted', lang: note.lang }, `${shortTitle(l.id)}${t('colon')}${note.text}`)] : [];
      }
      return [h('p', { class: 'muted', 'data-testid': `planned-${l.id}` },
        t('figures_planned', { name: shortTitle(l.id), share: percent(share), planned: percent(planned) }), f.synthetic ? ` · ${t('synthetic_notice')}` : '')];
    });
  }

  private renderFigures(): void {
    const f = this.figures;
    const rows = f?.layers.map((l) => {
      const title = plainTitle({ text: l.title_zh, lang: 'zh-CN' });
      const c = this.options.collectionOf(l.layer);
      const name = c ? plainTitle(pick(c.title_zh, c.title_en)) : title;
      return h('tr', { 'data-testid': `figure-${l.layer}` }, h('th', { scope: 'row', lang: name.lang }, name.text), h('td', {}, fixed(l.features, 0)),
        h('td', {}, hectares(l.area_m2)), h('td', { title: pick(l.share_note_zh ?? '', l.share_note_en ?? '').text }, percent(l.share_of_region)));
    });
    fill(
      this.figuresBox,
      h('h3', {}, t('figures_title')),
      f ? null : h('button', { type: 'button', id: 'figures-run', 'data-testid': 'figures-run', onclick: () => void this.figuresWork.start({}, null) }, t('figures_run')),
      this.figuresWork.el,
      f && rows ? h(
        'table',
        { class: 'mini', 'data-testid': 'figures' },
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('figures_layer')), h('th', { scope: 'col', class: 'num' }, t('figures_n')), h('th', { scope: 'col', class: 'num' }, t('figures_area')), h('th', { scope: 'col', class: 'num' }, t('figures_share')))),
        h('tbody', {}, rows),
      ) : null,
      f ? this.planned(f) : null,
      f ? this.shares(f.shares ?? []) : null,
      f && this.figuresWork.shown ? downloads(this.figuresWork.shown, [['csv', 'CSV'], ['json', 'JSON'], ['html', t('job_summary_page')]]) : null,
    );
  }
}
