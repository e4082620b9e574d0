/** One control line of a parcel's report: status, figures, sub-zones, features pressed on, clauses. */

import type { LayerFinding, ParcelReport, RuleHit } from '../api';
import { h } from '../dom';
import { NO_FIGURE, balanced, fixed, hectares, mu, percent, squareMetres } from '../format';
import { pick, t } from '../i18n';
import { AREA_SYMBOLS, areaSwatch } from '../map/symbols';
import { LINE_TITLES, confidenceKey, isComplete, statusKey, statusOf, statusTone, verdictOf, type LineId } from '../verdict';

/** More rows than this are in the JSON; a panel of thousands helps nobody. */
const MAX_FEATURES = 50;

const TONE_SIGN: Record<string, string> = {
  pressed: '✖', sliver: '◌', clear: '✔', plain: '○', nodata: '？', boundary: '▣', outside: '▢',
};

export function layerSection(
  line: LineId,
  finding: LayerFinding | undefined,
  parcel: ParcelReport,
  onZoom: () => void,
): HTMLElement {
  const [zh, en] = LINE_TITLES[line];
  const title = pick(finding?.title_zh || zh, finding?.title_en || en);
  const status = statusOf(finding);
  const tone = statusTone(line, finding, isComplete(parcel));
  const symbol = AREA_SYMBOLS[line];
  const drawable = status === 'overlap' || status === 'sliver';
  return h(
    'section',
    { class: `line tone-${tone}`, 'data-testid': `result-${line}`, 'data-status': status, 'data-tone': tone },
    h(
      'header',
      {},
      symbol ? areaSwatch(symbol) : null,
      h('h4', { lang: title.lang }, title.text),
      finding?.synthetic
        ? h('span', { class: 'tag sample', 'data-testid': `result-${line}-synthetic` }, finding.label || t('synthetic_label'))
        : null,
      h(
        'span',
        { class: 'status', 'data-testid': `result-${line}-status` },
        h('span', { 'aria-hidden': 'true' }, TONE_SIGN[tone] ?? ''),
        ` ${t(statusKey(line, finding))}`,
      ),
    ),
    reason(finding, status),
    figures(line, finding, status),
    zones(finding, parcel),
    features(finding),
    drawable ? h('button', { type: 'button', class: 'small no-print', onclick: onZoom }, t('r_zoom')) : null,
    rules(finding),
  );
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

function figures(line: LineId, finding: LayerFinding | undefined, status: string): HTMLElement {
  // A line that was not covered or measured has no figure, whatever the answer carries.
  const measured = status === 'overlap' || status === 'sliver' || status === 'clear';
  const m2 = measured ? finding?.area_m2 : undefined;
  const share = measured ? finding?.share : undefined;
  const exact = typeof m2 === 'number' ? m2 : undefined;
  const cell = (label: string, value: string, id: string, attrs = {}) =>
    h(
      'div',
      {},
      h('dt', {}, label),
      h('dd', { 'data-testid': `result-${line}-${id}`, class: value === NO_FIGURE ? 'none' : undefined, ...attrs }, value),
    );
  return h(
    'dl',
    { class: 'figures' },
    cell(t('r_m2'), squareMetres(m2), 'area', { 'data-m2': exact }),
    cell(t('r_ha'), hectares(m2), 'ha'),
    cell(t('r_mu'), mu(m2), 'mu'),
    cell(t('r_share'), percent(share), 'share', { 'data-share': share ?? undefined }),
  );
}

function zones(finding: LayerFinding | undefined, parcel: ParcelReport): HTMLElement | null {
  const list = (finding?.zones ?? []).filter((z) => z.zone);
  if (list.length === 0) return null;
  const values = list.map((z) => z.area_m2 ?? NaN);
  // Sub-zones and 界外 make up the parcel; sub-zones of the red line make up the overlap. Whichever they add up to.
  const sum = values.reduce((a, b) => a + b, 0);
  const total = [parcel.area_m2, finding?.area_m2].find((v) => typeof v === 'number' && Math.abs(v - sum) < 0.01);
  const m2 = total === undefined || total === null ? values.map((v) => fixed(v, 2)) : balanced(values, total);
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
          h('th', { scope: 'row', lang: 'zh-CN' }, z.zone),
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

function rules(finding: LayerFinding | undefined): HTMLElement {
  const list = finding?.rules ?? [];
  return h(
    'div',
    { class: 'rules' },
    list.length === 0 ? h('p', { class: 'muted' }, t('r_no_rules')) : list.map(rule),
  );
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
