/** Measuring by hand: points are clicked, the length of the line or the area within is told as they come. Nothing is sent. */

import type { GeoJSONSource, Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import { fill, h } from '../dom';
import { mu, squareMetres } from '../format';
import { onLang, t } from '../i18n';
import { areaOf, lengthOf, type LonLat } from './ellipsoid';

type What = 'length' | 'area';
const INK = '#0b57d0';

export class Measuring {
  private readonly buttons = (['length', 'area'] as const).map((what) => ({
    what, el: h('button', { type: 'button', class: 'small', 'data-testid': `measure-${what}`, onclick: () => this.toggle(what) }),
  }));
  private readonly said = h('output', { class: 'measured', hidden: true, 'data-testid': 'measured' });
  readonly el = h('div', { class: 'measure', role: 'group' }, this.buttons.map((b) => b.el), this.said);
  private what: What | null = null;
  private points: LonLat[] = [];

  /** `onActive`: while points are clicked, clicks ask nothing else. */
  constructor(
    private readonly map: MapLibreMap,
    private readonly onActive: (active: boolean) => void,
  ) {
    map.on('click', (e) => this.add(e));
    map.on('dblclick', (e) => {
      if (!this.what) return;
      e.preventDefault(); // the map would zoom
      this.stop();
    });
    addEventListener('keydown', (e) => e.key === 'Escape' && this.clear());
    onLang(() => this.render());
    this.render();
  }

  private toggle(what: What): void {
    const again = this.what === what;
    this.clear();
    if (again) return;
    this.what = what;
    this.onActive(true);
    this.render();
  }

  private add(e: MapMouseEvent): void {
    if (!this.what) return;
    const at: LonLat = [e.lngLat.lng, e.lngLat.lat];
    const last = this.points.at(-1);
    if (last && last[0] === at[0] && last[1] === at[1]) return; // the second click of a double one
    this.points.push(at);
    this.draw();
    this.render();
  }

  /** The figure and the line stay to be looked at. */
  private stop(): void {
    if (!this.what) return;
    const what = this.what;
    this.what = null;
    setTimeout(() => this.onActive(false)); // after the click that ended it has passed the map
    this.render(what);
  }

  private clear(): void {
    this.stop();
    this.points = [];
    this.draw();
    this.render();
  }

  private render(of: What | null = this.what): void {
    for (const { what, el } of this.buttons) {
      fill(el, t(what === 'length' ? 'measure_length' : 'measure_area'));
      el.setAttribute('aria-pressed', String(this.what === what));
    }
    this.said.hidden = !of;
    if (of) fill(this.said, this.points.length < (of === 'area' ? 3 : 2) ? t('measure_hint') : measured(of, this.points));
  }

  private draw(): void {
    const { map, points } = this;
    const closed = this.what === 'area' && points.length > 2 ? [...points, points[0] as LonLat] : points;
    const data = {
      type: 'FeatureCollection' as const,
      features: [
        ...(closed.length > 1 ? [{ type: 'Feature' as const, properties: {}, geometry: { type: 'LineString' as const, coordinates: closed.map((p) => [...p]) } }] : []),
        ...points.map((p) => ({ type: 'Feature' as const, properties: {}, geometry: { type: 'Point' as const, coordinates: [...p] } })),
      ],
    };
    const source = map.getSource('measure') as GeoJSONSource | undefined;
    if (source) return void source.setData(data);
    map.addSource('measure', { type: 'geojson', data });
    map.addLayer({ id: 'measure-line', type: 'line', source: 'measure', paint: { 'line-color': INK, 'line-width': 2, 'line-dasharray': [2, 1] } });
    map.addLayer({ id: 'measure-points', type: 'circle', source: 'measure', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 4, 'circle-color': '#fff', 'circle-stroke-color': INK, 'circle-stroke-width': 2 } });
  }
}

function measured(what: What, points: readonly LonLat[]): string {
  if (what === 'area') {
    const m2 = areaOf(points);
    return `${t('measure_area_is')} ${squareMetres(m2)} m² · ${mu(m2)} 亩`;
  }
  const m = lengthOf(points);
  return `${t('measure_first')} ${m < 10_000 ? `${m.toFixed(2)} m` : `${(m / 1000).toFixed(3)} km`}`;
}
