/** Everything that the plan names, by kind and status: a legend with switches, and a list that flies there. */

import { getAllItems, getJson, type FeatureItem } from '../api';
import { fill, h } from '../dom';
import { pick, t } from '../i18n';
import { lineSwatch, pointSwatch } from '../map/symbols';
import { THEMES, type Shown, type Theme } from '../plan-themes';

interface Item {
  kind: string;
  name: string;
  title: string; // what the plan calls it: 通用机场
  status: string;
  open: string;
  section: string;
  quote: string;
  note: string;
  feature?: FeatureItem;
}

/** A row of the plan's tables, as GET /plan/{table} gives it. */
type Row = Record<string, string | undefined>;

export interface PlanPlacesOptions {
  onChoose: (feature: FeatureItem) => void;
  onShown: (shown: Shown) => void;
}

function ofFeature(feature: FeatureItem): Item {
  const p = feature.properties ?? {};
  const text = (key: string) => (typeof p[key] === 'string' ? (p[key] as string) : '');
  return {
    kind: text('kind'), name: text('name'), title: text('kind_zh') || text('class_zh') || text('category'), status: text('status'),
    open: text('open'), section: text('section'), quote: text('quote'), note: text('note'), feature,
  };
}

function ofRow(row: Row, kinds: Map<string, string>): Item {
  const text = (key: string) => row[key] ?? '';
  return {
    kind: kinds.get(`${text('kind_zh')}/${text('name')}`) ?? 'pair', name: text('name'), title: text('kind_zh'), status: '', open: '',
    section: text('section'), quote: text('quote'), note: text('reason'),
  };
}

export class PlanPlaces {
  readonly el = h('section', { 'data-testid': 'plan-places' });
  private items: Item[] = [];
  private readonly kinds = new Set<string>();
  private status = '';

  constructor(private readonly options: PlanPlacesOptions) {}

  /** What cannot be drawn is listed, too; a store of before it was told apart has only what is drawn. */
  async load(): Promise<void> {
    const rows = (table: string) => getJson<{ rows?: Row[] }>(`/plan/${table}`).then((a) => a.rows ?? [], () => []);
    const [features, nodes, unplaced] = await Promise.all([getAllItems('plan_places', 5000).catch((): FeatureItem[] => []), rows('nodes'), rows('unplaced')]);
    const kinds = new Map(nodes.map((r) => [`${r['kind_zh']}/${r['name']}`, r['theme'] ?? '']));
    const status = new Map(nodes.map((r) => [`${r['kind_zh']}/${r['name']}`, r['status'] ?? '']));
    const lost = unplaced.map((r) => ({ ...ofRow(r, kinds), status: status.get(`${r['kind_zh']}/${r['name']}`) ?? '' }));
    this.items = [...features.map(ofFeature), ...lost].filter((i) => THEMES[i.kind]);
    this.render();
  }

  render(): void {
    if (this.items.length === 0) {
      fill(this.el);
      return;
    }
    fill(
      this.el,
      h('h3', { class: 'layout-title' }, t('plan_places')),
      h('p', { class: 'muted' }, t('plan_places_hint')),
      this.chooser(),
      Object.entries(THEMES).map(([kind, theme]) => this.group(kind, theme)),
    );
  }

  private chooser(): HTMLElement | null {
    const all = [...new Set(this.items.map((i) => i.status).filter(Boolean))].sort();
    if (all.length === 0) return null;
    const select = h(
      'select',
      { id: 'plan-status', 'data-testid': 'plan-status', onchange: (e: Event) => {
        this.status = (e.target as HTMLSelectElement).value;
        this.tell();
        this.render();
        document.getElementById('plan-status')?.focus();
      } },
      h('option', { value: '' }, t('plan_status_all')),
      all.map((s) => h('option', { value: s, lang: 'zh-CN', selected: s === this.status }, s)),
    );
    return h('p', {}, h('label', { for: 'plan-status' }, t('plan_status')), ' ', select);
  }

  private tell(): void {
    this.options.onShown({ kinds: [...this.kinds], status: this.status });
  }

  private group(kind: string, theme: Theme): HTMLElement | null {
    const items = this.items.filter((i) => i.kind === kind && (!this.status || i.status === this.status));
    if (items.length === 0) return null;
    const title = pick(theme.zh, theme.en);
    const box = h('input', { type: 'checkbox', id: `kind-${kind}`, 'data-testid': `kind-${kind}`, onchange: (e: Event) => {
      if ((e.target as HTMLInputElement).checked) this.kinds.add(kind);
      else this.kinds.delete(kind);
      this.tell();
    } });
    box.checked = this.kinds.has(kind);
    return h(
      'div',
      { class: 'legend-row' },
      h('label', { for: `kind-${kind}` }, box, theme.line ? lineSwatch(theme.line) : null, pointSwatch(theme.point),
        h('span', { class: 'legend-name', lang: title.lang }, title.text)),
      h('details', { class: 'legend-facts', 'data-testid': `list-${kind}` }, h('summary', { class: 'muted' }, String(items.length)),
        h('ul', { lang: 'zh-CN' }, items.map((i) => this.item(i)))),
    );
  }

  private item(i: Item): HTMLElement {
    const { feature } = i;
    const about = [i.title, i.status].filter(Boolean).join(' · ');
    const name = feature
      ? h('button', { type: 'button', class: 'place', onclick: () => this.options.onChoose(feature) }, h('span', {}, i.name), h('span', { class: 'muted' }, about))
      : h('p', {}, h('b', {}, i.name), ' ', h('span', { class: 'muted' }, about), ' ', h('span', { class: 'tag' }, t('plan_unplaced')));
    return h('li', {}, name, h('details', {}, h('summary', { class: 'muted' }, i.section),
      h('blockquote', {}, `“${i.quote}”`, h('cite', {}, `内政办发〔2021〕74号${i.section}`)),
      h('p', { class: 'muted' }, [i.note, i.open ? t('plan_open') : ''].filter(Boolean).join('；'))));
  }
}
