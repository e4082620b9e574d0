/** Drawing a parcel by hand: one rectangle or polygon at a time, handed over as GeoJSON and then removed. */

import type { Map as MapLibreMap } from 'maplibre-gl';
import { TerraDraw, TerraDrawPolygonMode, TerraDrawRectangleMode } from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import { t } from '../i18n';

export type DrawMode = 'rectangle' | 'polygon';

const STYLES = {
  fillColor: '#101820', fillOpacity: 0.12, outlineColor: '#101820', outlineWidth: 2,
} as const;

export class ParcelDrawing {
  private readonly draw: TerraDraw;
  mode: DrawMode | null = null;

  constructor(
    map: MapLibreMap,
    private readonly onDone: (geojson: string) => void,
    private readonly onModeChange: (mode: DrawMode | null) => void,
  ) {
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 9 }),
      modes: [
        new TerraDrawPolygonMode({ styles: STYLES, keyEvents: { cancel: null, finish: 'Enter' } }),
        new TerraDrawRectangleMode({ styles: STYLES, keyEvents: { cancel: null, finish: 'Enter' } }),
      ],
    });
    this.draw.start();
    this.draw.setMode('static');
    this.draw.on('finish', (id) => this.finish(id));
  }

  start(mode: DrawMode): void {
    this.draw.clear();
    this.draw.setMode(mode);
    this.mode = mode;
    this.onModeChange(mode);
  }

  cancel(): void {
    if (this.mode === null) return;
    this.draw.clear();
    this.draw.setMode('static');
    this.mode = null;
    this.onModeChange(null);
  }

  private finish(id: string | number): void {
    const shape = this.draw.getSnapshotFeature(id);
    // terra-draw is still inside its own event: change its state after it has returned.
    setTimeout(() => {
      this.cancel();
      if (shape?.geometry.type !== 'Polygon') return;
      const feature = { type: 'Feature', properties: { name: t('input_draw') }, geometry: shape.geometry };
      this.onDone(JSON.stringify({ type: 'FeatureCollection', features: [feature] }));
    });
  }
}
