/** 一群两极多点: the ranks of the plan's places, and their properties as the server delivers them. */

import { pick } from './i18n';

export type Rank = 'yi_qun' | 'liang_ji' | 'duo_dian' | 'secondary';
export const RANKS: Rank[] = ['yi_qun', 'liang_ji', 'duo_dian', 'secondary'];

const TITLES: Record<Rank, [string, string]> = {
  yi_qun: ['一群：呼包鄂乌城市群', 'One cluster: Hohhot–Baotou–Ordos–Ulanqab'],
  liang_ji: ['两极：赤峰、通辽', 'Two poles: Chifeng, Tongliao'],
  duo_dian: ['多点（推断）', 'Many points (inferred)'],
  secondary: ['口岸城市等（推断）', 'Border cities and others (inferred)'],
};

export function rankTitle(rank: Rank): { text: string; lang: string } {
  return pick(...TITLES[rank]);
}

const RANK_OF_KIND: Record<string, Rank> = {
  cluster: 'yi_qun', cluster_area: 'yi_qun', pole: 'liang_ji', point: 'duo_dian', secondary_point: 'secondary',
};

/** The rank of a feature, or '' for belts and whatever else the collection holds. */
export function planRank(properties: Record<string, unknown>): Rank | '' {
  return RANK_OF_KIND[String(properties['kind'] ?? '')] ?? '';
}

/** A sentence of the plan, with chapter and section. */
export interface PlanQuote {
  quote: string;
  section: string;
}

export interface PlanTarget extends Partial<PlanQuote> {
  indicator?: string;
  scope?: string;
  year?: string;
  op?: string;
  value?: string;
  unit?: string;
}

/** "2025：中心城区人口 ≈ 150 万人" */
export function targetText(target: PlanTarget): string {
  const op = { '>=': '≥', '<=': '≤', '=': '' }[target.op ?? ''] ?? target.op ?? '';
  const head = [target.year ? `${target.year}年` : '', target.indicator].filter(Boolean).join(' ');
  return `${head} ${op} ${target.value ?? ''} ${target.unit ?? ''}`.replace(/\s+/g, ' ').trim();
}
