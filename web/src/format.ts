/** Numbers as land-use papers write them: m² 2 decimals, 公顷 4, 亩 2, rounded half away from zero.
 *
 * Everything works on the decimal digits of the number as JSON printed it, in integers: 0.125 becomes 0.13 and 1.005
 * becomes 1.01, where binary arithmetic and toFixed would give 1.00. A value that is not a number is never shown as 0. */

/** What stands for "no figure". */
export const NO_FIGURE = '—';

interface Decimal {
  digits: bigint; // value = digits / 10^scale
  scale: number;
}

function decimalOf(value: number): Decimal {
  const [mantissa = '0', exponent = '0'] = String(value).toLowerCase().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const digits = BigInt(whole.replace('-', '') + fraction) * (mantissa.startsWith('-') ? -1n : 1n);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** `d` in whole units of 10^-places, half away from zero. */
function roundedUnits({ digits, scale }: Decimal, places: number): bigint {
  if (scale <= places) return digits * 10n ** BigInt(places - scale);
  const step = 10n ** BigInt(scale - places);
  const half = step / 2n;
  return digits < 0n ? -((-digits + half) / step) : (digits + half) / step;
}

function printUnits(units: bigint, places: number): string {
  const negative = units < 0n;
  const text = String(negative ? -units : units).padStart(places + 1, '0');
  const whole = text.slice(0, text.length - places).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = places > 0 ? '.' + text.slice(text.length - places) : '';
  return (negative ? '-' : '') + whole + fraction;
}

type Figure = number | null | undefined;

function isFigure(v: Figure): v is number {
  return typeof v === 'number' && Number.isFinite(v);
}

/** `value` with `places` decimals, half away from zero, thousands separated by commas. */
export function fixed(value: Figure, places: number): string {
  return isFigure(value) ? printUnits(roundedUnits(decimalOf(value), places), places) : NO_FIGURE;
}

/** Square metres, 2 decimals. */
export function squareMetres(m2: Figure): string {
  return fixed(m2, 2);
}

/** 公顷, 4 decimals, from square metres. */
export function hectares(m2: Figure): string {
  if (!isFigure(m2)) return NO_FIGURE;
  const d = decimalOf(m2);
  return printUnits(roundedUnits({ digits: d.digits, scale: d.scale + 4 }, 4), 4);
}

/** 亩, 2 decimals, from square metres: 1 亩 = 2000/3 m². */
export function mu(m2: Figure): string {
  if (!isFigure(m2)) return NO_FIGURE;
  const d = decimalOf(m2);
  return printUnits(roundedUnits({ digits: d.digits * 15n, scale: d.scale + 4 }, 2), 2);
}

/** A share 0..1 as percent, 2 decimals. A sliver of something never reads as 0 %, nor nearly all as 100 %. */
export function percent(share: Figure): string {
  if (!isFigure(share)) return NO_FIGURE;
  const d = decimalOf(share);
  const units = roundedUnits({ digits: d.digits * 100n, scale: d.scale }, 2);
  if (units === 0n && share > 0) return '<0.01%';
  if (units === 10000n && share < 1) return '>99.99%';
  return printUnits(units, 2) + '%';
}

/** The sum by decimal digits, so that no binary remainder is added; undefined when one of them is no figure. */
export function sumOf(values: readonly Figure[]): number | undefined {
  if (!values.every(isFigure)) return undefined;
  const all = values.map(decimalOf);
  const scale = all.reduce((n, d) => Math.max(n, d.scale), 0);
  const digits = all.reduce((sum, d) => sum + d.digits * 10n ** BigInt(scale - d.scale), 0n);
  return Number(`${digits}e-${scale}`);
}

/** Rows printed with `places` decimals that add up to the printed total: what rounding leaves over goes to the largest
 * row, as the office tables do. Only for rows that do add up: otherwise each is rounded by itself. */
export function balanced(values: readonly number[], total: number, places = 2): string[] {
  if (!values.every(isFigure) || !isFigure(total)) return values.map((v) => fixed(v, places));
  const units = values.map((v) => roundedUnits(decimalOf(v), places));
  const rest = roundedUnits(decimalOf(total), places) - units.reduce((a, b) => a + b, 0n);
  const roundingOnly = (rest < 0n ? -rest : rest) <= BigInt(values.length);
  if (rest !== 0n && roundingOnly && units.length > 0) {
    let largest = 0;
    values.forEach((v, i) => {
      if (v > (values[largest] ?? 0)) largest = i;
    });
    units[largest] = (units[largest] ?? 0n) + rest;
  }
  return units.map((u) => printUnits(u, places));
}

/** `rest`, printed so that it and the printed `part` make up the printed `whole`; only where rounding alone stands
 * between them (one unit of the last place), otherwise as it is. */
export function remainder(whole: number, part: number, rest: number, places = 2): string {
  if (![whole, part, rest].every(isFigure)) return fixed(rest, places);
  const [w, p, r] = [whole, part, rest].map((v) => roundedUnits(decimalOf(v), places)) as [bigint, bigint, bigint];
  const left = w - p;
  const gap = left - r;
  return printUnits(left >= 0n && gap <= 1n && gap >= -1n ? left : r, places);
}
