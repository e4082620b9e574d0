/** The plan's layout as a list of cities; choosing one opens its card and flies there. */

import { ApiError, getAllItems, type FeatureItem } from '../api';
import { fill, h } from '../dom';
import { onLang, pick, t } from '../i18n';
import { POINT_SYMBOLS, pointSwatch } from '../map/symbols';
import { here } from '../paths';
import type { Shown } from '../plan-themes';
import { PlanPlaces } from './plan-places';
import { PlanTargets } from './plan-targets';
import { RANKS, planRank, rankTitle, targetText, type PlanQuote, type PlanTarget, type Rank } from '../plan-layout';

export interface LayoutPanelOptions {
  onChoose: (feature: FeatureItem) => void;
  onShown: (shown: Shown) => void;
}

/** What the plan says, and where. */
interface Said {
  text: string;
  section: string;
}

interface Place {
  key: string;
  feature: FeatureItem;
  rank: Rank | '';
}

function cite(section: string): HTMLElement {
  return h('cite', {}, `内政办发〔2021〕74号${section}`);
}

export class LayoutPanel {
  readonly el = h('div', { 'data-testid': 'layout-panel' });
  private readonly named: PlanPlaces;
  private readonly figures = new PlanTargets();
  private places: Place[] | null = null;
  private has: boolean | null = null;
  private wanted = false;
  private asked = false;
  private error = '';
  private open: string | null = null;

  constructor(private readonly options: LayoutPanelOptions) {
    this.named = new PlanPlaces(options);
    onLang(() => {
      this.render();
      this.named.render();
      this.figures.render();
    });
    this.render();
  }

  /** Whether the store has the plan at all. */
  known(has: boolean): void {
    this.has = has;
    this.ask();
  }

  opened(): void {
    this.wanted = true;
    this.ask();
  }

  /** Only when the tab was chosen: whoever comes to check a plot does not wait for it. */
  private ask(): void {
    if (this.asked || !this.wanted || this.has === null) return;
    this.asked = true;
    if (!this.has) {
      this.places = [];
      return this.render();
    }
    void this.load();
    void this.named.load();
    void this.figures.load();
  }

  private async load(): Promise<void> {
    try {
      const items = await getAllItems('plan_layout', 500);
      this.places = items.map((feature, i) => ({ key: `place-${i}`, feature, rank: planRank(feature.properties ?? {}) }));
    } catch (e) {
      this.error = e instanceof ApiError ? pick(e.zh, e.en).text : String(e);
    }
    this.render();
  }

  private render(): void {
    if (this.error || this.places?.length === 0) {
      fill(this.el, h('p', { class: 'note' }, this.error || t('layout_empty')));
      return;
    }
    if (!this.places) {
      fill(this.el, h('p', { class: 'muted' }, t('loading')));
      return;
    }
    fill(
      this.el,
      h('h3', { class: 'layout-title' }, t('layout_title')),
      h('p', { class: 'muted' }, t('layout_hint')),
      RANKS.map((rank) => this.group(rankTitle(rank), this.of(rank), rank)),
      this.group(pick('城镇带等', 'Belts and others'), this.of(''), ''),
      h('p', {}, h('a', { href: here('/plan/units?f=html'), target: '_blank', rel: 'noopener' }, t('plan_units'))),
      this.named.el,
      this.figures.el,
      h('p', { class: 'muted' }, h('span', { lang: 'zh-CN' }, t('layout_source')), ' 内政办发〔2021〕74号'),
    );
  }

  private of(rank: Rank | ''): Place[] {
    return (this.places ?? []).filter((p) => p.rank === rank);
  }

  private group(title: { text: string; lang: string }, places: Place[], rank: Rank | ''): HTMLElement | null {
    if (places.length === 0) return null;
    const symbol = rank ? POINT_SYMBOLS[rank] : undefined;
    const inferred = places.some((p) => p.feature.properties?.['inferred'] === true);
    return h(
      'section',
      { class: 'layout-group' },
      h('h4', {}, symbol ? pointSwatch(symbol) : null, h('span', { lang: title.lang }, title.text)),
      inferred && rank === 'duo_dian' ? h('p', { class: 'muted' }, t('layout_inferred_why')) : null,
      h('ul', {}, places.map((p) => this.item(p))),
    );
  }

  private item({ key, feature }: Place): HTMLElement {
    const p = feature.properties ?? {};
    const isOpen = this.open === key;
    const name = String(p['name'] ?? t('unnamed'));
    return h(
      'li',
      {},
      h(
        'button',
        {
          type: 'button', id: key, class: 'place', 'aria-expanded': String(isOpen), 'data-testid': `place-${name}`,
          onclick: () => {
            this.open = isOpen ? null : key;
            this.render();
            document.getElementById(key)?.focus();
            if (!isOpen) this.options.onChoose(feature);
          },
        },
        h('span', { lang: 'zh-CN' }, name),
        p['inferred'] === true ? h('span', { class: 'tag inferred' }, t('layout_inferred')) : null,
        p['type_zh'] ? h('span', { class: 'muted', lang: 'zh-CN' }, String(p['type_zh'])) : null,
      ),
      isOpen ? this.card(p, name) : null,
    );
  }

  private card(p: Record<string, unknown>, name: string): HTMLElement {
    const text = (key: string) => (p[key] ? String(p[key]) : '');
    const type = [text('type_zh'), text('policy')].filter(Boolean).join(' · ');
    // 乌兰浩特's type is stated for 兴安盟: say whose it is where the names differ.
    const typeOf = text('type_of') && text('type_of') !== name ? `（${text('type_of')}）` : '';
    const list = (v: unknown) => (Array.isArray(v) ? v : []);
    const targets = list(p['targets']) as PlanTarget[];
    const lines = (items: Said[]) => (items.length ? h('ul', { class: 'plain' }, items.map((s) => h('li', {}, s.text, ' ', cite(s.section)))) : null);
    const circle = p['circle'] as (PlanQuote & { note?: string }) | undefined;
    const rows: [string, Node | string | null][] = [
      [t('layout_role'), text('role')],
      [t('layout_type'), type ? type + typeOf : ''],
      [t('layout_positioning'), lines(list(p['positioning']) as Said[])],
      [t('layout_targets'), lines(targets.map((x) => ({ text: targetText(x), section: x.section ?? '' })))],
      [t('layout_facts'), lines((list(p['facts']) as PlanQuote[]).filter((f) => f.quote).map((f) => ({ text: f.quote, section: f.section })))],
      [t('layout_circle'), circle ? `${circle.quote}（${circle.section}）。${circle.note ?? ''}` : ''],
      [t('layout_members'), list(p['members']).join('、') + text('open')],
    ];
    const unit = text('unit');
    return h(
      'article',
      { class: 'card', lang: 'zh-CN', 'data-testid': 'layout-card' },
      h('dl', { class: 'facts' }, rows.filter(([, v]) => v).map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)])),
      p['quote'] ? h('blockquote', {}, `“${text('quote')}”`, cite(text('section'))) : null,
      unit ? h('p', {}, h('a', { href: here(`/plan/units/${unit}?f=html`), target: '_blank', rel: 'noopener' }, t('layout_unit_page'))) : null,
      p['inference_note'] ? h('p', { class: 'muted' }, text('inference_note')) : null,
      p['coord_note'] ? h('p', { class: 'muted' }, text('coord_note')) : null,
    );
  }
}
