/** The parcels of a batch on the map, coloured by verdict and with its sign: of any number, as tiles. What is told of one is the panel's. */

import type { ExpressionSpecification, Map as MapLibreMap } from 'maplibre-gl';
import { here } from '../paths';
import { VERDICTS } from '../verdict';
import { VERDICT_COLOUR, verdictImage } from './symbols';
import type { Box } from './view';

const SOURCE = 'results';
/** From here on every parcel has its own area; below it stands in a spot with others (the server's rule). */
const EXACT_ZOOM = 12;
const LAST_ZOOM = 15;
const LAYERS = ['results-area', 'results-line', 'results-spot', 'results-spot-sign', 'results-area-sign'] as const;

const zone: ExpressionSpecification = ['coalesce', ['get', 'zone'], 'unknown'];
const colour = ['match', zone, ...VERDICTS.flatMap((v) => [v, VERDICT_COLOUR[v]]), VERDICT_COLOUR.unknown] as unknown as ExpressionSpecification;
/** The worst first: it is placed first, and drawn last. */
const rank = ['match', zone, ...VERDICTS.flatMap((v, i) => [v, i]), 1] as unknown as ExpressionSpecification;
const image: ExpressionSpecification = ['concat', 'verdict-', zone];
/** How many parcels a spot stands for. */
const many: ExpressionSpecification = ['coalesce', ['get', 'merged'], 1];

export class ResultLayers {
  private job = '';
  private on = true;

  /** Below what a check finds. */
  private readonly above = 'check-parcel-fill';

  constructor(private readonly map: MapLibreMap) {
    const ratio = Math.ceil(devicePixelRatio || 1);
    for (const v of VERDICTS) if (!map.hasImage(`verdict-${v}`)) map.addImage(`verdict-${v}`, verdictImage(v, ratio), { pixelRatio: ratio });
  }

  show(job: string, box: Box): void {
    if (job === this.job) return;
    this.clear();
    this.job = job;
    this.map.addSource(SOURCE, {
      type: 'vector', tiles: [here(`/jobs/${encodeURIComponent(job)}/tiles/{z}/{y}/{x}`)], minzoom: 0, maxzoom: LAST_ZOOM, bounds: box,
    });
    const areas = { source: SOURCE, 'source-layer': 'parcels' };
    const spots = { source: SOURCE, 'source-layer': 'spots', maxzoom: EXACT_ZOOM };
    const before = this.map.getLayer(this.above) ? this.above : undefined;
    const sign = { 'icon-image': image, 'icon-padding': 1, 'symbol-sort-key': rank };
    this.map.addLayer({ id: 'results-area', type: 'fill', ...areas, layout: { 'fill-sort-key': ['-', 0, rank] }, paint: { 'fill-color': colour, 'fill-opacity': 0.55 } }, before);
    this.map.addLayer({ id: 'results-line', type: 'line', ...areas, minzoom: EXACT_ZOOM, paint: { 'line-color': colour, 'line-width': 1.2 } }, before);
    this.map.addLayer({
      id: 'results-spot', type: 'circle', ...spots, layout: { 'circle-sort-key': ['-', 0, rank] },
      paint: { 'circle-color': colour, 'circle-radius': ['interpolate', ['linear'], ['log10', many], 0, 2, 2, 3.2, 4, 4.5], 'circle-stroke-color': '#fff', 'circle-stroke-width': 0.4 },
    }, before);
    this.map.addLayer({ id: 'results-spot-sign', type: 'symbol', ...spots, layout: sign }, before);
    this.map.addLayer({ id: 'results-area-sign', type: 'symbol', ...areas, minzoom: EXACT_ZOOM, layout: sign }, before);
    this.setShown(this.on);
  }

  clear(): void {
    if (!this.job) return;
    this.job = '';
    for (const id of LAYERS) this.map.removeLayer(id);
    this.map.removeSource(SOURCE);
  }

  /** Other panels show other things. */
  setShown(on: boolean): void {
    this.on = on;
    if (this.job) for (const id of LAYERS) this.map.setLayoutProperty(id, 'visibility', on ? 'visible' : 'none');
  }

  /** The row of the parcel at a place of the screen; undefined: there is none, or several that stand in one spot. */
  rowAt(lngLat: [number, number]): number | undefined {
    if (!this.job || !this.on) return undefined;
    const at = this.map.project(lngLat);
    const found = this.map.queryRenderedFeatures([[at.x - 3, at.y - 3], [at.x + 3, at.y + 3]], { layers: [...LAYERS] });
    const one = found.find((f) => f.id !== undefined && f.properties['merged'] === undefined) ?? found.find((f) => f.id !== undefined);
    return one === undefined ? undefined : Number(one.id);
  }
}
