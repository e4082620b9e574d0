/** Collections → MapLibre sources and layers. Tiles where the server has them, GeoJSON items otherwise. */

import type { AddLayerObject, ExpressionSpecification, FilterSpecification, Map as MapLibreMap } from 'maplibre-gl';
import { getAllItems, tileUrl, type Collection, type FeatureItem } from '../api';
import { controlLayer, controlLayers, relationOf, spaceOf } from '../control';
import { planRank } from '../plan-layout';
import { THEMES, signOf, type Shown } from '../plan-themes';
import { BASE_LAST_ZOOM, baseLayers, baseRank } from './base-map';
import { TEXT_FONT } from './text';
import { POINT_SYMBOLS, areaSymbol, patternImage, pointImage, subZones, type AreaSymbol, type SubZone } from './symbols';

/** From the ground up: the region, the spaces, units, control layers (the first of a report on top), the plan. */
function rank(c: Collection): number {
  if (c.id === 'region') return 0;
  const control = controlLayers().findIndex((l) => l.id === c.id);
  if (control >= 0) return 3 + 1 / (control + 2);
  const space = spaceOf(c.id);
  if (space) return 1 + space.at / 1000;
  if (c.kind === 'base') return baseRank(c.id);
  const last = ['counties', 'plan_places', 'plan_layout'].indexOf(c.id);
  if (last >= 0) return 5 + last;
  return c.kind === 'zone' ? 1.9 : c.kind === 'admin' ? 2 : 4;
}

/** What covers everything or is only for looking up is switched on by whoever wants it. */
export function visibleAtFirst(c: Collection): boolean {
  if (c.id === 'plan_places' || c.id === 'counties') return false;
  if (controlLayer(c.id)) return relationOf(c.id) !== 'classify';
  return c.kind !== 'zone';
}

/** Layers of checks are added above this empty one; everything else goes below it. */
export const TOP_OF_COLLECTIONS = 'top-of-collections';

const RATIO = 2;

function addPattern(map: MapLibreMap, name: string, symbol: AreaSymbol): void {
  if (!map.hasImage(name)) map.addImage(name, patternImage(symbol, RATIO), { pixelRatio: RATIO });
}

/** Fill and outline of an area symbol as layers on any source. */
export function areaLayers(
  map: MapLibreMap,
  prefix: string,
  source: { source: string; 'source-layer'?: string },
  symbol: AreaSymbol,
  filter?: FilterSpecification,
): AddLayerObject[] {
  const isArea: FilterSpecification = ['==', ['geometry-type'], 'Polygon'];
  const both = (filter ? ['all', isArea, filter] : isArea) as FilterSpecification;
  const fill: AddLayerObject = { id: `${prefix}-fill`, type: 'fill', ...source, filter: both, paint: {} };
  if (symbol.pattern) {
    addPattern(map, prefix, symbol);
    fill.paint = { 'fill-pattern': prefix };
  } else {
    fill.paint = { 'fill-color': symbol.fill, 'fill-outline-color': 'rgba(0,0,0,0)' };
  }
  const line: AddLayerObject = {
    id: `${prefix}-line`, type: 'line', ...source, ...(filter ? { filter } : {}),
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': symbol.line,
      // Thin from far away, or a dense region is nothing but outlines.
      'line-width': ['interpolate', ['linear'], ['zoom'], 4, symbol.width * 0.2, 7, symbol.width * 0.5, 10, symbol.width],
      ...(symbol.dash ? { 'line-dasharray': symbol.dash } : {}),
    },
  };
  return [fill, line];
}

const LABEL_PAINT = { 'text-color': '#1c2430', 'text-halo-color': 'rgba(255,255,255,0.95)', 'text-halo-width': 1.6 };

/** Of the plan's points the rank or the kind decides. */
function iconOf(id: string): ExpressionSpecification | string {
  if (id === 'plan_layout') return ['concat', 'point-', ['coalesce', ['get', 'hx_rank'], 'secondary']];
  if (id !== 'plan_places') return `point-${id}`;
  const kinds = Object.keys(THEMES).flatMap((kind): [string, string] => [kind, `point-${signOf(kind)}`]);
  return ['match', ['coalesce', ['get', 'kind'], ''], ...kinds, 'point-plan_places'] as unknown as ExpressionSpecification;
}

/** The plan's lines: a colour for each kind, and the name along the line. */
function lineLooks(line: AddLayerObject): AddLayerObject[] {
  if (line.type !== 'line') return [line];
  const colours = Object.entries(THEMES).flatMap(([kind, theme]) => (theme.line ? [kind, theme.line] : []));
  const colour = ['match', ['coalesce', ['get', 'kind'], ''], ...colours, '#7a5a2a'] as unknown as ExpressionSpecification;
  const names: AddLayerObject = {
    id: 'plan_places-linename', type: 'symbol', source: 'plan_places', filter: ['==', ['geometry-type'], 'LineString'],
    layout: { 'symbol-placement': 'line-center', 'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': 11 },
    paint: LABEL_PAINT,
  };
  return [{ ...line, paint: { ...line.paint, 'line-color': colour, 'line-width': 1.8 } }, names];
}

function pointLayers(id: string, source: { source: string; 'source-layer'?: string }): AddLayerObject[] {
  const isPlan = id === 'plan_layout';
  const label: ExpressionSpecification = ['coalesce', ['get', 'name'], ['get', 'XZQMC'], ''];
  return [
    {
      id: `${id}-point`, type: 'symbol', ...source,
      filter: ['==', ['geometry-type'], 'Point'],
      layout: {
        'icon-image': iconOf(id),
        'icon-allow-overlap': true,
        'icon-ignore-placement': !isPlan,
        'text-field': label,
        'text-font': TEXT_FONT,
        'text-size': isPlan ? 13 : 11,
        'text-variable-anchor': ['left', 'right', 'top', 'bottom'],
        'text-radial-offset': isPlan ? 0.9 : 0.6,
        'text-optional': true,
        'text-padding': 3,
      },
      paint: LABEL_PAINT,
    },
  ];
}

/** Does a feature's zone belong to this one? As control.ts has it. */
function inZone(z: SubZone, zone: ExpressionSpecification): ExpressionSpecification {
  const named: ExpressionSpecification = ['==', zone, z.zh];
  if (z.codes.length) {
    return ['any', named, ...z.codes.map((code): ExpressionSpecification => ['==', ['index-of', code, zone], 0])];
  }
  return ['any', named, ['all', ['in', z.has, zone], ...z.hasNot.map((no): ExpressionSpecification => ['!', ['in', no, zone]])]];
}

function layersOf(map: MapLibreMap, c: Collection, hasTiles: boolean): AddLayerObject[] {
  if (c.kind === 'base') return hasTiles ? baseLayers(c) : [];
  const source = hasTiles ? { source: c.id, 'source-layer': c.id } : { source: c.id };
  const points = pointLayers(c.id, source);
  const symbol = areaSymbol(c.id);
  if (!symbol) return points;
  const out: AddLayerObject[] = [];
  const zone: ExpressionSpecification = ['coalesce', ['get', 'zone'], ''];
  const all = subZones(c.id);
  const zones = all.filter((z) => !z.plain);
  const coloured = all.filter((z) => z.plain);
  zones.forEach((z, i) => {
    out.push(...areaLayers(map, `${c.id}-zone${i}`, source, z.symbol, inZone(z, zone) as FilterSpecification).slice(0, 1));
  });
  const noZone: FilterSpecification = ['all', ...zones.map((z): ExpressionSpecification => ['!', inZone(z, zone)])];
  const [fill, line] = areaLayers(map, c.id, source, symbol, zones.length ? noZone : undefined);
  if (fill?.type === 'fill' && coloured.length) {
    const cases = coloured.flatMap((z): (ExpressionSpecification | string)[] => [inZone(z, zone), z.symbol.fill]);
    fill.paint = { 'fill-color': ['case', ...cases, symbol.fill] as unknown as ExpressionSpecification };
  }
  if (fill) out.push(fill);
  if (line && c.id === 'plan_places') return [...out, ...lineLooks(line), ...points];
  // One outline for all sub-zones: the boundary itself does not depend on them.
  if (line) out.push(zones.length || coloured.length ? ({ ...line, filter: ['!=', ['geometry-type'], 'Point'] } as AddLayerObject) : line);
  return c.kind === 'plan' ? [...out, ...points] : out;
}

/** Rough middle of the largest ring, for a label. Display only. */
function labelPoint(geometry: GeoJSON.Geometry | null): GeoJSON.Position | undefined {
  const polygons =
    geometry?.type === 'MultiPolygon' ? geometry.coordinates : geometry?.type === 'Polygon' ? [geometry.coordinates] : [];
  let best = 0;
  let at: GeoJSON.Position | undefined;
  for (const ring of polygons.map((p) => p[0] ?? [])) {
    let area = 0, x = 0, y = 0;
    for (let i = 0; i + 1 < ring.length; i++) {
      const [x0 = 0, y0 = 0] = ring[i] ?? [];
      const [x1 = 0, y1 = 0] = ring[i + 1] ?? [];
      const cross = x0 * y1 - x1 * y0;
      area += cross;
      x += (x0 + x1) * cross;
      y += (y0 + y1) * cross;
    }
    if (Math.abs(area) > best) {
      best = Math.abs(area);
      at = [x / (3 * area), y / (3 * area)];
    }
  }
  return at;
}

async function addPrefectureLabels(map: MapLibreMap): Promise<void> {
  const items = await getAllItems('prefectures', 100);
  const features = items.flatMap((f) => {
    const at = labelPoint(f.geometry);
    const name = String(f.properties?.['name'] ?? f.properties?.['XZQMC'] ?? '');
    const point: GeoJSON.Feature[] = at
      ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: { name } }]
      : [];
    return point;
  });
  map.addSource('prefecture-labels', { type: 'geojson', data: { type: 'FeatureCollection', features } });
  map.addLayer(
    {
      id: 'prefectures-label', type: 'symbol', source: 'prefecture-labels', maxzoom: 9,
      layout: {
        'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': 12, 'text-letter-spacing': 0.12,
        'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'], 'text-radial-offset': 0.8, 'text-padding': 1,
      },
      paint: { 'text-color': '#66707a', 'text-halo-color': 'rgba(255,255,255,0.9)', 'text-halo-width': 1.5 },
    },
    // Below the points, so that a city's own name wins where the two would meet.
    ['counties-point', 'plan_places-point', 'plan_layout-point'].find((id) => map.getLayer(id)) ?? TOP_OF_COLLECTIONS,
  );
}

/** Adds all collections; returns, per collection, the layers that a switch turns on and off. */
export class CollectionLayers {
  private readonly layerIds = new Map<string, string[]>();
  private readonly pendingItems = new Map<string, Collection>();
  private readonly filters = new Map<string, FilterSpecification | null>(); // of the plan's places, before any was chosen

  private placesOn = false; // by showPlaces, which then turns them off again

  constructor(
    private readonly map: MapLibreMap,
    private readonly onError: (text: string) => void,
  ) {}

  add(collections: Collection[]): void {
    const { map } = this;
    for (const [name, symbol] of Object.entries(POINT_SYMBOLS)) {
      if (!map.hasImage(`point-${name}`)) map.addImage(`point-${name}`, pointImage(symbol, RATIO), { pixelRatio: RATIO });
    }
    for (const [kind, theme] of Object.entries(THEMES)) {
      const name = `point-${signOf(kind)}`;
      if (!map.hasImage(name)) map.addImage(name, pointImage(theme.point, RATIO), { pixelRatio: RATIO });
    }
    map.addLayer({ id: TOP_OF_COLLECTIONS, type: 'background', layout: { visibility: 'none' } });
    for (const c of [...collections].sort((a, b) => rank(a) - rank(b))) this.addOne(c);
    if (collections.some((c) => c.id === 'prefectures')) {
      addPrefectureLabels(map)
        .then(() => {
          this.layerIds.get('prefectures')?.push('prefectures-label');
          this.setVisible('prefectures', this.isVisible('prefectures'));
        })
        .catch((e: unknown) => this.onError(e instanceof Error ? e.message : String(e)));
    }
  }

  private addOne(c: Collection): void {
    // The plan's features carry their rank, which tiles do not: they are few, so they come as items.
    const url = c.kind === 'plan' || c.id.startsWith('plan_') ? undefined : tileUrl(c);
    if (url) {
      this.map.addSource(c.id, { type: 'vector', tiles: [url], maxzoom: c.kind === 'base' ? BASE_LAST_ZOOM : 15, ...(c.bbox ? { bounds: c.bbox } : {}) });
    } else {
      this.map.addSource(c.id, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
      this.pendingItems.set(c.id, c);
    }
    const layers = layersOf(this.map, c, Boolean(url));
    for (const layer of layers) this.map.addLayer(layer, TOP_OF_COLLECTIONS);
    this.layerIds.set(c.id, layers.map((l) => l.id));
    this.setVisible(c.id, visibleAtFirst(c));
  }

  /** Items are fetched when their layer is first shown. */
  private async loadItems(id: string): Promise<void> {
    this.pendingItems.delete(id);
    try {
      const items = await getAllItems(id, 20_000);
      const source = this.map.getSource(id);
      if (source?.type === 'geojson') {
        const features = items.map((f) => withRank(f)) as GeoJSON.Feature[];
        (source as import('maplibre-gl').GeoJSONSource).setData({ type: 'FeatureCollection', features });
      }
    } catch (e) {
      this.onError(e instanceof Error ? e.message : String(e));
    }
  }

  setVisible(id: string, visible: boolean): void {
    if (visible && this.pendingItems.has(id)) void this.loadItems(id);
    for (const layer of this.layerIds.get(id) ?? []) {
      this.map.setLayoutProperty(layer, 'visibility', visible ? 'visible' : 'none');
    }
  }

  /** The plan's places of these kinds and status alone; none of them: the layer as its own switch has it. */
  showPlaces(shown: Shown): void {
    for (const id of this.layerIds.get('plan_places') ?? []) {
      const first = this.filters.get(id) ?? this.map.getFilter(id) ?? null;
      this.filters.set(id, first);
      const chosen: ExpressionSpecification = ['all',
        ['in', ['get', 'kind'], ['literal', shown.kinds]],
        ...(shown.status ? [['==', ['get', 'status'], shown.status] as ExpressionSpecification] : [])];
      const all = first ? (['all', first, chosen] as FilterSpecification) : chosen;
      this.map.setFilter(id, shown.kinds.length ? all : first);
    }
    const on = shown.kinds.length > 0;
    if (on && !this.isVisible('plan_places')) this.placesOn = true;
    if (on || this.placesOn) this.setVisible('plan_places', on);
    if (!on) this.placesOn = false;
  }

  isVisible(id: string): boolean {
    const first = this.layerIds.get(id)?.[0];
    return first !== undefined && this.map.getLayoutProperty(first, 'visibility') !== 'none';
  }

  /** Every layer that a click may hit, with the collection it belongs to. */
  clickable(): Map<string, string> {
    const out = new Map<string, string>();
    for (const [id, layers] of this.layerIds) {
      if (id === 'region' || id.startsWith('base_')) continue; // to look at, and nothing to ask
      for (const l of layers) if (!l.endsWith('-label') && this.map.getLayer(l)) out.set(l, id);
    }
    return out;
  }
}

function withRank(f: FeatureItem): FeatureItem {
  return { ...f, properties: { ...f.properties, hx_rank: planRank(f.properties ?? {}) } };
}
