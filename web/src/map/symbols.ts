/** How each kind of area and point looks: one description for the map and for the legend, so the two cannot differ.
 *
 * The colours of control layers are those of their definitions, which follow the habit of the field. Layers that are pressed
 * on also have a pattern and an outline, so that the map can be read without telling red from green. */

import type { ControlLayer, Screen, VerdictName } from '../api';
import { controlLayer, controlLayers, relationOf, spaceOf } from '../control';
import { VERDICT_SIGN } from '../verdict';

export type Pattern = 'diagonal' | 'back' | 'dots' | 'vertical' | 'horizontal' | 'rings' | 'cross';

export interface AreaSymbol {
  fill: string;
  pattern?: Pattern;
  ink: string; // of the pattern
  line: string;
  width: number;
  dash?: number[];
  casing?: string; // beside the line
}

/** What is no control layer. */
export const OTHER_AREAS = {
  plan_layout: { fill: 'rgba(108, 60, 150, 0.07)', ink: '#6c3c96', line: '#6c3c96', width: 1.8, dash: [5, 2, 1, 2] },
  plan_places: { fill: 'rgba(0, 0, 0, 0)', ink: '#7a5a2a', line: '#7a5a2a', width: 1.6, dash: [4, 2] },
  base_water: { fill: '#a9cbe6', ink: '#7fa9cc', line: '#7fa9cc', width: 1 },
  prefectures: { fill: 'rgba(0, 0, 0, 0)', ink: '#8b949e', line: '#8b949e', width: 1, dash: [3, 2] },
  region: { fill: '#fbfaf5', ink: '#5d6670', line: '#5d6670', width: 2 },
} satisfies Record<string, AreaSymbol>;

const DASH = [4, 2];
const DOTTED = [1, 2];
const PATTERNS: readonly string[] = ['diagonal', 'dots', 'vertical', 'rings'];
/** For layers that are pressed on and whose definition says nothing of screens: one after the other. */
const IN_TURN: readonly Pattern[] = ['back', 'horizontal', 'vertical', 'rings', 'dots'];

function rgba(colour: string, alpha: number): string {
  const n = /^#[0-9a-f]{6}$/i.test(colour) ? parseInt(colour.slice(1), 16) : 0x808080;
  return `rgba(${n >> 16}, ${(n >> 8) & 255}, ${n & 255}, ${alpha})`;
}

function screenSymbol(s: Screen, dash?: number[]): AreaSymbol {
  const pattern = PATTERNS.includes(s.pattern ?? '') ? (s.pattern as Pattern) : undefined;
  return {
    fill: rgba(s.fill, s.alpha), ink: pattern ? rgba(s.ink, s.ink_alpha) : s.edge, line: s.edge, width: s.width,
    ...(pattern ? { pattern } : {}), ...(dash ? { dash } : {}),
  };
}

/** As on paper; there it is the strokes over a parcel that tell the layers apart, here it must be the layer itself. */
function paperSymbol(l: ControlLayer): AreaSymbol {
  const s = l.symbol;
  if (!s) return { fill: 'rgba(128, 128, 128, 0.2)', ink: '#5d6670', line: '#5d6670', width: 1 };
  const same = controlLayers().filter((x) => !x.symbol?.screen && relationOf(x.id) === 'exclude');
  const pattern = relationOf(l.id) === 'exclude' ? IN_TURN[Math.max(0, same.indexOf(l)) % IN_TURN.length] : undefined;
  return {
    fill: rgba(s.fill, s.alpha * 0.6), ink: rgba(s.edge, 0.55), line: s.edge, width: Math.max(0.8, s.width * 1.6),
    ...(pattern ? { pattern } : {}), ...(s.dashed ? { dash: DASH } : {}),
  };
}

/** How the areas of a collection are drawn; undefined: it has none. */
export function areaSymbol(id: string): AreaSymbol | undefined {
  const l = controlLayer(id);
  if (l) return l.symbol?.screen ? screenSymbol(l.symbol.screen, l.symbol.dashed ? DASH : undefined) : paperSymbol(l);
  const screen = spaceOf(id)?.screen;
  return screen ? screenSymbol(screen, DOTTED) : (OTHER_AREAS as Record<string, AreaSymbol>)[id];
}

export interface SubZone {
  /** A colour and nothing else: many of them are one layer of the map. */
  plain: boolean;
  /** A feature belongs to it when its zone is called so, begins with one of the codes, or has `has` in its name. */
  zh: string;
  en: string;
  has: string;
  hasNot: string[];
  codes: string[];
  symbol: AreaSymbol;
}

/** The zones of a layer that are drawn each in its own way. */
export function subZones(id: string): SubZone[] {
  const l = controlLayer(id);
  const whole = areaSymbol(id);
  return (l?.zones ?? []).flatMap((z) => {
    const symbol = z.screen ? screenSymbol(z.screen, l?.symbol?.dashed ? DASH : undefined)
      : z.fill && whole ? { ...whole, fill: rgba(z.fill, l?.symbol?.alpha ?? 0.5) } : null;
    return symbol ? [{ plain: !z.screen, zh: z.zh, en: z.en ?? '', has: z.has ?? '', hasNot: z.has_not ?? [], codes: z.codes ?? [], symbol }] : [];
  });
}

/** As the badges of style.css have them. */
export const VERDICT_COLOUR: Record<VerdictName, string> = {
  prohibited: '#b3122d', unknown: '#4a5562', restricted: '#a85300', notice: '#1d4f91', allowed: '#1a6b3c',
};

export const PARCEL_SYMBOL: AreaSymbol = {
  fill: 'rgba(0, 0, 0, 0.04)', ink: '#101820', line: '#101820', width: 2.5,
};
export const OVERLAP_SYMBOL: AreaSymbol = {
  fill: 'rgba(190, 0, 190, 0.22)', pattern: 'cross', ink: 'rgba(130, 0, 140, 0.9)', line: '#8b008b', width: 2.5,
};

/** A place that was chosen from a list: a line, so that the layers under it stay what they are. */
export const PLACE_SYMBOL: AreaSymbol = { fill: 'rgba(0, 0, 0, 0)', ink: '#101820', line: '#101820', width: 2.2, casing: '#ffd400' };

/** What lies inside a layer that is meant to be lain in is not pressed on anything: an outline, no hatch. */
export const INSIDE_SYMBOL: AreaSymbol = {
  fill: 'rgba(0, 0, 0, 0)', ink: '#0b57d0', line: '#0b57d0', width: 3, dash: [1.5, 1],
};

/** Where a layer only says what class the land is: thin lines between the classes. */
export const CLASS_SYMBOL: AreaSymbol = { fill: 'rgba(0, 0, 0, 0)', ink: '#6b6b6b', line: '#6b6b6b', width: 0.8 };

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
  base_towns: { shape: 'dot', colour: '#444c55', size: 5 },
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
  if (s.pattern === 'diagonal' || s.pattern === 'cross' || s.pattern === 'back') {
    // Drawn three times, a tile apart, so that the stroke's ends meet across the tile's edges.
    for (const d of [-TILE, 0, TILE]) {
      if (s.pattern !== 'back') {
        g.moveTo(d - 2, TILE + 2);
        g.lineTo(d + TILE + 2, -2);
      }
      if (s.pattern !== 'diagonal') {
        g.moveTo(d - 2, -2);
        g.lineTo(d + TILE + 2, TILE + 2);
      }
    }
    g.stroke();
  } else if (s.pattern === 'vertical') {
    g.moveTo(TILE / 2, 0);
    g.lineTo(TILE / 2, TILE);
    g.stroke();
  } else if (s.pattern === 'horizontal') {
    g.moveTo(0, TILE / 2);
    g.lineTo(TILE, TILE / 2);
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

/** A verdict's sign in a disc of its colour. */
export function verdictImage(v: VerdictName, ratio: number): ImageData {
  const side = 17;
  const g = context(side, side, ratio);
  g.beginPath();
  g.arc(side / 2, side / 2, side / 2 - 1, 0, 7);
  g.fillStyle = VERDICT_COLOUR[v];
  g.fill();
  g.strokeStyle = '#fff';
  g.lineWidth = 1.5;
  g.stroke();
  g.fillStyle = '#fff';
  g.font = '700 10px sans-serif';
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.fillText(VERDICT_SIGN[v], side / 2, side / 2 + 0.5);
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

/** A legend box of a line. */
export function lineSwatch(colour: string): HTMLCanvasElement {
  const g = context(SWATCH_W, SWATCH_H, 2);
  g.strokeStyle = colour;
  g.lineWidth = 2;
  g.setLineDash([6, 3]);
  g.beginPath();
  g.moveTo(2, SWATCH_H / 2);
  g.lineTo(SWATCH_W - 2, SWATCH_H / 2);
  g.stroke();
  return finished(g);
}

function finished(g: CanvasRenderingContext2D): HTMLCanvasElement {
  g.canvas.className = 'swatch';
  g.canvas.setAttribute('aria-hidden', 'true');
  return g.canvas;
}
