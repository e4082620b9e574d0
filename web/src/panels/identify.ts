/** What lies under a click: each stacked feature with its code, sub-zone, version, area and what its line means. */

import { ApiError, getItem, type Collection, type FeatureItem } from '../api';
import { fill, h } from '../dom';
import { hectares, squareMetres } from '../format';
import { lang, onLang, pick, plainTitle, t } from '../i18n';
import { quotesOf, zoneOf } from '../control';
import { POINT_SYMBOLS, areaSwatch, areaSymbol, pointSwatch, subZones } from '../map/symbols';
import type { Hit } from '../map/view';

/** Shown above the rest, each with its own label; not repeated under 全部字段. */
const NAMED = new Set(['name', 'code', 'zone', 'county', 'declared_area_m2', 'merged', 'properties', 'hx_rank', 'collection', 'label']);

interface Answer {
  hit: Hit;
  collection: Collection | undefined;
  item: FeatureItem | null;
  error: string;
}

export class IdentifyPanel {
  readonly el = h('div', { 'data-testid': 'identify-panel', 'aria-live': 'polite' });
  private at: [number, number] | null = null;
  private answers: Answer[] | null = null;
  private abort: AbortController | null = null;

  constructor(private readonly collectionOf: (id: string) => Collection | undefined) {
    onLang(() => this.render());
    this.render();
  }

  async show(hits: Hit[], at: [number, number]): Promise<void> {
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    this.at = at;
    this.answers = null;
    this.render();
    const answers = await Promise.all(hits.map((hit) => this.ask(hit, abort.signal)));
    if (abort.signal.aborted) return; // another click came first
    this.answers = answers;
    this.render();
  }

  private async ask(hit: Hit, signal: AbortSignal): Promise<Answer> {
    const answer: Answer = { hit, collection: this.collectionOf(hit.collection), item: null, error: '' };
    if (hit.id === undefined) return answer;
    try {
      answer.item = await getItem(hit.collection, hit.id, signal);
    } catch (e) {
      // The tile's own name and code are still shown.
      answer.error = e instanceof ApiError ? pick(e.zh, e.en).text : String(e);
    }
    return answer;
  }

  private render(): void {
    if (!this.at) {
      fill(this.el, h('p', { class: 'muted' }, t('identify_hint')));
      return;
    }
    const [lng, lat] = this.at;
    fill(
      this.el,
      h('p', { class: 'muted' }, `${t('identify_at')} ${lng.toFixed(6)}°E ${lat.toFixed(6)}°N`),
      this.answers === null
        ? h('p', {}, t('loading'))
        : this.answers.length === 0
          ? h('p', { class: 'note' }, t('identify_nothing'))
          : [
              h('p', { 'data-testid': 'identify-count' }, t('identify_count', { n: this.answers.length })),
              this.answers.map((a) => this.card(a)),
            ],
    );
  }

  private card({ hit, collection: c, item, error }: Answer): HTMLElement {
    const p = flattened({ ...hit.properties, ...item?.properties });
    const text = (key: string) => (p[key] === undefined || p[key] === null ? '' : String(p[key]));
    const title = plainTitle(pick(c?.title_zh, c?.title_en));
    const zone = text('zone');
    const inZone = zone ? zoneOf(hit.collection, zone)?.zh : undefined;
    const symbol = subZones(hit.collection).find((z) => z.zh === inZone)?.symbol ?? areaSymbol(hit.collection);
    const point = POINT_SYMBOLS[hit.collection] ?? POINT_SYMBOLS[text('hx_rank')];
    const area = Number(p['declared_area_m2'] ?? NaN);
    const rows: [string, string][] = [
      [t('f_name'), text('name')],
      [t('f_code'), text('code')],
      [t('f_zone'), zone],
      [t('f_county'), text('county')],
      [t('f_declared'), Number.isFinite(area) ? `${squareMetres(area)} ${t('r_m2')}（${hectares(area)} ${t('r_ha')}）` : ''],
      [t('f_version'), c?.version !== undefined ? String(c.version) : ''],
      [t('f_effective'), c?.effective_from ?? ''],
    ];
    return h(
      'article',
      { class: 'card', 'data-testid': `identify-${hit.collection}` },
      h(
        'h3',
        {},
        symbol ? areaSwatch(symbol) : point ? pointSwatch(point) : null,
        h('span', { lang: title.lang }, title.text || hit.collection),
        c?.synthetic ? h('span', { class: 'tag sample' }, t('synthetic_label')) : null,
        c?.reference_only ? h('span', { class: 'tag' }, t('reference_only')) : null,
      ),
      h('dl', { class: 'facts' }, rows.filter(([, v]) => v).map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)])),
      p['merged'] !== undefined ? h('p', { class: 'note', 'data-testid': 'identify-merged' }, t('identify_merged', { n: text('merged') })) : null,
      error ? h('p', { class: 'note warn' }, t('identify_failed') + error) : null,
      this.meaning(hit.collection),
      this.rest(p),
    );
  }

  private meaning(collection: string): HTMLElement | null {
    const notes = quotesOf(collection);
    if (notes.length === 0) return null;
    return h(
      'div',
      { class: 'meaning' },
      h('h4', {}, t('f_meaning')),
      notes.map((n) => [
        lang() === 'en' && n.en ? h('p', { lang: 'en' }, n.en) : null,
        h('blockquote', { lang: 'zh-CN' }, `“${n.zh}”`, h('cite', {}, n.where)),
      ]),
    );
  }

  private rest(p: Record<string, unknown>): HTMLElement | null {
    const rows = Object.entries(p).filter(([k, v]) => !NAMED.has(k) && v !== null && v !== '' && typeof v !== 'object');
    if (rows.length === 0) return null;
    return h(
      'details',
      {},
      h('summary', {}, t('f_more')),
      h('dl', { class: 'facts raw' }, rows.map(([k, v]) => [h('dt', {}, k), h('dd', {}, String(v))])),
    );
  }
}

/** The source's own fields may come in an object of their own: lay them beside the others, ours first. */
function flattened(p: Record<string, unknown>): Record<string, unknown> {
  const own = p['properties'];
  return own && typeof own === 'object' ? { ...(own as Record<string, unknown>), ...p } : p;
}
