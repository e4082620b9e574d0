/** Where the pointer is, in degrees and in the plane coordinates of its 3-degree zone, as offices write them. */

import type { Map as MapLibreMap } from 'maplibre-gl';
import { fill, h } from '../dom';
import { t } from '../i18n';
import { toZone, type LonLat } from './ellipsoid';

/** "111.70000°E 40.80000°N · X 4518598.7  Y 37559072.5": northing first, as surveyors in China have it. */
export function placeText(at: LonLat): string {
  const [lon, lat] = at;
  const side = (value: number, plus: string, minus: string) => `${Math.abs(value).toFixed(5)}°${value < 0 ? minus : plus}`;
  const degrees = `${side(lon, 'E', 'W')} ${side(lat, 'N', 'S')}`;
  if (lon < 73 || lon > 136 || lat < 3 || lat > 54) return degrees; // no zone of ours
  const { north, east } = toZone(at);
  return `${degrees} · X ${north.toFixed(1)}  Y ${east.toFixed(1)}`;
}

export function showWhere(map: MapLibreMap): HTMLElement {
  const el = h('output', { class: 'where', hidden: true, 'data-testid': 'where' });
  map.on('mousemove', (e) => {
    el.hidden = false;
    el.setAttribute('aria-label', t('where_label'));
    fill(el, placeText([e.lngLat.lng, e.lngLat.lat]));
  });
  map.on('mouseout', () => (el.hidden = true));
  return el;
}
