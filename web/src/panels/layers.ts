/** The legend: every layer with its sign, its switch, its version, and whether it is only sample data. */

import type { Collection, Health } from '../api';
import { fill, h } from '../dom';
import { onLang, pick, plainTitle, t, type TextKey } from '../i18n';
import { visibleAtFirst } from '../map/layers';
import { AREA_SYMBOLS, POINT_SYMBOLS, SUB_ZONES, areaSwatch, pointSwatch } from '../map/symbols';
import { RANKS, rankTitle } from '../plan-layout';
import { showVersions } from './versions';

interface Group {
  title: TextKey;
  ids: string[];
}

const GROUPS: Group[] = [
  { title: 'group_lines', ids: ['ecological_red_line', 'permanent_basic_farmland', 'urban_development_boundary'] },
  { title: 'group_zones', ids: ['urban_space', 'agricultural_space', 'ecological_space'] },
  { title: 'group_plan', ids: ['plan_layout', 'plan_places'] },
  { title: 'group_admin', ids: ['prefectures', 'counties'] },
];

/** The region is the ground itself: it has no switch. */
const NO_SWITCH = new Set(['region']);

/** The lines are listed even when not loaded: an officer must see that one is missing. */
const MUST_LIST: Record<string, [string, string]> = {
  ecological_red_line: ['生态保护红线', 'Ecological red line'],
  permanent_basic_farmland: ['永久基本农田', 'Permanent basic farmland'],
  urban_development_boundary: ['城镇开发边界', 'Urban development boundary'],
};

export interface LayersPanelOptions {
  onToggle: (id: string, visible: boolean) => void;
  onShowAll: () => void;
}

export class LayersPanel {
  readonly el = h('div', { 'data-testid': 'layers-panel' });
  private collections: Collection[] | null = null;
  private health: Health | null = null;
  private readonly shown = new Map<string, boolean>();
  private readonly opened = new Set<string>();

  constructor(private readonly options: LayersPanelOptions) {
    onLang(() => this.render());
    this.render();
  }

  set(collections: Collection[], health: Health | null): void {
    this.collections = collections;
    this.health = health;
    for (const c of collections) if (!this.shown.has(c.id)) this.shown.set(c.id, visibleAtFirst(c.id));
    this.render();
  }

  private render(): void {
    if (!this.collections) {
      fill(this.el, h('p', { class: 'muted' }, t('loading')));
      return;
    }
    const known = new Set(GROUPS.flatMap((g) => g.ids));
    const rest = this.collections.filter((c) => !known.has(c.id) && !NO_SWITCH.has(c.id)).map((c) => c.id);
    const groups = GROUPS.map((g) => (g.title === 'group_admin' ? { ...g, ids: [...g.ids, ...rest] } : g));
    fill(
      this.el,
      this.warnings(),
      groups.map((g) => this.group(g)),
      h(
        'div',
        { class: 'panel-foot' },
        h('button', { type: 'button', class: 'small', onclick: this.options.onShowAll, 'data-testid': 'show-all' }, t('show_all')),
        h('span', { class: 'muted' }, t('north_note')),
      ),
    );
  }

  private warnings(): HTMLElement | null {
    const list = this.health?.warnings ?? [];
    if (list.length === 0) return null;
    const texts = list.map((w) => (typeof w === 'string' ? { text: w, lang: 'zh-CN' } : pick(w.zh, w.en)));
    return h(
      'details',
      { class: 'note warn', open: this.health?.status !== 'ok' },
      h('summary', {}, `${t('server_warnings')}（${list.length}）`),
      h('ul', {}, texts.map((w) => h('li', { lang: w.lang }, w.text))),
    );
  }

  private group(g: Group): HTMLElement | null {
    const rows = g.ids.map((id) => this.row(id)).filter((r) => r !== null);
    if (rows.length === 0) return null;
    return h('section', { class: 'legend-group' }, h('h3', {}, t(g.title)), rows);
  }

  private row(id: string): HTMLElement | null {
    const c = this.collections?.find((x) => x.id === id);
    if (!c) {
      const must = MUST_LIST[id];
      if (!must) return null;
      const name = pick(must[0], must[1]);
      return h(
        'div',
        { class: 'legend-row missing', 'data-testid': `layer-missing-${id}` },
        h('span', { class: 'legend-name', lang: name.lang }, name.text),
        h('span', { class: 'tag warn' }, t('layer_not_loaded')),
      );
    }
    const title = plainTitle(pick(c.title_zh, c.title_en));
    const box = h('input', {
      type: 'checkbox', id: `switch-${id}`, 'data-testid': `switch-${id}`,
      onchange: (e: Event) => {
        const on = (e.target as HTMLInputElement).checked;
        this.shown.set(id, on);
        this.options.onToggle(id, on);
      },
    });
    box.checked = this.shown.get(id) ?? false;
    const area = AREA_SYMBOLS[id];
    const point = POINT_SYMBOLS[id];
    const swatch = id !== 'plan_layout' && area ? areaSwatch(area) : point ? pointSwatch(point) : null;
    const hasZones = (SUB_ZONES[id]?.length ?? 0) > 0;
    return h(
      'div',
      { class: 'legend-row', 'data-testid': `layer-${id}` },
      h(
        'label',
        { for: `switch-${id}` },
        box,
        hasZones || id === 'plan_layout' ? null : swatch,
        h('span', { class: 'legend-name', lang: title.lang }, title.text || id),
        c.synthetic ? h('span', { class: 'tag sample', 'data-testid': `synthetic-${c.id}` }, t('synthetic_label')) : null,
        c.reference_only ? h('span', { class: 'tag' }, t('reference_only')) : null,
      ),
      this.facts(c),
      this.parts(id),
    );
  }

  private facts(c: Collection): HTMLElement | null {
    if (c.version === undefined || c.version === null) return null;
    const facts = [
      c.version !== undefined ? t('layer_version', { v: c.version }) : '',
      c.effective_from,
      c.id === 'permanent_basic_farmland' ? t('zoom_hint') : '',
    ];
    const count = c.n_features ? t('layer_count', { n: c.n_features }) : undefined;
    const box = h('div', { class: 'versions' });
    const details = h(
      'details',
      {
        class: 'legend-facts muted', 'data-testid': `versions-${c.id}`,
        ontoggle: (e: Event) => {
          const { open } = e.target as HTMLDetailsElement;
          if (open) this.opened.add(c.id);
          else this.opened.delete(c.id);
          if (open && !box.hasChildNodes()) void showVersions(c.id, box);
        },
      },
      h('summary', { title: count }, facts.filter(Boolean).join(' · ')),
      box,
    );
    details.open = this.opened.has(c.id);
    return details;
  }

  /** Sub-zones of the boundary; ranks of the plan's points. */
  private parts(id: string): HTMLElement | null {
    const zones = (SUB_ZONES[id] ?? []).map((z) => ({ swatch: areaSwatch(z.symbol), ...pick(z.zh, z.en) }));
    const ranks =
      id === 'plan_layout'
        ? RANKS.map((r) => ({ swatch: pointSwatch(POINT_SYMBOLS[r] ?? { shape: 'dot', colour: '#000', size: 5 }), ...rankTitle(r) }))
        : [];
    const parts = [...zones, ...ranks];
    if (parts.length === 0) return null;
    return h(
      'ul',
      { class: 'legend-parts' },
      parts.map((p) => h('li', {}, p.swatch, h('span', { lang: p.lang }, p.text))),
    );
  }
}
