/** How each kind of area and point looks: one description for the map and for the legend, so the two cannot differ.
 *
 * The colours follow the habit of the field (red line red, farmland yellow, boundary blue and pink). Each line also has
 * its own pattern and outline, so that the map can be read without telling red from green. */

import { pick } from '../i18n';

export type Pattern = 'diagonal' | 'dots' | 'vertical' | 'rings' | 'cross';

export interface AreaSymbol {
  fill: string;
  pattern?: Pattern;
  ink: string; // of the pattern
  line: string;
  width: number;
  dash?: number[];
  casing?: string; // beside the line
}

export interface SubZone {
  /** A part of the zone's name: sources write 集中建设区 and 城镇集中建设区. */
  match: string;
  zh: string;
  en: string;
  symbol: AreaSymbol;
}

const BOUNDARY_BLUE = '#1d4f91';

export const AREA_SYMBOLS: Record<string, AreaSymbol> = {
  ecological_red_line: {
    fill: 'rgba(214, 30, 50, 0.07)', pattern: 'diagonal', ink: 'rgba(200, 16, 46, 0.55)', line: '#c8102e', width: 2,
  },
  permanent_basic_farmland: {
    fill: 'rgba(255, 214, 10, 0.5)', pattern: 'dots', ink: 'rgba(120, 90, 0, 0.75)', line: '#8a6700', width: 1.2,
  },
  urban_development_boundary: {
    fill: 'rgba(29, 79, 145, 0.06)', ink: BOUNDARY_BLUE, line: BOUNDARY_BLUE, width: 2, dash: [4, 2],
  },
  urban_space: { fill: 'rgba(232, 150, 170, 0.4)', ink: '#b4546e', line: '#b4546e', width: 0.8, dash: [1, 2] },
  agricultural_space: { fill: 'rgba(236, 222, 140, 0.45)', ink: '#8f7f2e', line: '#8f7f2e', width: 0.8, dash: [1, 2] },
  ecological_space: { fill: 'rgba(150, 200, 150, 0.4)', ink: '#4c8055', line: '#4c8055', width: 0.8, dash: [1, 2] },
  plan_layout: { fill: 'rgba(108, 60, 150, 0.07)', ink: '#6c3c96', line: '#6c3c96', width: 1.8, dash: [5, 2, 1, 2] },
  prefectures: { fill: 'rgba(0, 0, 0, 0)', ink: '#8b949e', line: '#8b949e', width: 1, dash: [3, 2] },
  region: { fill: '#fbfaf5', ink: '#5d6670', line: '#5d6670', width: 2 },
};

export const SUB_ZONES: Record<string, SubZone[]> = {
  urban_development_boundary: [
    {
      match: '集中', zh: '集中建设区', en: 'Concentrated construction zone',
      symbol: { fill: 'rgba(242, 145, 170, 0.5)', ink: '#b03060', line: BOUNDARY_BLUE, width: 1.5, dash: [4, 2] },
    },
    {
      match: '弹性', zh: '弹性发展区', en: 'Flexible development zone',
      symbol: {
        fill: 'rgba(176, 140, 214, 0.3)', pattern: 'vertical', ink: 'rgba(96, 60, 150, 0.7)',
        line: BOUNDARY_BLUE, width: 1.5, dash: [4, 2],
      },
    },
    {
      match: '特别', zh: '特别用途区', en: 'Special-purpose zone',
      symbol: {
        fill: 'rgba(110, 180, 225, 0.35)', pattern: 'rings', ink: 'rgba(20, 95, 150, 0.8)',
        line: BOUNDARY_BLUE, width: 1.5, dash: [4, 2],
      },
    },
  ],
};

export const PARCEL_SYMBOL: AreaSymbol = {
  fill: 'rgba(0, 0, 0, 0.04)', ink: '#101820', line: '#101820', width: 2.5,
};
export const OVERLAP_SYMBOL: AreaSymbol = {
  fill: 'rgba(190, 0, 190, 0.22)', pattern: 'cross', ink: 'rgba(130, 0, 140, 0.9)', line: '#8b008b', width: 2.5,
};

/** The name of a sub-zone, or of what lies outside them all, as the page calls it in its language; others as they are. */
export function zoneTitle(zone: string): { text: string; lang: string } {
  if (zone === '边界外') return pick(zone, 'Outside the boundary');
  const known = Object.values(SUB_ZONES).flat().find((z) => zone.includes(z.match));
  return pick(zone, known?.en);
}

/** A place that was chosen from a list: a line, so that the layers under it stay what they are. */
export const PLACE_SYMBOL: AreaSymbol = { fill: 'rgba(0, 0, 0, 0)', ink: '#101820', line: '#101820', width: 2.2, casing: '#ffd400' };

/** What lies inside the boundary is not pressed on anything: an outline, no hatch. */
export const INSIDE_SYMBOL: AreaSymbol = {
  fill: 'rgba(0, 0, 0, 0)', ink: '#0b57d0', line: '#0b57d0', width: 3, dash: [1.5, 1],
};

export type PointShape = 'square' | 'diamond' | 'circle' | 'triangle' | 'dot';

export interface PointSymbol {
  shape: PointShape;
  colour: string;
  size: number; // CSS pixels
}

/** Points of the plan, by their rank in 一群两极多点. */
export const POINT_SYMBOLS: Record<string, PointSymbol> = {
  yi_qun: { shape: 'square', colour: '#6c3c96', size: 13 },
  liang_ji: { shape: 'diamond', colour: '#a4123f', size: 16 },
  duo_dian: { shape: 'triangle', colour: '#0b6e6e', size: 14 },
  secondary: { shape: 'circle', colour: '#4a6a88', size: 9 },
  plan_places: { shape: 'circle', colour: '#7a5a2a', size: 8 },
  counties: { shape: 'dot', colour: '#444c55', size: 5 },
};

const TILE = 8; // CSS pixels: the pattern repeats after this

function context(width: number, height: number, ratio: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const g = canvas.getContext('2d', { willReadFrequently: true });
  if (!g) throw new Error('2d canvas');
  g.scale(ratio, ratio);
  return g;
}

function drawPattern(g: CanvasRenderingContext2D, s: AreaSymbol): void {
  g.fillStyle = s.fill;
  g.fillRect(0, 0, TILE, TILE);
  g.strokeStyle = g.fillStyle = s.ink;
  g.lineWidth = 1.1;
  g.beginPath();
  if (s.pattern === 'diagonal' || s.pattern === 'cross') {
    // Drawn three times, a tile apart, so that the stroke's ends meet across the tile's edges.
    for (const d of [-TILE, 0, TILE]) {
      g.moveTo(d - 2, TILE + 2);
      g.lineTo(d + TILE + 2, -2);
      if (s.pattern === 'cross') {
        g.moveTo(d - 2, -2);
        g.lineTo(d + TILE + 2, TILE + 2);
      }
    }
    g.stroke();
  } else if (s.pattern === 'vertical') {
    g.moveTo(TILE / 2, 0);
    g.lineTo(TILE / 2, TILE);
    g.stroke();
  } else if (s.pattern === 'dots') {
    g.arc(2, 2, 0.9, 0, 7);
    g.moveTo(7, 6);
    g.arc(6, 6, 0.9, 0, 7);
    g.fill();
  } else if (s.pattern === 'rings') {
    g.arc(TILE / 2, TILE / 2, 2, 0, 7);
    g.stroke();
  }
}

/** One repeat of the pattern, ready for MapLibre's addImage with the same pixel ratio. */
export function patternImage(s: AreaSymbol, ratio: number): ImageData {
  const g = context(TILE, TILE, ratio);
  drawPattern(g, s);
  return g.getImageData(0, 0, TILE * ratio, TILE * ratio);
}

function tracePoint(g: CanvasRenderingContext2D, p: PointSymbol, cx: number, cy: number): void {
  const r = p.size / 2;
  g.beginPath();
  if (p.shape === 'square') g.rect(cx - r * 0.85, cy - r * 0.85, r * 1.7, r * 1.7);
  else if (p.shape === 'diamond') {
    g.moveTo(cx, cy - r);
    g.lineTo(cx + r, cy);
    g.lineTo(cx, cy + r);
    g.lineTo(cx - r, cy);
    g.closePath();
  } else if (p.shape === 'triangle') {
    g.moveTo(cx, cy - r);
    g.lineTo(cx + r, cy + r * 0.8);
    g.lineTo(cx - r, cy + r * 0.8);
    g.closePath();
  } else g.arc(cx, cy, r, 0, 7);
  g.fillStyle = p.colour;
  g.strokeStyle = '#fff';
  g.lineWidth = 3;
  g.stroke(); // a white halo first, so that the sign stands on any ground
  g.fill();
}

export function pointImage(p: PointSymbol, ratio: number): ImageData {
  const side = p.size + 6;
  const g = context(side, side, ratio);
  tracePoint(g, p, side / 2, side / 2);
  return g.getImageData(0, 0, side * ratio, side * ratio);
}

const SWATCH_W = 30;
const SWATCH_H = 18;

/** A legend box of an area. Decoration only: the text beside it says what it is. */
export function areaSwatch(s: AreaSymbol): HTMLCanvasElement {
  const ratio = 2;
  const g = context(SWATCH_W, SWATCH_H, ratio);
  g.fillStyle = '#fff';
  g.fillRect(0, 0, SWATCH_W, SWATCH_H);
  const tile = context(TILE, TILE, ratio);
  drawPattern(tile, s);
  const pattern = g.createPattern(tile.canvas, 'repeat');
  if (pattern) {
    // Pattern space is device pixels of the tile: undo the ratio.
    pattern.setTransform(new DOMMatrix().scale(1 / ratio));
    g.fillStyle = pattern;
    g.fillRect(0, 0, SWATCH_W, SWATCH_H);
  }
  const w = Math.max(s.width, 1);
  if (s.casing) {
    g.strokeStyle = s.casing;
    g.lineWidth = 3 * w;
    g.strokeRect(w, w, SWATCH_W - 2 * w, SWATCH_H - 2 * w);
  }
  g.strokeStyle = s.line;
  g.lineWidth = w;
  if (s.dash) g.setLineDash(s.dash.map((d) => d * w));
  const inset = s.casing ? 1.5 * w : w / 2;
  g.strokeRect(inset, inset, SWATCH_W - 2 * inset, SWATCH_H - 2 * inset);
  return finished(g);
}

export function pointSwatch(p: PointSymbol): HTMLCanvasElement {
  const g = context(SWATCH_W, SWATCH_H, 2);
  tracePoint(g, p, SWATCH_W / 2, SWATCH_H / 2);
  return finished(g);
}

function finished(g: CanvasRenderingContext2D): HTMLCanvasElement {
  g.canvas.className = 'swatch';
  g.canvas.setAttribute('aria-hidden', 'true');
  return g.canvas;
}
