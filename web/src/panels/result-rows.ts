/** The table of a batch's parcels: of any number, of which only those in sight are asked for. The server filters and sorts. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { getRows, type AuditSummary, type ResultRow, type RowsPage } from '../api-jobs';
import { badge } from '../badge';
import { h, type VNode } from '../component';
import { controlLayer, controlLayers, shortTitle } from '../control';
import { NO_FIGURE, fixed, hectares } from '../format';
import { t, type TextKey } from '../i18n';
import { EMPTY_FILTER, rowsFilter, scrolledTo, spacers, unitName, type RowsFilter } from '../result-filter';
import { sentenceOf } from '../sentence';
import { VERDICTS, verdictOf } from '../verdict';

const ROW_PX = 30;
const BOX_PX = 360;
/** Asked for at once. */
const PAGE = 100;
const TYPING_MS = 300;

export interface ResultRowsOptions {
  job: string;
  summary: AuditSummary;
  first: RowsPage;
  chosen: number;
  onChoose: (fid: number) => void;
  onCheck: (fid: number) => void;
  className: (id: string | undefined) => string;
}

type Column = 'parcel_id' | 'verdict' | 'area_m2' | 'pressed_m2' | 'county' | 'project_class';
const COLUMNS: [Column, TextKey, string][] = [
  ['parcel_id', 'rows_id', ''], ['verdict', 'col_verdict', ''], ['area_m2', 'col_area', 'num'], ['pressed_m2', 'rows_pressed', 'num'],
  ['county', 'rows_unit', ''], ['project_class', 'rows_class', ''],
];

/** What is asked; another question has other pages. */
interface Asked {
  filter: string;
  sortby: string;
}

/** The pages of a question that have come, and what is still to come is asked for as it comes into sight. */
function usePages(job: string, asked: Asked, first: RowsPage): { page: (n: number) => RowsPage | undefined; want: (from: number, to: number) => void; matched: number | null; error: unknown } {
  const pages = useRef(new Map<number, RowsPage>());
  const under = useRef(new Map<number, AbortController>());
  const [, setTurn] = useState(0);
  const [matched, setMatched] = useState<number | null>(first.numberMatched);
  const [error, setError] = useState<unknown>(null);
  const again = (): void => setTurn((n) => n + 1);
  const begun = useRef(false);
  const drop = (keep: (n: number) => boolean): void => {
    for (const [n, abort] of under.current) if (!keep(n)) {
      abort.abort();
      under.current.delete(n);
    }
  };
  const ask = (n: number): void => {
    if (pages.current.has(n) || under.current.has(n)) return;
    const abort = new AbortController();
    under.current.set(n, abort);
    getRows(job, { ...asked, limit: PAGE, offset: n * PAGE }, abort.signal).then((page) => {
      if (abort.signal.aborted) return;
      pages.current.set(n, page);
      setMatched(page.numberMatched);
      setError(null);
    }).catch((e: unknown) => {
      if (!abort.signal.aborted) setError(e);
    }).finally(() => {
      if (under.current.get(n) === abort) under.current.delete(n);
      if (!abort.signal.aborted) again();
    });
  };
  useEffect(() => {
    drop(() => false);
    pages.current.clear();
    setError(null);
    if (!begun.current && !asked.filter && !asked.sortby) {
      pages.current.set(0, first);
      again();
    } else {
      setMatched(null);
      ask(0);
    }
    begun.current = true;
    return () => drop(() => false);
  }, [job, asked.filter, asked.sortby]);
  const want = (from: number, to: number): void => {
    drop((n) => n >= from && n <= to);
    for (let n = from; n <= to; n++) ask(n);
  };
  return { page: (n) => pages.current.get(n), want, matched, error };
}

export function ResultRows(o: ResultRowsOptions): VNode {
  const [filter, setFilter] = useState<RowsFilter>(EMPTY_FILTER);
  const [sortby, setSortby] = useState('');
  const [top, setTop] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const asked = { filter: rowsFilter(filter), sortby };
  const { page, want, matched, error } = usePages(o.job, asked, o.first);
  const total = matched ?? 0;
  const begin = scrolledTo(top, total, ROW_PX, BOX_PX);
  const end = Math.min(total, begin + Math.ceil(BOX_PX / ROW_PX) + 1);
  useEffect(() => {
    if (end > begin) want(Math.floor(begin / PAGE), Math.floor((end - 1) / PAGE));
  }, [begin, end, asked.filter, asked.sortby]);
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
    setTop(0);
  }, [asked.filter, asked.sortby]);
  const [above, below] = spacers(top, begin, end, total, ROW_PX);
  const visible = Array.from({ length: Math.max(0, end - begin) }, (_, i) => begin + i);
  return h(
    'section',
    { class: 'result-rows', 'aria-labelledby': 'rows-title' },
    h('h4', { id: 'rows-title' }, t('rows_title')),
    h('p', { class: 'muted hint' }, t('rows_key')),
    h(Filters, { filter, set: setFilter, first: o.first, summary: o.summary, className: o.className }),
    h('p', { class: 'muted', role: 'status', 'data-testid': 'rows-found', 'data-n': matched ?? '' },
      matched === null ? t('rows_loading') : t('file_found', { found: fixed(matched, 0), n: fixed(o.first.n_rows, 0) })),
    o.first.n_shapes < o.first.n_rows ? h('p', { class: 'note', 'data-testid': 'rows-bare' }, t('rows_bare', { n: fixed(o.first.n_rows - o.first.n_shapes, 0) })) : null,
    error ? h('p', { class: 'note error', role: 'alert' }, sentenceOf(error).text) : null,
    h('div', {
      class: 'rows-box', ref: box, tabIndex: 0, role: 'group', 'aria-labelledby': 'rows-title', 'data-testid': 'rows-box',
      onScroll: (e: Event) => setTop((e.currentTarget as HTMLDivElement).scrollTop),
    }, h(
      'table',
      { class: 'plots-table rows-table', 'aria-rowcount': total + 1, 'data-testid': 'rows' },
      h('thead', {}, h('tr', { 'aria-rowindex': 1 }, COLUMNS.slice(0, 2).map(([c, key, kind]) => sortHead(c, key, kind, sortby, setSortby)), h('th', { scope: 'col' }, t('rows_check')),
        COLUMNS.slice(2).map(([c, key, kind]) => sortHead(c, key, kind, sortby, setSortby)))),
      h('tbody', {},
        above ? h('tr', { 'aria-hidden': 'true', class: 'spacer' }, h('td', { colSpan: COLUMNS.length + 1, style: { height: `${above}px` } })) : null,
        visible.map((n) => rowOf(n, page(Math.floor(n / PAGE))?.rows[n % PAGE], o)),
        below ? h('tr', { 'aria-hidden': 'true', class: 'spacer' }, h('td', { colSpan: COLUMNS.length + 1, style: { height: `${below}px` } })) : null),
    )),
    matched === 0 ? h('p', { class: 'muted', role: 'status' }, t('file_none')) : null,
  );
}

function sortHead(column: Column, key: TextKey, kind: string, sortby: string, set: (by: string) => void): VNode {
  const up = sortby === column;
  const down = sortby === `-${column}`;
  return h(
    'th',
    { scope: 'col', class: kind, 'aria-sort': down ? 'descending' : up ? 'ascending' : 'none' },
    h('button', {
      type: 'button', id: `rows-sort-${column}`, 'data-testid': `rows-sort-${column}`, onClick: () => set(up ? `-${column}` : down ? '' : column),
    }, t(key), h('span', { 'aria-hidden': 'true' }, down ? ' ▼' : up ? ' ▲' : '')),
  );
}

/** The lines that a parcel presses on, the largest first. */
function pressedOn(row: ResultRow): string {
  return controlLayers().filter((l) => l.relation === 'exclude' && Number(row[`${l.prefix}_m2`] ?? 0) > 0)
    .sort((a, b) => Number(row[`${b.prefix}_m2`]) - Number(row[`${a.prefix}_m2`])).map((l) => shortTitle(l.id)).join('、');
}

function rowOf(n: number, row: ResultRow | undefined, o: ResultRowsOptions): VNode {
  if (!row) {
    return h('tr', { key: n, 'aria-rowindex': n + 2 }, h('td', { colSpan: COLUMNS.length + 1, class: 'muted' }, '…'));
  }
  const on = row.fid === o.chosen;
  const label = row.parcel_id ?? String(row.fid);
  return h(
    'tr',
    { key: n, class: on ? 'is-chosen' : '', 'aria-rowindex': n + 2, 'data-testid': 'result-row', 'data-fid': row.fid, 'data-verdict': row.verdict, onClick: () => o.onChoose(row.fid) },
    h('th', { scope: 'row', title: [label, row.name].filter(Boolean).join(' ') }, h('button', {
      type: 'button', class: 'plot-name', id: `row-${row.fid}`, 'aria-pressed': on ? 'true' : 'false',
    }, label), row.name ? h('span', { class: 'muted' }, ` ${row.name}`) : null),
    h('td', {}, badge(verdictOf(row.verdict))),
    h('td', {}, h('button', {
      type: 'button', class: 'small', 'data-testid': 'row-check', 'aria-label': `${t('rows_check_one')} ${label}`,
      onClick: (e: Event) => { e.stopPropagation(); o.onCheck(row.fid); },
    }, t('rows_check'))),
    h('td', { class: 'num' }, row.area_m2 === null ? NO_FIGURE : hectares(row.area_m2)),
    h('td', { class: 'num', title: pressedOn(row) }, row.pressed_m2 === null ? NO_FIGURE : row.pressed_m2 > 0 ? [`${pressedOn(row)} `, hectares(row.pressed_m2)] : '0'),
    h('td', { lang: row.county || row.prefecture_name ? 'zh-CN' : undefined }, row.county_name ?? row.county ?? row.prefecture_name ?? t('batch_no_region')),
    h('td', { title: o.className(row.project_class ?? undefined) }, o.className(row.project_class ?? undefined)),
  );
}

// ---- filters

interface FiltersProps {
  filter: RowsFilter;
  set: (filter: RowsFilter) => void;
  first: RowsPage;
  summary: AuditSummary;
  className: (id: string | undefined) => string;
}

function choice(id: keyof RowsFilter, key: TextKey, options: [string, string][], { filter, set }: FiltersProps, lang?: string): VNode {
  return h('select', {
    id: `rows-${id}`, 'data-testid': `rows-${id}`, 'aria-label': t(key), value: filter[id],
    onChange: (e: Event) => set({ ...filter, [id]: (e.target as HTMLSelectElement).value }),
  }, h('option', { value: '' }, t(key)), options.map(([value, text]) => h('option', { value, lang }, text)));
}

function Typed({ id, label, type, p }: { id: 'text' | 'from' | 'to'; label: TextKey; type: string; p: FiltersProps }): VNode {
  const waiting = useRef<ReturnType<typeof setTimeout>>();
  const props = useRef(p);
  props.current = p;
  return h('input', {
    type, id: `rows-${id}`, 'data-testid': `rows-${id}`, 'aria-label': t(label), placeholder: t(label), min: 0, step: 'any', maxLength: 100,
    onInput: (e: Event) => {
      const { value } = e.target as HTMLInputElement;
      clearTimeout(waiting.current); // the server is asked when a word is whole
      waiting.current = setTimeout(() => props.current.set({ ...props.current.filter, [id]: value }), TYPING_MS);
    },
  });
}

function Filters(p: FiltersProps): VNode {
  const { units } = p.first;
  const codes = (of: 'prefecture' | 'county') => [...new Set(p.summary.groups.map((g) => g[of]).filter(Boolean))].sort();
  const named = (code: string): [string, string] => [code, unitName(code, units)];
  const unitOptions: [string, string][] = codes('prefecture').flatMap((c) => [
    [`p:${c}`, named(c)[1]] as [string, string],
    ...codes('county').filter((x) => x.slice(0, 4) === c.slice(0, 4)).map((x): [string, string] => [`c:${x}`, `　${named(x)[1]}`]),
  ]);
  const lines = p.first.lines.filter((l) => controlLayer(l.layer)).map((l): [string, string] => [l.prefix, shortTitle(l.layer)]);
  const classes = [...new Set(p.summary.groups.map((g) => g.project_class).filter(Boolean))].map((c): [string, string] => [c, p.className(c)]);
  return h(
    'div',
    { class: 'rows-filters no-print', role: 'group', 'aria-label': t('rows_filters') },
    choice('verdict', 'file_filter_all', VERDICTS.map((v): [string, string] => [v, t(`v_${v}`)]), p),
    choice('line', 'rows_any_line', lines, p),
    choice('unit', 'rows_any_unit', unitOptions, p, 'zh-CN'), // names of places have no other language
    classes.length > 1 ? choice('cls', 'rows_any_class', classes, p) : null,
    h(Typed, { id: 'from', label: 'rows_from', type: 'number', p }),
    h(Typed, { id: 'to', label: 'rows_to', type: 'number', p }),
    h(Typed, { id: 'text', label: 'rows_text', type: 'search', p }),
  );
}
