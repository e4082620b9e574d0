/** What a check found, drawn: the parcels, the overlaps, and the place of the last click. */

import type { ExpressionSpecification, GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';
import type { Relation, VerdictName } from '../api';
import { controlLayers, relationOf } from '../control';
import type { Box } from './view';
import { VERDICTS } from '../verdict';
import { innerPoint } from './inner-point';
import { areaLayers } from './layers';
import { TEXT_FONT } from './text';
import { CLASS_SYMBOL, INSIDE_SYMBOL, OVERLAP_SYMBOL, PARCEL_SYMBOL, PLACE_SYMBOL, VERDICT_COLOUR } from './symbols';

const EMPTY: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

interface ShapeFeature extends GeoJSON.Feature {
  properties: Record<string, unknown>;
}

function grow(box: Box, coordinates: unknown): void {
  if (!Array.isArray(coordinates)) return;
  const [x, y] = coordinates as unknown[];
  if (typeof x === 'number' && typeof y === 'number') {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  } else for (const c of coordinates as unknown[]) grow(box, c);
}

function boxOf(features: GeoJSON.Feature[]): Box | undefined {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { geometry: g } of features) {
    if (!g) continue;
    for (const part of g.type === 'GeometryCollection' ? g.geometries : [g]) {
      if (part.type !== 'GeometryCollection') grow(box, part.coordinates);
    }
  }
  return box[0] <= box[2] ? box : undefined;
}

/** With room for the rounding of the coordinates (a metre or so). */
function within(a: Box, b: Box): boolean {
  const slack = 1e-5;
  return a[0] >= b[0] - slack && a[1] >= b[1] - slack && a[2] <= b[2] + slack && a[3] <= b[3] + slack;
}

export class CheckOverlay {
  private features: ShapeFeature[] = [];
  private marked: GeoJSON.Feature | null = null;

  constructor(private readonly map: MapLibreMap) {
    map.addSource('check', { type: 'geojson', data: EMPTY });
    const source = { source: 'check' };
    const isOverlap: ExpressionSpecification = ['==', ['get', 'role'], 'overlap'];
    const ids = (r: Relation) => controlLayers().filter((l) => relationOf(l.id) === r).map((l) => l.id);
    const isOf = (r: Relation): ExpressionSpecification => ['in', ['get', 'layer'], ['literal', ids(r)]];
    const isPressed: ExpressionSpecification = ['!', ['any', isOf('contain'), isOf('classify')]];
    for (const layer of [
      ...areaLayers(map, 'check-parcel', source, PARCEL_SYMBOL, ['==', ['get', 'role'], 'parcel']),
      ...areaLayers(map, 'check-class', source, CLASS_SYMBOL, ['all', isOverlap, isOf('classify')]),
      ...areaLayers(map, 'check-inside', source, INSIDE_SYMBOL, ['all', isOverlap, isOf('contain')]),
      ...areaLayers(map, 'check-overlap', source, OVERLAP_SYMBOL, ['all', isOverlap, isPressed]),
    ]) {
      map.addLayer(layer);
    }
    map.setPaintProperty('check-parcel-line', 'line-width', ['case', ['==', ['get', 'hx_index'], -1], 4, 2]);
    // A white band under the parcel's outline keeps it visible on any colour.
    map.addLayer(
      {
        id: 'check-parcel-casing', type: 'line', source: 'check', filter: ['==', ['get', 'role'], 'parcel'],
        paint: { 'line-color': '#fff', 'line-width': 5, 'line-opacity': 0.85 },
      },
      'check-parcel-line',
    );
    this.addNumbers();
    // A place of an audit: a black line with yellow beside it, unlike any layer.
    map.addSource('place', { type: 'geojson', data: EMPTY });
    const { casing = '#fff', line, width } = PLACE_SYMBOL;
    map.addLayer({ id: 'place-casing', type: 'line', source: 'place', paint: { 'line-color': casing, 'line-width': 8 } });
    map.addLayer({ id: 'place-line', type: 'line', source: 'place', paint: { 'line-color': line, 'line-width': width } });
    map.addSource('pin', { type: 'geojson', data: EMPTY });
    map.addLayer({
      id: 'pin', type: 'circle', source: 'pin',
      paint: {
        'circle-radius': 6, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': '#101820', 'circle-stroke-width': 2.5,
      },
    });
  }

  /** A plot's number in a disc of its verdict's colour. Where discs would cover each other the worst lies on top, and its number wins. */
  private addNumbers(): void {
    this.map.addSource('check-numbers', { type: 'geojson', data: EMPTY });
    const colours = VERDICTS.flatMap((v) => [v, VERDICT_COLOUR[v]]);
    this.map.addLayer({
      id: 'check-disc', type: 'circle', source: 'check-numbers',
      layout: { 'circle-sort-key': ['-', 0, ['get', 'rank']] },
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['length', ['get', 'no']], 1, 9, 4, 15],
        'circle-color': ['match', ['get', 'verdict'], ...colours, VERDICT_COLOUR.unknown] as unknown as ExpressionSpecification,
        'circle-stroke-color': '#fff', 'circle-stroke-width': 2,
      },
    });
    this.map.addLayer({
      id: 'check-number', type: 'symbol', source: 'check-numbers',
      layout: { 'text-field': ['get', 'no'], 'text-font': TEXT_FONT, 'text-size': 11.5, 'text-padding': 1, 'symbol-sort-key': ['get', 'rank'] },
      paint: { 'text-color': '#fff' },
    });
  }

  /** The plot whose number is at a place of the screen; undefined: none is. */
  plotAt(lngLat: [number, number]): number | undefined {
    const at = this.map.project(lngLat);
    const [top] = this.map.queryRenderedFeatures([at.x, at.y], { layers: ['check-disc'] });
    return top ? Number(top.properties['no']) - 1 : undefined;
  }

  /** The plots are numbered as in the report; with one alone there is nothing to number. */
  private showNumbers(verdicts: readonly VerdictName[]): void {
    const parcels = this.features.filter((f) => f.properties['role'] === 'parcel');
    const features = parcels.length < 2 ? [] : parcels.flatMap((f, i) => {
      const coordinates = innerPoint(f.geometry);
      const verdict = verdicts[i] ?? 'unknown';
      const properties = { no: String(i + 1), verdict, rank: VERDICTS.indexOf(verdict) };
      return coordinates ? [{ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates }, properties }] : [];
    });
    this.source('check-numbers').setData({ type: 'FeatureCollection', features });
  }

  /** Shows the server's FeatureCollection. Parcels are numbered in its order, which is the report's; their verdicts are those that
   * the page shows. */
  show(collection: GeoJSON.FeatureCollection, verdicts: readonly VerdictName[], parcelsOnly = false): void {
    let n = 0;
    const features = collection.features.map((f) => {
      const properties: Record<string, unknown> = { ...f.properties };
      properties['role'] ??= properties['kind'];
      if (properties['role'] === 'parcel') properties['hx_index'] = n++;
      return { ...f, properties };
    });
    this.features = parcelsOnly ? features.filter((f) => f.properties['role'] === 'parcel') : features;
    this.source('check').setData({ type: 'FeatureCollection', features: this.features });
    this.showNumbers(verdicts);
    this.select(-1);
  }

  clear(): void {
    this.features = [];
    this.source('check-numbers').setData(EMPTY);
    this.source('check').setData(EMPTY);
  }

  /** The chosen parcel gets a thicker outline. */
  select(index: number): void {
    this.map.setPaintProperty('check-parcel-line', 'line-width', ['case', ['==', ['get', 'hx_index'], index], 4, 2]);
  }

  parcelBox(index: number): Box | undefined {
    return boxOf(this.features.filter((f) => f.properties['hx_index'] === index));
  }

  /** Of everything that is shown. */
  allBox(): Box | undefined {
    return boxOf(this.features);
  }

  /** Box of a parcel's overlaps with some layers. Parcels may share an id (or have none), so place decides too. */
  overlapBox(index: number, id: string | undefined, layers: string[]): Box | undefined {
    const home = this.parcelBox(index);
    return boxOf(
      this.features.filter((f) => {
        const p = f.properties;
        if (p['role'] !== 'overlap' || !layers.includes(String(p['layer']))) return false;
        if (id && p['parcel'] && String(p['parcel']) !== id) return false;
        const box = boxOf([f]);
        return !home || (box !== undefined && within(box, home));
      }),
    );
  }

  /** Marks the shape of a place, instead of the one before. */
  place(shape: GeoJSON.Feature | null): void {
    this.marked = shape;
    this.source('place').setData(shape ?? EMPTY);
  }

  placeBox(): Box | undefined {
    return this.marked ? boxOf([this.marked]) : undefined;
  }

  pin(at: [number, number] | undefined): void {
    const geometry = at && ({ type: 'Point', coordinates: at } as const);
    this.source('pin').setData(geometry ? { type: 'Feature', geometry, properties: {} } : EMPTY);
  }

  private source(id: string): GeoJSONSource {
    return this.map.getSource(id) as GeoJSONSource;
  }
}
