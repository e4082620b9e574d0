/** The result of a whole file: its worst verdict, how many plots have which, sums by line, and the table of plots. What is said of
 * one plot alone is in report.ts, under that plot's name. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { VerdictName } from '../api';
import { badge } from '../badge';
import { h, type VNode } from '../component';
import { layerTitle, relationOf } from '../control';
import { NO_FIGURE, hectares, mu } from '../format';
import { t, type TextKey } from '../i18n';
import { listedPlots, plotName, type FileResult, type LineSum, type Plot } from '../plots';
import { chosen, plotFilter, plotOrder, type PlotColumn, type Shown } from '../state';
import { VERDICTS, VERDICT_SIGN, statusKey } from '../verdict';

/** Rows that are drawn at once: a table of ten thousand would hold up the browser. */
const ROWS = 200;

/** What the file comes to. Its name stands beside the worst verdict of all its plots, never beside a single one's. */
export function FileHead({ shown, result }: { shown: Shown; result: FileResult }): VNode {
  const { report, question } = shown;
  const synthetic = report.synthetic || report.parcels?.some((p) => p.layers?.some((l) => l.synthetic));
  const several = result.plots.length > 1;
  return h(
    'div',
    { class: `verdict v-${result.verdict}`, 'data-testid': 'verdict', 'data-verdict': result.verdict },
    h(
      'div',
      { class: 'verdict-line' },
      h('strong', { class: 'badge' }, h('span', { 'aria-hidden': 'true' }, VERDICT_SIGN[result.verdict]),
        h('span', { class: 'visually-hidden' }, `${t('r_verdict')}${t('colon')}`), t(`v_${result.verdict}`)),
      h('span', { class: 'for' }, h('span', { class: 'muted' }, `${t('r_result_for')} `), question.input.name),
    ),
    several ? h('p', { class: 'muted', 'data-testid': 'file-worst' }, t('file_worst', { n: result.plots.length })) : null,
    several ? h(Counts, { result }) : null,
    question.asOf ? h('p', { class: 'as-of', 'data-testid': 'result-as-of' }, t('as_of_result', { day: question.asOf })) : null,
    result.incomplete ? h('p', { class: 'incomplete', 'data-testid': 'incomplete' }, t('r_incomplete')) : null,
    synthetic ? h('p', { class: 'sample-line', 'data-testid': 'result-synthetic' }, t('synthetic_notice')) : null,
    h('p', { class: 'muted' }, t('r_disclaimer_short')),
  );
}

/** How many plots have which verdict; each number filters the table. */
function Counts({ result }: { result: FileResult }): VNode {
  const only = plotFilter.value.verdict;
  return h('ul', { class: 'file-counts', 'aria-label': t('file_counts'), 'data-testid': 'file-counts' }, VERDICTS.filter((v) => result.counts[v]).map((v) =>
    h('li', {}, h('button', {
      type: 'button', class: `count v-${v}`, 'data-testid': `file-count-${v}`, 'data-n': result.counts[v], 'aria-pressed': only === v ? 'true' : 'false',
      onClick: () => (plotFilter.value = { ...plotFilter.value, verdict: only === v ? '' : v }),
    }, badge(v), ` ${result.counts[v]}`))));
}

// ---- sums by line

const METERS: Record<string, TextKey> = { exclude: 's_overlap', contain: 's_inside', classify: 's_met' };

/** What all plots together meet of each line. A sum that lacks a plot says so. */
export function FileLines({ result }: { result: FileResult }): VNode {
  const head = (key: TextKey, num = false): VNode => h('th', { scope: 'col', class: num ? 'num' : '' }, t(key));
  return h(
    'table',
    { class: 'mini file-lines', 'data-testid': 'file-lines' },
    h('caption', {}, t('file_lines')),
    h('thead', {}, h('tr', {}, head('r_line'), head('file_line_plots', true), head('r_ha', true), head('r_mu', true))),
    h('tbody', {}, result.lines.map(lineSumRow)),
    h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, t('file_area')), h('td', {}, result.plots.length),
      h('td', { 'data-m2': result.area_m2 }, hectares(result.area_m2)), h('td', {}, mu(result.area_m2)))),
  );
}

function lineSumRow(sum: LineSum): VNode {
  const title = layerTitle(sum.id);
  const none = sum.met + sum.slivers === 0;
  const word = sum.met ? t(METERS[relationOf(sum.id)] ?? 's_overlap') : sum.slivers ? t('s_sliver') : '';
  return h(
    'tr',
    { 'data-testid': `file-line-${sum.id}`, 'data-met': sum.met, 'data-unknown': sum.unknown, class: sum.unknown ? 'lacks' : none ? 'none' : 'met' },
    h('th', { scope: 'row', lang: title.lang }, title.text, word ? h('span', { class: 'muted' }, ` ${word}`) : null,
      sum.unknown ? h('span', { class: 'gap' }, t('file_line_gaps', { n: sum.unknown })) : null),
    h('td', {}, sum.met || sum.slivers || (sum.unknown ? NO_FIGURE : 0)),
    h('td', { 'data-m2': sum.area_m2 }, hectares(sum.area_m2)),
    h('td', {}, mu(sum.area_m2)),
  );
}

// ---- the table of plots

const COLUMNS: [PlotColumn, TextKey, string][] = [
  ['no', 'col_no', 'num'], ['name', 'col_name', ''], ['area', 'col_area', 'num'], ['verdict', 'col_verdict', ''], ['line', 'col_line', ''],
];

export function PlotTable({ result, onChoose }: { result: FileResult; onChoose: (index: number) => void }): VNode {
  const [limit, setLimit] = useState(ROWS);
  const { by, down } = plotOrder.value;
  const list = listedPlots(result.plots, { by, down, ...plotFilter.value });
  const left = list.length - limit;
  return h(
    'section',
    { class: 'plots', 'aria-labelledby': 'plots-title' },
    h('h4', { id: 'plots-title' }, t('file_plots', { n: result.plots.length })),
    h(Filter, { result, found: list.length }),
    h('div', { class: 'plots-box', tabIndex: 0, role: 'group', 'aria-labelledby': 'plots-title' }, h(
      'table',
      { class: 'plots-table', 'data-testid': 'plots' },
      h('thead', {}, h('tr', {}, COLUMNS.map(([column, key, kind]) => sortHead(column, key, kind)))),
      h('tbody', {}, list.slice(0, limit).map((p) => plotRow(p, onChoose))),
    ), list.length === 0 ? h('p', { class: 'muted', role: 'status' }, t('file_none')) : null,
    left > 0 ? h('button', { type: 'button', class: 'small no-print', onClick: () => setLimit(limit + ROWS) }, t('file_more', { n: Math.min(left, ROWS) })) : null),
  );
}

function Filter({ result, found }: { result: FileResult; found: number }): VNode {
  const { verdict, text } = plotFilter.value;
  const option = (v: VerdictName | ''): VNode => h('option', { value: v }, v ? t(`v_${v}`) : t('file_filter_all'));
  return h(
    'div',
    { class: 'field no-print' },
    h('select', {
      id: 'plots-verdict', 'data-testid': 'plots-verdict', 'aria-label': t('file_filter_verdict'), value: verdict,
      onChange: (e: Event) => (plotFilter.value = { verdict: (e.target as HTMLSelectElement).value as VerdictName | '', text }),
    }, option(''), VERDICTS.filter((v) => result.counts[v] || v === verdict).map(option)),
    h('input', {
      type: 'search', id: 'plots-text', 'data-testid': 'plots-text', 'aria-label': t('file_filter_text'), placeholder: t('file_filter_text'), value: text,
      onInput: (e: Event) => (plotFilter.value = { verdict, text: (e.target as HTMLInputElement).value }),
    }),
    h('span', { class: 'muted', role: 'status', 'data-testid': 'plots-found' }, t('file_found', { found, n: result.plots.length })),
  );
}

function sortHead(column: PlotColumn, key: TextKey, kind: string): VNode {
  const { by, down } = plotOrder.value;
  const on = by === column;
  return h(
    'th',
    { scope: 'col', class: kind, 'aria-sort': on ? (down ? 'descending' : 'ascending') : 'none' },
    h('button', {
      type: 'button', id: `sort-${column}`, 'data-testid': `sort-${column}`, onClick: () => (plotOrder.value = { by: column, down: on && !down }),
    }, t(key), h('span', { 'aria-hidden': 'true' }, on ? (down ? ' ▼' : ' ▲') : '')),
  );
}

function plotRow(p: Plot, onChoose: (index: number) => void): VNode {
  const on = chosen.value === p.index;
  const name = plotName(p);
  return h(
    'tr',
    { key: p.index, class: on ? 'is-chosen' : '', 'data-testid': `plot-row-${p.no}`, 'data-verdict': p.verdict, onClick: () => onChoose(p.index) },
    h('td', { class: 'num' }, p.no),
    h('th', { scope: 'row' }, h('button', {
      type: 'button', id: `parcel-${p.index}`, 'data-testid': `parcel-${p.index}`, class: 'plot-name', 'aria-pressed': on ? 'true' : 'false',
      'aria-label': `${t('plot_title', { no: p.no })} ${name}`,
    }, name || t('plot_title', { no: p.no }))),
    h('td', { class: 'num' }, hectares(p.parcel.area_m2)),
    h('td', {}, badge(p.verdict)),
    h('td', {}, worstCell(p)),
  );
}

function worstCell(p: Plot): ComponentChildren {
  if (!p.worst) return h('span', { class: 'muted' }, NO_FIGURE);
  const title = layerTitle(p.worst.id, p.worst.finding);
  return [h('span', { lang: title.lang }, title.text), h('span', { class: 'muted' }, ` ${t(statusKey(p.worst.id, p.worst.finding))}`)];
}
