/** The legend: every layer with its sign, its switch, its version, and whether it is only sample data. */

import type { Collection, Health } from '../api';
import { fill, h } from '../dom';
import { onLang, pick, plainTitle, t, type TextKey } from '../i18n';
import { visibleAtFirst } from '../map/layers';
import { controlLayer, controlLayers, layerTitle, spaceOf, zoneTitle } from '../control';
import { POINT_SYMBOLS, areaSwatch, areaSymbol, pointSwatch, subZones } from '../map/symbols';
import { RANKS, rankTitle } from '../plan-layout';
import { switched } from '../state';
import { showVersions } from './versions';

interface Group {
  title: TextKey;
  ids: string[];
}

/** The region is the ground itself: it has no switch. */
const NO_SWITCH = new Set(['region']);

/** More zones than this are shown when asked for. */
const FOLDED_ABOVE = 8;

/** What the collections are, each in one group: the lines in the order of the report, the rest as it comes. */
function groupsOf(collections: Collection[]): Group[] {
  const lines = controlLayers().filter((l) => l.loaded || l.must || collections.some((c) => c.id === l.id)).map((l) => l.id);
  const others = collections.filter((c) => !lines.includes(c.id) && !NO_SWITCH.has(c.id));
  const spaceRank = (c: Collection) => -(spaceOf(c.id)?.at ?? -1000);
  const zones = others.filter((c) => c.kind === 'zone').sort((a, b) => spaceRank(a) - spaceRank(b)).map((c) => c.id);
  const base = others.filter((c) => c.kind === 'base').map((c) => c.id);
  const fixed = [...zones, ...base, 'plan_layout', 'plan_places', 'prefectures', 'counties'];
  return [
    { title: 'group_lines', ids: lines },
    { title: 'group_zones', ids: zones },
    { title: 'group_plan', ids: ['plan_layout', 'plan_places'] },
    { title: 'group_admin', ids: ['prefectures', 'counties', ...others.map((c) => c.id).filter((id) => !fixed.includes(id))] },
    { title: 'group_base', ids: base },
  ];
}

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
  private readonly unfolded = new Set<string>();
  private restOpen = false;

  constructor(private readonly options: LayersPanelOptions) {
    onLang(() => this.render());
    this.render();
  }

  set(collections: Collection[], health: Health | null): void {
    this.collections = collections;
    this.health = health;
    for (const c of collections) if (!this.shown.has(c.id)) this.shown.set(c.id, visibleAtFirst(c));
    this.render();
  }

  /** The switches that are not as they are at first. */
  private tell(): void {
    const list = (this.collections ?? []).filter((c) => this.shown.get(c.id) !== visibleAtFirst(c));
    switched.value = Object.fromEntries(list.map((c) => [c.id, this.shown.get(c.id) ?? false]));
  }

  /** Switches as an address has them; what it does not name is as at first. */
  apply(wanted: Readonly<Record<string, boolean>>): void {
    for (const c of this.collections ?? []) {
      const on = wanted[c.id] ?? visibleAtFirst(c);
      if (on === this.shown.get(c.id)) continue;
      this.shown.set(c.id, on);
      this.options.onToggle(c.id, on);
    }
    this.tell();
    this.render();
  }

  private render(): void {
    if (!this.collections) {
      fill(this.el, h('p', { class: 'muted' }, t('loading')));
      return;
    }
    fill(
      this.el,
      this.warnings(),
      groupsOf(this.collections).map((g) => this.group(g)),
      this.notLoaded(),
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

  /** Layers that are defined and have no data: a check does not look at them, and the officer must see that. */
  private notLoaded(): HTMLElement | null {
    const list = controlLayers().filter((l) => !l.must && !this.collections?.some((c) => c.id === l.id));
    if (list.length === 0) return null;
    const details = h(
      'details',
      { class: 'legend-group', 'data-testid': 'layers-not-loaded', ontoggle: (e: Event) => (this.restOpen = (e.target as HTMLDetailsElement).open) },
      h('summary', { class: 'muted' }, t('layers_not_loaded', { n: list.length })),
      h('ul', { class: 'legend-parts' }, list.map((l) => {
        const title = layerTitle(l.id);
        return h('li', { lang: title.lang, 'data-testid': `layer-not-loaded-${l.id}` }, title.text);
      })),
    );
    details.open = this.restOpen;
    return details;
  }

  private row(id: string): HTMLElement | null {
    const c = this.collections?.find((x) => x.id === id);
    if (!c) {
      // A line that must be examined is listed even when not loaded: an officer must see that one is missing.
      if (!controlLayer(id)?.must) return null;
      const name = layerTitle(id);
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
        this.tell();
        this.options.onToggle(id, on);
      },
    });
    box.checked = this.shown.get(id) ?? false;
    const area = areaSymbol(id);
    const point = POINT_SYMBOLS[id];
    const swatch = !id.startsWith('plan_') && area ? areaSwatch(area) : point ? pointSwatch(point) : null;
    const hasZones = subZones(id).length > 0;
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

  /** Sub-zones of a layer; ranks of the plan's points. */
  private parts(id: string): HTMLElement | null {
    const zones = subZones(id).map((z) => ({ swatch: areaSwatch(z.symbol), ...zoneTitle(id, z.zh) }));
    const ranks =
      id === 'plan_layout'
        ? RANKS.map((r) => ({ swatch: pointSwatch(POINT_SYMBOLS[r] ?? { shape: 'dot', colour: '#000', size: 5 }), ...rankTitle(r) }))
        : [];
    const parts = [...zones, ...ranks];
    if (parts.length === 0) return null;
    const list = h(
      'ul',
      { class: 'legend-parts' },
      parts.map((p) => h('li', {}, p.swatch, h('span', { lang: p.lang }, p.text))),
    );
    // Dozens of classes would push every other layer out of sight.
    if (parts.length <= FOLDED_ABOVE) return list;
    const details = h('details', { 'data-testid': `colours-${id}`, ontoggle: (e: Event) => {
      if ((e.target as HTMLDetailsElement).open) this.unfolded.add(id);
      else this.unfolded.delete(id);
    } }, h('summary', {}, t('layer_classes', { n: parts.length })), list);
    details.open = this.unfolded.has(id);
    return details;
  }
}
