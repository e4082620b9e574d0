/** The control lines of a parcel's report: a row of figures each; then sub-zones, features pressed on and clauses. */

import type { LayerFinding, ParcelReport, RuleHit } from '../api';
import { h } from '../dom';
import { NO_FIGURE, balanced, hectares, mu, percent, remainder, squareMetres } from '../format';
import { pick, plainTitle, t, type TextKey } from '../i18n';
import { AREA_SYMBOLS, areaSwatch, zoneTitle } from '../map/symbols';
import {
  LINES, LINE_TITLES, confidenceKey, findingOf, isComplete, statusKey, statusOf, statusTone, verdictOf, type LineId,
} from '../verdict';

/** More rows than this are in the JSON; a panel of thousands helps nobody. */
const MAX_FEATURES = 50;

/** The server's name for what is outside the boundary. */
const OUTSIDE = '边界外';

const TONE_SIGN: Record<string, string> = {
  pressed: '✖', sliver: '◌', clear: '✔', plain: '○', nodata: '？', boundary: '▣', outside: '▢',
};

/** The three lines at a glance: one row each, figures of the whole parcel. */
export function linesTable(parcel: ParcelReport): HTMLElement {
  const head = (key: TextKey) => h('th', { scope: 'col' }, t(key));
  // Parcels of tens of km² have figures that only fit in smaller type.
  const longest = Math.max(...LINES.map((line) => squareMetres(findingOf(parcel, line)?.area_m2).length));
  return h(
    'table',
    { class: longest > 12 ? 'lines dense' : 'lines' },
    h('thead', {}, h('tr', {}, head('r_line'), head('r_m2'), head('r_ha'), head('r_mu'), head('r_share'))),
    h('tbody', {}, LINES.map((line) => lineRow(line, parcel))),
  );
}

function lineRow(line: LineId, parcel: ParcelReport): HTMLElement {
  const finding = findingOf(parcel, line);
  const status = statusOf(finding);
  const tone = statusTone(line, finding, isComplete(parcel));
  // A line that was not covered or measured has no figure, whatever the answer carries.
  const measured = status === 'overlap' || status === 'sliver' || status === 'clear';
  const m2 = measured ? finding?.area_m2 : undefined;
  const share = measured ? finding?.share : undefined;
  const title = titleOf(line, finding);
  const cell = (id: string, value: string, attrs = {}) =>
    h('td', { 'data-testid': `result-${line}-${id}`, class: value === NO_FIGURE ? 'none' : undefined, ...attrs }, value);
  return h(
    'tr',
    { class: `tone-${tone}`, 'data-testid': `result-${line}`, 'data-status': status, 'data-tone': tone },
    h(
      'th',
      { scope: 'row' },
      h('span', { class: 'line-name', lang: title.lang }, title.text),
      statusPill(line, finding, tone, `result-${line}-status`),
      ' ', // lets the label wrap where the figures need the room
      finding?.synthetic ? sampleTag(`result-${line}-synthetic`) : null,
    ),
    cell('area', squareMetres(m2), { 'data-m2': typeof m2 === 'number' ? m2 : undefined }),
    cell('ha', hectares(m2)),
    cell('mu', mu(m2)),
    cell('share', percent(share), { 'data-share': share ?? undefined }),
  );
}

/** What lies behind a row: why there is no figure, sub-zones, features, clauses. Nothing to tell, no section. */
export function lineDetail(line: LineId, parcel: ParcelReport, onZoom: () => void): HTMLElement | null {
  const finding = findingOf(parcel, line);
  const status = statusOf(finding);
  const drawable = status === 'overlap' || status === 'sliver';
  const parts = [reason(finding, status), zones(finding, parcel), features(finding), rules(finding)].filter((x) => x !== null);
  if (parts.length === 0) return null;
  const tone = statusTone(line, finding, isComplete(parcel));
  const title = titleOf(line, finding);
  const symbol = AREA_SYMBOLS[line];
  return h(
    'section',
    { class: `line tone-${tone}`, 'data-testid': `detail-${line}` },
    h(
      'header',
      {},
      symbol ? areaSwatch(symbol) : null,
      h('h4', { lang: title.lang }, title.text),
      drawable ? h('button', { type: 'button', class: 'small no-print', onclick: onZoom }, t('r_zoom')) : null,
    ),
    parts,
  );
}

function titleOf(line: LineId, finding: LayerFinding | undefined): { text: string; lang: string } {
  const [zh, en] = LINE_TITLES[line];
  return plainTitle(pick(finding?.title_zh || zh, finding?.title_en || en));
}

function statusPill(line: LineId, finding: LayerFinding | undefined, tone: string, testid: string): HTMLElement {
  return h(
    'span',
    { class: 'status', 'data-testid': testid },
    h('span', { 'aria-hidden': 'true' }, TONE_SIGN[tone] ?? ''),
    ` ${t(statusKey(line, finding))}`,
  );
}

function sampleTag(testid: string): HTMLElement {
  return h('span', { class: 'tag sample', 'data-testid': testid }, t('synthetic_label'));
}

function reason(finding: LayerFinding | undefined, status: string): HTMLElement | null {
  if (status !== 'not_covered' && status !== 'unmeasured') return null;
  const r = finding ? pick(finding.reason_zh, finding.reason_en) : { text: t('r_layer_absent'), lang: '' };
  const uncovered = finding?.uncovered_m2;
  return h(
    'p',
    { class: 'reason' },
    h('span', r.lang ? { lang: r.lang } : {}, r.text || t(`s_${status}`)),
    uncovered ? `（${t('s_not_covered')} ${squareMetres(uncovered)} ${t('r_m2')}）` : null,
  );
}

/** Printed areas of the sub-zones. Those inside add up to the line's own figure; 界外 is then what is left of the
 * parcel, so that inside + outside = parcel also as printed. At most the last printed digit moves. */
function zoneFigures(list: { zone: string; area_m2?: number }[], inside: number | null | undefined, parcel: number | undefined): string[] {
  const values = list.map((z) => z.area_m2 ?? NaN);
  const isOutside = list.map((z) => z.zone === OUTSIDE);
  const within = values.filter((_, i) => !isOutside[i]);
  if (typeof inside !== 'number') return values.map((v) => squareMetres(v));
  const printed = balanced(within, inside);
  return values.map((v, i) => {
    if (!isOutside[i]) return printed.shift() ?? NO_FIGURE;
    return typeof parcel === 'number' ? remainder(parcel, inside, v) : squareMetres(v);
  });
}

function zones(finding: LayerFinding | undefined, parcel: ParcelReport): HTMLElement | null {
  const list = (finding?.zones ?? []).filter((z) => z.zone);
  if (list.length === 0) return null;
  const m2 = zoneFigures(list, finding?.area_m2, parcel.area_m2);
  return h(
    'table',
    { class: 'mini' },
    h('caption', {}, t('r_zones')),
    h(
      'tbody',
      {},
      list.map((z, i) =>
        h(
          'tr',
          { 'data-testid': `zone-${z.zone}` },
          h('th', { scope: 'row', lang: zoneTitle(z.zone).lang }, zoneTitle(z.zone).text),
          h('td', { 'data-m2': z.area_m2 }, `${m2[i]} ${t('r_m2')}`),
          h('td', {}, percent(z.share)),
        ),
      ),
    ),
  );
}

function features(finding: LayerFinding | undefined): HTMLElement | null {
  const list = finding?.features ?? [];
  if (list.length === 0) return null;
  return h(
    'details',
    { class: 'features' },
    h('summary', {}, t('r_features', { n: list.length })),
    h(
      'table',
      { class: 'mini' },
      h('tbody', {}, list.slice(0, MAX_FEATURES).map((f) =>
        h(
          'tr',
          {},
          h(
            'th',
            { scope: 'row', lang: 'zh-CN' },
            f.name || f.code || t('unnamed'),
            f.name && f.code ? h('span', { class: 'muted code' }, f.code) : null,
            f.zone ? h('span', { class: 'tag' }, f.zone) : null,
            f.sliver ? h('span', { class: 'tag' }, t('s_sliver')) : null,
          ),
          h('td', { 'data-m2': f.area_m2 }, `${squareMetres(f.area_m2)} ${t('r_m2')}`),
        ),
      )),
    ),
    list.length > MAX_FEATURES ? h('p', { class: 'muted' }, t('r_features_more', { n: list.length - MAX_FEATURES })) : null,
  );
}

function rules(finding: LayerFinding | undefined): HTMLElement | null {
  const list = finding?.rules ?? [];
  return list.length === 0 ? null : h('div', { class: 'rules' }, list.map(rule));
}

function rule(r: RuleHit): HTMLElement {
  const title = pick(r.title_zh, r.title_en);
  const verdict = verdictOf(r.verdict);
  const empty = (s: string | undefined) => !s || s === '-';
  return h(
    'article',
    { class: 'rule', 'data-testid': `rule-${r.id}` },
    h(
      'p',
      { class: 'rule-title' },
      h('span', { class: `badge small v-${verdict}` }, t(`v_${verdict}`)),
      h('span', { lang: title.lang }, title.text),
      h('span', { class: 'muted code' }, r.id),
    ),
    r.class_assumed ? h('p', { class: 'assumed' }, t('r_class_assumed')) : null,
    h(
      'dl',
      { class: 'facts' },
      empty(r.needs_zh) ? null : [h('dt', {}, t('r_needs')), h('dd', { lang: 'zh-CN' }, r.needs_zh)],
      empty(r.basis) ? null : [h('dt', {}, t('r_basis')), h('dd', { lang: 'zh-CN' }, r.basis)],
      h('dt', {}, t('r_conf')),
      h('dd', { class: `conf ${confidenceKey(r.confidence)}`, title: r.source ?? '' }, t(confidenceKey(r.confidence))),
    ),
  );
}
