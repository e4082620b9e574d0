/** The control layers of a parcel's report: a row of figures each; then the claim, sub-zones or classes of land, features pressed
 * on and clauses. */

import type { Claim, LayerFinding, ParcelReport, Relation, Report, RuleHit, ZoneArea } from '../api';
import { badge } from '../badge';
import { Held, h, type VNode } from '../component';
import { controlLayer, layerTitle, relationOf, zoneTitle } from '../control';
import { NO_FIGURE, balanced, hectares, mu, percent, remainder, squareMetres } from '../format';
import { pick, t, type TextKey } from '../i18n';
import { areaSwatch, areaSymbol } from '../map/symbols';
import {
  confidenceKey, findingOf, isComplete, layerVerdict, statusKey, statusOf, statusTone, verdictOf, type Examined,
} from '../verdict';

/** More rows than this are in the JSON; a panel of thousands helps nobody. */
const MAX_FEATURES = 50;

const TONE_SIGN: Record<string, string> = {
  pressed: '✖', sliver: '◌', clear: '✔', plain: '○', nodata: '？', boundary: '▣', outside: '▢',
};

/** The layers at a glance: one row each, figures of the whole parcel. */
export function linesTable(parcel: ParcelReport, examined: Examined): VNode {
  const head = (key: TextKey) => h('th', { scope: 'col' }, t(key));
  // Parcels of tens of km² have figures that only fit in smaller type.
  const longest = Math.max(0, ...examined.ids.map((id) => squareMetres(findingOf(parcel, id)?.area_m2).length));
  return h(
    'table',
    { class: longest > 12 ? 'lines dense' : 'lines' },
    h('thead', {}, h('tr', {}, head('r_line'), head('r_m2'), head('r_ha'), head('r_mu'), head('r_share'))),
    h('tbody', {}, examined.ids.map((id) => lineRow(id, parcel, examined))),
  );
}

function lineRow(id: string, parcel: ParcelReport, examined: Examined): VNode {
  const finding = findingOf(parcel, id);
  const status = statusOf(finding);
  const tone = statusTone(id, finding, isComplete(parcel, examined));
  // A layer that was not covered or measured has no figure, whatever the answer carries.
  const measured = status === 'overlap' || status === 'sliver' || status === 'clear';
  const m2 = measured ? finding?.area_m2 : undefined;
  const share = measured ? finding?.share : undefined;
  const title = layerTitle(id, finding);
  const cell = (column: string, value: string, attrs = {}) =>
    h('td', { 'data-testid': `result-${id}-${column}`, class: value === NO_FIGURE ? 'none' : undefined, ...attrs }, value);
  return h(
    'tr',
    { class: `tone-${tone}`, 'data-testid': `result-${id}`, 'data-status': status, 'data-tone': tone },
    h(
      'th',
      { scope: 'row' },
      h('span', { class: 'line-name', lang: title.lang }, title.text),
      statusPill(id, finding, tone, `result-${id}-status`),
      ' ', // lets the label wrap where the figures need the room
      finding?.synthetic ? sampleTag(`result-${id}-synthetic`) : null,
      finding?.claim ? h('span', { class: 'tag claimed', 'data-testid': `result-${id}-claimed` }, t('claim_made')) : null,
    ),
    cell('area', squareMetres(m2), { 'data-m2': typeof m2 === 'number' ? m2 : undefined }),
    cell('ha', hectares(m2)),
    cell('mu', mu(m2)),
    cell('share', percent(share), { 'data-share': share ?? undefined }),
  );
}

/** What lies behind a row: why there is no figure, the claim, sub-zones, features, clauses. Nothing to tell, no section. */
export function lineDetail(id: string, parcel: ParcelReport, examined: Examined, onZoom: () => void): VNode | null {
  const finding = findingOf(parcel, id);
  const status = statusOf(finding);
  const drawable = status === 'overlap' || status === 'sliver';
  const classes = relationOf(id, finding) === 'classify';
  const parts = [
    reason(finding, status), claimLine(finding), classes ? classTable(id, finding) : zones(id, finding, parcel), features(id, finding),
    rules(finding),
  ].filter((x) => x !== null);
  if (parts.length === 0) return null;
  const tone = statusTone(id, finding, isComplete(parcel, examined));
  const title = layerTitle(id, finding);
  const symbol = areaSymbol(id);
  const verdict = layerVerdict(id, finding);
  return h(
    'section',
    { class: `line tone-${tone}`, 'data-testid': `detail-${id}` },
    h(
      'header',
      {},
      symbol ? h(Held, { make: () => areaSwatch(symbol), of: id, tag: 'span' }) : null,
      h('h4', { lang: title.lang }, title.text),
      verdict ? badge(verdict, { 'data-testid': `verdict-${id}`, 'data-verdict': verdict }) : null,
      drawable ? h('button', { type: 'button', class: 'small no-print', onClick: onZoom }, t('r_zoom')) : null,
    ),
    parts,
    sources(id),
  );
}

/** What the check did not look at: nothing is known of it, which is not clear. */
export function notExamined(report: Report): VNode | null {
  const list = report.not_examined ?? [];
  if (list.length === 0) return null;
  return h(
    'section',
    { class: 'not-examined', 'data-testid': 'not-examined' },
    h('h4', {}, t('r_not_examined', { n: list.length })),
    h('ul', {}, list.map((l) => {
      const title = pick(l.title_zh, l.title_en);
      return h('li', { class: 'tag', lang: title.lang, 'data-testid': `not-examined-${l.layer}` }, title.text || l.layer);
    })),
    h('p', { class: 'muted' }, t('r_not_examined_why')),
  );
}

/** A claim in words: class and item, document, day, by whom. */
export function claimWords(c: Claim): { text: string; lang: string } {
  const title = pick(c.title_zh, c.title_en);
  const paper = [c.document, c.date, c.by].filter(Boolean).join(' · ');
  return { text: [title.text || c.class || '', paper || t('claim_no_paper')].join(' · '), lang: title.lang };
}

function claimLine(finding: LayerFinding | undefined): VNode | null {
  if (!finding?.claim) return null;
  const words = claimWords(finding.claim);
  return h(
    'p',
    { class: 'claim-line', 'data-testid': `claim-of-${finding.layer}` },
    h('b', {}, `${t('claim_made')}${t('colon')}`),
    h('span', { lang: words.lang }, words.text),
  );
}

/** The office in charge of a layer, and its texts. */
function sources(id: string): VNode | null {
  const l = controlLayer(id);
  const office = pick(l?.office_zh, l?.office_en);
  const links = l?.links ?? [];
  if (!office.text && links.length === 0) return null;
  return h(
    'details',
    { class: 'sources', 'data-testid': `sources-${id}` },
    h('summary', {}, t('r_sources')),
    office.text ? h('p', {}, h('span', { class: 'muted' }, `${t('r_office')}${t('colon')}`), h('span', { lang: office.lang }, office.text)) : null,
    h('ul', {}, links.map((k) => h(
      'li',
      { lang: 'zh-CN' },
      /^https?:\/\//.test(k.url ?? '') ? h('a', { href: k.url, target: '_blank', rel: 'noopener noreferrer' }, k.title) : k.title,
      h('span', { class: `conf ${confidenceKey(k.confidence)}`, lang: '' }, ` ${t(confidenceKey(k.confidence))}`),
    ))),
  );
}

function statusPill(id: string, finding: LayerFinding | undefined, tone: string, testid: string): VNode {
  return h(
    'span',
    { class: 'status', 'data-testid': testid },
    h('span', { 'aria-hidden': 'true' }, TONE_SIGN[tone] ?? ''),
    ` ${t(statusKey(id, finding))}`,
  );
}

function sampleTag(testid: string): VNode {
  return h('span', { class: 'tag sample', 'data-testid': testid }, t('synthetic_label'));
}

function reason(finding: LayerFinding | undefined, status: string): VNode | null {
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

/** Printed areas of the sub-zones. Those inside add up to the layer's own figure; what is outside is then what is left of the
 * parcel, so that inside + outside = parcel also as printed. At most the last printed digit moves. */
function zoneFigures(id: string, list: ZoneArea[], inside: number | null | undefined, parcel: number | undefined): string[] {
  const outside = controlLayer(id)?.outside;
  const values = list.map((z) => z.area_m2 ?? NaN);
  const isOutside = list.map((z) => Boolean(outside) && z.zone === outside);
  const within = values.filter((_, i) => !isOutside[i]);
  if (typeof inside !== 'number') return values.map((v) => squareMetres(v));
  const printed = balanced(within, inside);
  return values.map((v, i) => {
    if (!isOutside[i]) return printed.shift() ?? NO_FIGURE;
    return typeof parcel === 'number' ? remainder(parcel, inside, v) : squareMetres(v);
  });
}

function zones(id: string, finding: LayerFinding | undefined, parcel: ParcelReport): VNode | null {
  const list = (finding?.zones ?? []).filter((z) => z.zone);
  if (list.length === 0) return null;
  const m2 = zoneFigures(id, list, finding?.area_m2, parcel.area_m2);
  return h(
    'table',
    { class: 'mini' },
    h('caption', {}, t('r_zones')),
    h(
      'tbody',
      {},
      list.map((z, i) => {
        const title = zoneTitle(id, z.zone, z.title_zh);
        return h(
          'tr',
          { 'data-testid': `zone-${z.zone}` },
          h('th', { scope: 'row', lang: title.lang }, title.text),
          h('td', { 'data-m2': z.area_m2 }, `${m2[i]} ${t('r_m2')}`),
          h('td', {}, percent(z.share)),
        );
      }),
    ),
  );
}

const GROUPS: Record<string, TextKey> = { 农用地: 'group_farm', 建设用地: 'group_built', 未利用地: 'group_unused' };

function groupTitle(group: string | undefined): string {
  const key = GROUPS[group ?? ''];
  return key ? t(key) : group || t('group_none');
}

/** 地类: area by class, and what the three great classes make of it. */
function classTable(id: string, finding: LayerFinding | undefined): VNode | null {
  const list = (finding?.zones ?? []).filter((z) => z.zone);
  if (list.length === 0) return null;
  const m2 = zoneFigures(id, list, finding?.area_m2, undefined);
  const sums = new Map<string, { m2: number; share: number }>();
  for (const z of list) {
    const sum = sums.get(z.group ?? '') ?? { m2: 0, share: 0 };
    sums.set(z.group ?? '', { m2: sum.m2 + (z.area_m2 ?? NaN), share: sum.share + (z.share ?? NaN) });
  }
  const groups = balanced([...sums.values()].map((x) => x.m2), finding?.area_m2 ?? NaN);
  const head = (key: TextKey, num = false) => h('th', { scope: 'col', class: num ? 'num' : null }, t(key));
  return h(
    'table',
    { class: 'mini classes', 'data-testid': `classes-${id}` },
    h('caption', {}, t('r_classes')),
    h('thead', {}, h('tr', {}, head('r_land_class'), head('r_land_group'), head('r_m2', true), head('r_share', true))),
    h('tbody', {}, list.map((z, i) => {
      const title = zoneTitle(id, z.zone, z.title_zh);
      return h(
        'tr',
        { 'data-testid': `zone-${z.zone}` },
        h('th', { scope: 'row', lang: title.lang }, title.text),
        h('td', { class: 'word' }, groupTitle(z.group)),
        h('td', { 'data-m2': z.area_m2 }, m2[i] ?? NO_FIGURE),
        h('td', {}, percent(z.share)),
      );
    })),
    h('tfoot', {}, [...sums].map(([group, sum], i) =>
      h('tr', { 'data-testid': `group-${group}` }, h('th', { scope: 'row', colspan: 2 }, `${t('r_group_sum')} ${groupTitle(group)}`),
        h('td', { 'data-m2': sum.m2 }, groups[i] ?? NO_FIGURE), h('td', {}, percent(sum.share))))),
  );
}

/** Nobody presses on what is meant to be lain in. */
const FEATURES: Record<Relation, TextKey> = { exclude: 'r_features', contain: 'r_features_inside', classify: 'r_features_met' };

function features(id: string, finding: LayerFinding | undefined): VNode | null {
  const list = finding?.features ?? [];
  if (list.length === 0) return null;
  return h(
    'details',
    { class: 'features' },
    h('summary', {}, t(FEATURES[relationOf(id, finding)], { n: list.length })),
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

function rules(finding: LayerFinding | undefined): VNode | null {
  const list = finding?.rules ?? [];
  return list.length === 0 ? null : h('div', { class: 'rules' }, list.map(rule));
}

function rule(r: RuleHit): VNode {
  const title = pick(r.title_zh, r.title_en);
  const verdict = verdictOf(r.verdict_here ?? r.verdict);
  const empty = (s: string | undefined) => !s || s === '-';
  const needs = pick(r.needs_zh, empty(r.needs_en) ? '' : r.needs_en);
  return h(
    'article',
    { class: 'rule', 'data-testid': `rule-${r.id}` },
    h(
      'p',
      { class: 'rule-title' },
      badge(verdict),
      h('span', { lang: title.lang }, title.text),
      h('span', { class: 'muted code' }, r.id),
    ),
    r.class_assumed ? h('p', { class: 'assumed' }, t('r_class_assumed')) : null,
    r.paper_missing ? h('p', { class: 'assumed', 'data-testid': `paper-missing-${r.id}` }, t('r_paper_missing')) : null,
    h(
      'dl',
      { class: 'facts' },
      empty(r.needs_zh) ? null : [h('dt', {}, t(r.paper_missing ? 'r_papers' : 'r_needs')), h('dd', { lang: needs.lang }, needs.text)],
      empty(r.basis) ? null : [h('dt', {}, t('r_basis')), h('dd', { lang: 'zh-CN' }, r.basis)],
      h('dt', {}, t('r_conf')),
      h('dd', { class: `conf ${confidenceKey(r.confidence)}`, title: r.source ?? '' }, t(confidenceKey(r.confidence))),
    ),
  );
}
