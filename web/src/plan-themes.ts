/** The kinds of things that the plan names, how each is drawn, and which of them are shown. */

import type { PointSymbol } from './map/symbols';

export interface Theme {
  zh: string;
  en: string;
  point: PointSymbol;
  /** Of its lines; undefined: the kind has none. */
  line?: string;
}

/** By `kind` of a feature of plan_places, in the order of the list. */
export const THEMES: Record<string, Theme> = {
  pair: { zh: '一体化与协同', en: 'Developed together', point: { shape: 'dot', colour: '#6c3c96', size: 7 }, line: '#6c3c96' },
  hub: { zh: '综合交通枢纽', en: 'Transport hubs', point: { shape: 'square', colour: '#1d4f91', size: 11 } },
  rail: { zh: '铁路与轨道交通', en: 'Railways', point: { shape: 'square', colour: '#30363d', size: 9 }, line: '#30363d' },
  road: { zh: '公路与通道', en: 'Roads', point: { shape: 'square', colour: '#a0522d', size: 9 }, line: '#a0522d' },
  airport: { zh: '机场', en: 'Airports', point: { shape: 'triangle', colour: '#1d4f91', size: 12 } },
  port: { zh: '口岸', en: 'Border ports', point: { shape: 'diamond', colour: '#b04a00', size: 12 } },
  logistics: { zh: '物流', en: 'Logistics', point: { shape: 'circle', colour: '#b04a00', size: 9 } },
  energy: { zh: '能源', en: 'Energy', point: { shape: 'triangle', colour: '#9a6700', size: 11 } },
  water: { zh: '水利', en: 'Water', point: { shape: 'circle', colour: '#0b6fa4', size: 9 } },
  demo: { zh: '示范区与试点', en: 'Demonstrations and pilots', point: { shape: 'diamond', colour: '#2f7d3a', size: 11 } },
  heritage: { zh: '历史文化', en: 'Heritage', point: { shape: 'square', colour: '#8a3b12', size: 9 } },
  consumption: { zh: '消费中心', en: 'Consumption centres', point: { shape: 'circle', colour: '#a4123f', size: 9 } },
  housing: { zh: '住房', en: 'Housing', point: { shape: 'triangle', colour: '#5b7f95', size: 10 } },
  health: { zh: '医疗', en: 'Health', point: { shape: 'square', colour: '#c0282d', size: 8 } },
  environment: { zh: '环境管控', en: 'Environment', point: { shape: 'dot', colour: '#2f7d3a', size: 8 } },
  migration: { zh: '落户', en: 'Household register', point: { shape: 'dot', colour: '#444c55', size: 8 } },
  support: { zh: '对口支援', en: 'Support', point: { shape: 'dot', colour: '#0b6e6e', size: 8 } },
  key_county: { zh: '重点县城（专栏3）', en: 'Key county towns (Box 3)', point: { shape: 'circle', colour: '#7a5a2a', size: 8 } },
  special_town: { zh: '特色小镇（专栏7）', en: 'Special-feature towns (Box 7)', point: { shape: 'triangle', colour: '#7a5a2a', size: 9 } },
};

/** The name of a kind's sign on the map. */
export const signOf = (kind: string): string => `place-${kind}`;

/** Which features are drawn: of these kinds, and, where one is chosen, of this status. */
export interface Shown {
  kinds: string[];
  status: string;
}
