/** The map: ground, collections, clicks, and moving about. Knows nothing of panels. */

import { Map as MapLibreMap, NavigationControl, ScaleControl, setWorkerUrl, type IControl, type MapGeoJSONFeature } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { Collection } from '../api';
import { lang, onLang } from '../i18n';
import type { Shown } from '../plan-themes';
import type { View } from '../state';
import { CollectionLayers } from './layers';

export type Box = [number, number, number, number];

/** Inner Mongolia, for the moment before the collections say where they are. */
const REGION_BOX: Box = [97.1, 37.3, 126.1, 53.4];

/** What a click hit: one feature of one collection, topmost first. */
export interface Hit {
  collection: string;
  id: number | string | undefined;
  properties: Record<string, unknown>;
}

export interface MapEvents {
  onClick: (hits: Hit[], lngLat: [number, number]) => void;
  onError: (text: string) => void;
  onMove: (view: View) => void;
}

const WORDS_EN = {
  'NavigationControl.ZoomIn': 'Zoom in',
  'NavigationControl.ZoomOut': 'Zoom out',
  'ScaleControl.Meters': 'm',
  'ScaleControl.Kilometers': 'km',
  'Map.Title': 'Map',
};
const WORDS_ZH = {
  'NavigationControl.ZoomIn': '放大',
  'NavigationControl.ZoomOut': '缩小',
  'ScaleControl.Meters': '米',
  'ScaleControl.Kilometers': '公里',
  'Map.Title': '地图',
};

const wordsOfControls = () => (lang() === 'zh' ? WORDS_ZH : WORDS_EN);
const reducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class MapView {
  readonly map: MapLibreMap;
  readonly ready: Promise<void>;
  private collections: CollectionLayers;
  private home: Box = REGION_BOX;
  private controls: IControl[] = [];
  /** While something is being drawn, clicks belong to the drawing. */
  clicksPaused = false;

  constructor(container: HTMLElement, events: MapEvents) {
    setWorkerUrl(new URL(workerUrl, location.href).href);
    this.map = new MapLibreMap({
      container,
      style: {
        version: 8,
        sources: {},
        // No `glyphs`: every label is drawn from the fonts of this computer, so nothing is fetched.
        layers: [{ id: 'ground', type: 'background', paint: { 'background-color': '#e4e9ec' } }],
      },
      bounds: REGION_BOX,
      fitBoundsOptions: { padding: 12 },
      localIdeographFontFamily: '"Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", SimHei, sans-serif',
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 19,
      minZoom: 2,
      fadeDuration: 0, // old computers: labels appear at once
      locale: wordsOfControls(),
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.addControls();
    onLang(() => this.relabel());
    this.map.getCanvas().setAttribute('data-testid', 'map-canvas');
    this.collections = new CollectionLayers(this.map, events.onError);
    this.ready = new Promise((resolve) => this.map.once('load', () => resolve()));
    // Whether the map has drawn all it has: for the tests, and harmless otherwise.
    this.map.on('idle', () => (container.dataset['idle'] = 'true'));
    for (const busy of ['movestart', 'dataloading', 'render'] as const) this.map.on(busy, () => (container.dataset['idle'] = 'false'));
    this.map.on('moveend', () => {
      const { lng, lat } = this.map.getCenter();
      events.onMove({ lng, lat, zoom: this.map.getZoom() });
    });
    this.map.on('error', (e) => events.onError(e.error?.message ?? 'error'));
    this.map.on('click', (e) => {
      if (!this.clicksPaused) events.onClick(this.hitsAt(e.point.x, e.point.y), [e.lngLat.lng, e.lngLat.lat]);
    });
  }

  private addControls(): void {
    const [zoom, scale] = (this.controls = [new NavigationControl({ showCompass: false }), new ScaleControl({ maxWidth: 120 })]);
    this.map.addControl(zoom as IControl, 'top-left').addControl(scale as IControl, 'bottom-left');
  }

  /** The library reads its words once, when a control is added. */
  private relabel(): void {
    Object.assign(this.map._locale, wordsOfControls());
    for (const control of this.controls) this.map.removeControl(control);
    this.addControls();
  }

  setCollections(list: Collection[]): void {
    const region = list.find((c) => c.id === 'region')?.bbox;
    if (region?.length === 4 && region.every(Number.isFinite)) this.home = region;
    this.collections.add(list);
  }

  setVisible(id: string, visible: boolean): void {
    this.collections.setVisible(id, visible);
  }

  showPlaces(shown: Shown): void {
    this.collections.showPlaces(shown);
  }

  /** Where an address stands; without one the whole region. */
  stand(at: View | null): void {
    if (at) this.map.jumpTo({ center: [at.lng, at.lat], zoom: at.zoom });
    else this.showAll(false);
  }

  private hitsAt(x: number, y: number): Hit[] {
    const layers = this.collections.clickable();
    // Three pixels around: points and thin patches can be hit with an old mouse.
    const found = this.map.queryRenderedFeatures([[x - 3, y - 3], [x + 3, y + 3]], { layers: [...layers.keys()] });
    const seen = new Set<string>();
    const hits: Hit[] = [];
    for (const f of found) {
      const collection = layers.get(f.layer.id);
      if (!collection) continue;
      const key = `${collection}/${identityOf(f)}`;
      if (seen.has(key)) continue; // once per feature: its fill, its outline, its parts in two tiles
      seen.add(key);
      hits.push({ collection, id: f.id, properties: f.properties });
    }
    return hits;
  }

  showAll(animate = true): void {
    this.fit(this.home, { padding: 12, animate });
  }

  fit(box: Box, options: { padding?: number; animate?: boolean; maxZoom?: number } = {}): void {
    this.map.fitBounds(box, {
      padding: options.padding ?? 60,
      maxZoom: options.maxZoom ?? 18,
      animate: (options.animate ?? true) && !reducedMotion(),
      duration: 900,
    });
  }

  flyTo(lng: number, lat: number, zoom: number): void {
    const target = { center: [lng, lat] as [number, number], zoom };
    if (reducedMotion()) this.map.jumpTo(target);
    else this.map.flyTo({ ...target, duration: 1500 });
  }

  /** The map as a picture, for printing. The canvas can only be read right after a frame was drawn. */
  picture(): Promise<string> {
    return new Promise((resolve) => {
      this.map.once('render', () => resolve(this.map.getCanvas().toDataURL('image/png')));
      this.map.triggerRepaint();
    });
  }
}

function identityOf(f: MapGeoJSONFeature): string {
  return f.id !== undefined ? String(f.id) : JSON.stringify(f.properties);
}
