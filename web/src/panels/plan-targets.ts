/** The plan's figures 2020 → 2025 → 2035, each with its sentence: bars where there are numbers of one kind to compare. */

import { getJson } from '../api';
import { fill, h } from '../dom';
import { t } from '../i18n';
import { targetText, type PlanTarget } from '../plan-layout';

interface Figure extends PlanTarget {
  nature?: string;
}

const SVG = 'http://www.w3.org/2000/svg';
const BAR = { left: 62, width: 150, height: 16, step: 22 };

function svg(tag: string, attributes: Record<string, string | number>, text = ''): SVGElement {
  const el = document.createElementNS(SVG, tag);
  for (const [k, v] of Object.entries(attributes)) el.setAttribute(k, String(v));
  if (text) el.append(text);
  return el;
}

/** The sign of an operator, with the value and unit: ≥ 39 %. */
export function valueText(f: PlanTarget): string {
  const sign = { '>=': '≥ ', '<=': '≤ ', '≈': '≈ ', '>': '> ' }[f.op ?? ''] ?? '';
  return `${sign}${f.value ?? ''} ${f.unit ?? ''}`.trim();
}

/** A bar for each; a percentage is of 100, everything else of the largest. */
function bars(figures: Figure[], title: string): SVGElement {
  const values = figures.map((f) => Number(f.value));
  const whole = figures[0]?.unit === '%' ? 100 : Math.max(...values);
  const out = svg('svg', { viewBox: `0 0 300 ${figures.length * BAR.step}`, class: 'figure-bars', role: 'img', 'aria-label': title });
  figures.forEach((f, i) => {
    const y = i * BAR.step + 2;
    const width = Math.max(1, (BAR.width * (values[i] ?? 0)) / whole);
    out.append(
      svg('text', { x: 0, y: y + 12, class: 'muted' }, f.year || t('plan_no_year')),
      svg('rect', { x: BAR.left, y, width, height: BAR.height, class: f.nature === '现状' ? 'fact' : 'target' }),
      svg('text', { x: BAR.left + width + 4, y: y + 12 }, valueText(f)),
    );
  });
  return out;
}

/** Figures of one indicator and one scope, in the order of the years; those without one are last. */
export function grouped<F extends PlanTarget & { nature?: string }>(rows: F[]): F[][] {
  const groups = new Map<string, F[]>();
  for (const r of rows) {
    if (r.nature !== '现状' && r.nature !== '目标') continue;
    const key = `${r.indicator}/${r.scope}`;
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  const of = (f: F) => f.year || '9999';
  return [...groups.values()].map((g) => g.sort((a, b) => of(a).localeCompare(of(b)))).filter((g) => g.some((f) => f.nature === '目标'));
}

export class PlanTargets {
  readonly el = h('section', { 'data-testid': 'plan-targets' });
  private groups: Figure[][] = [];

  async load(): Promise<void> {
    const rows = await getJson<{ rows?: Figure[] }>('/plan/targets').then((a) => a.rows ?? [], () => []);
    this.groups = grouped(rows).sort((a, b) => b.length - a.length);
    this.render();
  }

  render(): void {
    if (this.groups.length === 0) {
      fill(this.el);
      return;
    }
    fill(this.el, h('h3', { class: 'layout-title' }, t('plan_targets')), h('p', { class: 'muted' }, t('plan_targets_hint')),
      this.groups.map((g) => this.group(g)));
  }

  private group(figures: Figure[]): HTMLElement {
    const title = `${figures[0]?.indicator ?? ''}（${figures[0]?.scope ?? ''}）`;
    const numbers = figures.every((f) => /^[\d.]+$/.test(f.value ?? '') && f.unit === figures[0]?.unit);
    const chart = numbers && figures.length > 1;
    return h(
      'article',
      { class: 'card', lang: 'zh-CN' },
      h('h4', {}, title),
      chart ? bars(figures, `${title} ${figures.map((f) => `${f.year || t('plan_no_year')} ${valueText(f)}`).join('；')}`) : null,
      chart ? null : h('ul', { class: 'plain' }, figures.map((f) => h('li', {}, targetText({ ...f, indicator: '' }) || valueText(f), f.year ? '' : `（${t('plan_no_year')}）`))),
      h('details', {}, h('summary', { class: 'muted' }, [...new Set(figures.map((f) => f.section ?? ''))].join('、')),
        figures.map((f) => h('blockquote', {}, `“${f.quote ?? ''}”`, h('cite', {}, `内政办发〔2021〕74号${f.section ?? ''}`)))),
    );
  }
}
