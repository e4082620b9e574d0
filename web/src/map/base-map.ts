/** The base map: by what one knows where one is. Under everything else but the region's ground lies the water; above everything but
 * the plan stand the names. Names are drawn from the fonts of this computer, nothing is fetched for them. */

import type { AddLayerObject, ExpressionSpecification, FilterSpecification } from 'maplibre-gl';
import type { Collection } from '../api';
import { OTHER_AREAS } from './symbols';
import { TEXT_FONT } from './text';

const HALO = { 'text-halo-color': 'rgba(255,255,255,0.92)', 'text-halo-width': 1.5 };

/** Beyond it tiles have nothing more to say: the data are that coarse. */
export const BASE_LAST_ZOOM = 9;

/** Those of one rank, from a zoom on. */
const rankIs = (rank: number): FilterSpecification => ['==', ['get', 'code'], String(rank)];
const kindIn = (...kinds: string[]): ExpressionSpecification => ['in', ['get', 'kind'], ['literal', kinds]];

type Source = { source: string; 'source-layer': string };

function rivers(source: Source, rank: number, minzoom: number, width: number): AddLayerObject {
  return {
    id: `base_water-river${rank}`, type: 'line', ...source, minzoom,
    filter: ['all', ['==', ['geometry-type'], 'LineString'], rankIs(rank)] as FilterSpecification,
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': OTHER_AREAS.base_water.line, 'line-width': ['interpolate', ['linear'], ['zoom'], 4, width * 0.5, 8, width, 12, width * 1.8] },
  };
}

function waterLayers(source: Source): AddLayerObject[] {
  const named = (type: string): FilterSpecification => ['all', ['==', ['geometry-type'], type], ['!=', ['get', 'name'], '']];
  const paint = { 'text-color': '#2f6690', ...HALO };
  return [
    { id: 'base_water-fill', type: 'fill', ...source, filter: kindIn('sea', 'lake'), paint: { 'fill-color': OTHER_AREAS.base_water.fill, 'fill-outline-color': OTHER_AREAS.base_water.line } },
    rivers(source, 1, 0, 1.6), rivers(source, 2, 0, 1.2), rivers(source, 3, 5, 0.9), rivers(source, 4, 6, 0.7),
    {
      id: 'base_water-rivername', type: 'symbol', ...source, minzoom: 5, filter: named('LineString'),
      layout: { 'symbol-placement': 'line', 'symbol-spacing': 400, 'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': 11 }, paint,
    },
    {
      id: 'base_water-lakename', type: 'symbol', ...source, minzoom: 5, filter: named('Polygon'),
      layout: { 'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': 11 }, paint,
    },
  ];
}

/** A place's dot and name; where names would meet, the greater place has its own. */
function places(source: Source, id: string, rank: number, minzoom: number, size: number): AddLayerObject {
  return {
    id: `base_towns-${id}`, type: 'symbol', ...source, minzoom, filter: rankIs(rank),
    layout: {
      'icon-image': 'point-base_towns', 'icon-size': rank < 3 ? 1.1 : 0.8, 'icon-optional': false,
      'text-field': ['get', 'name'], 'text-font': TEXT_FONT, 'text-size': size,
      'text-variable-anchor': ['left', 'right', 'top', 'bottom'], 'text-radial-offset': 0.5, 'text-padding': 2,
    },
    paint: { 'text-color': rank < 3 ? '#1c2430' : '#3d4650', ...HALO },
  };
}

/** From the least to the greatest: MapLibre places the names of later layers first. */
function townLayers(source: Source): AddLayerObject[] {
  return [
    places(source, 'town', 4, 8, 11), places(source, 'county', 3, 6, 12),
    places(source, 'farcity', 2, 6, 12), places(source, 'city', 1, 4, 13),
  ];
}

export function baseLayers(c: Collection): AddLayerObject[] {
  const source: Source = { source: c.id, 'source-layer': c.id };
  if (c.id === 'base_water') return waterLayers(source);
  return c.id === 'base_towns' ? townLayers(source) : [];
}

/** Under the layers that are examined, or above them. */
export function baseRank(id: string): number {
  return id === 'base_water' ? 0.5 : 4.5;
}
