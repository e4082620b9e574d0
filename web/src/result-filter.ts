/** What is asked of the table of a batch, as the server reads it (CQL2), and where a table of any length is scrolled to. */

export interface RowsFilter {
  verdict: string;
  /** The prefix of a line's columns: what presses on it, or meets it. */
  line: string;
  /** p: and a prefecture's code, c: and a county's. */
  unit: string;
  cls: string;
  /** Hectares, as typed. */
  from: string;
  to: string;
  /** In the parcel's id or name. */
  text: string;
}

export const EMPTY_FILTER: RowsFilter = { verdict: '', line: '', unit: '', cls: '', from: '', to: '', text: '' };

const quoted = (text: string): string => `'${text.replace(/'/g, "''")}'`;
/** With the signs of LIKE taken as they are. */
const within = (text: string): string => quoted(`%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`);
const squareMetres = (hectares: string): number | null => {
  const n = Number(hectares);
  return hectares.trim() && Number.isFinite(n) && n >= 0 ? n * 1e4 : null;
};

export function rowsFilter(f: RowsFilter): string {
  const from = squareMetres(f.from);
  const to = squareMetres(f.to);
  const text = f.text.trim();
  return [
    f.verdict && `verdict = ${quoted(f.verdict)}`,
    f.line && `${f.line}_m2 > 0`,
    f.unit.startsWith('p:') && `prefecture = ${quoted(f.unit.slice(2))}`,
    f.unit.startsWith('c:') && `county = ${quoted(f.unit.slice(2))}`,
    f.cls && `project_class = ${quoted(f.cls)}`,
    from !== null && `area_m2 >= ${from}`,
    to !== null && `area_m2 <= ${to}`,
    text && `(parcel_id LIKE ${within(text)} OR name LIKE ${within(text)})`,
  ].filter(Boolean).join(' AND ');
}

export function unitName(code: string, units: readonly { code: string; name: string }[]): string {
  return units.find((u) => u.code === code)?.name ?? code;
}

/** No browser draws an element of thirty million dots: beyond this the rows are passed faster than they are high. */
export const TALLEST_PX = 6_000_000;

/** The first row in sight. */
export function scrolledTo(top: number, total: number, row: number, box: number): number {
  const whole = total * row;
  const last = Math.max(0, total - Math.floor(box / row) + 1);
  if (whole <= TALLEST_PX) return Math.min(last, Math.max(0, Math.floor(top / row)));
  return Math.min(last, Math.max(0, Math.floor((top / (TALLEST_PX - box)) * last)));
}

/** What stands above and below the rows in sight, so that the bar says where they are. */
export function spacers(top: number, begin: number, end: number, total: number, row: number): [number, number] {
  const height = Math.min(total * row, TALLEST_PX);
  const left = Math.max(0, height - (end - begin) * row);
  const above = Math.min(left, total * row > TALLEST_PX ? Math.max(0, Math.floor(top)) : begin * row);
  return [above, left - above];
}
