/** What each line and zone means, in the plan's own words: 《内蒙古自治区新型城镇化规划（2021—2035年）》(内政办发〔2021〕74号).
 * The Chinese quotes are verbatim; the English lines are ours. */

export interface Note {
  quote: string;
  section: string;
  en: string;
}

const LINES_QUOTE: Note = {
  quote: '把城镇、农业、生态空间和生态保护线、永久基本农田保护线、城镇开发边界作为调整经济结构、规划产业发展、推进城镇化不可逾越的红线',
  section: '第一章第二节',
  en: 'The three zones and three lines are red lines that urbanisation may not cross.',
};

const NOTES: Record<string, Note[]> = {
  ecological_red_line: [
    LINES_QUOTE,
    {
      quote: '进行城镇开发建设，避免侵占生态空间，增加城镇绿色空间',
      section: '第八章第一节',
      en: 'Building must keep out of ecological space.',
    },
  ],
  permanent_basic_farmland: [
    LINES_QUOTE,
    {
      quote: '稳妥开展永久基本农田以外的农用地转为建设用地',
      section: '第七章第一节',
      en: 'Only farmland outside permanent basic farmland may be converted for building.',
    },
  ],
  urban_development_boundary: [
    {
      quote: '完善边界内分区管制，城镇集中建设区、城镇弹性发展区和特别用途区实行“详细规划+规划许可”的管制方式',
      section: '第二章第四节',
      en: 'Inside the boundary the three sub-zones are governed by a detailed plan plus a planning permit.',
    },
    {
      quote: '严格实行建设用地总量与强度双控，强化城镇开发边界对开发建设行为刚性约束作用',
      section: '第二章第四节',
      en: 'The boundary binds all development strictly.',
    },
  ],
  urban_space: [
    {
      quote: '城市化地区主体功能定位是以保护基本农田和生态空间为前提',
      section: '第二章第四节',
      en: 'Urbanised areas come second to basic farmland and ecological space.',
    },
  ],
  agricultural_space: [LINES_QUOTE],
  ecological_space: [
    {
      quote: '严格按照土地用途性质，尽可能避免侵占生态空间',
      section: '第八章第三节',
      en: 'Land use should keep out of ecological space wherever possible.',
    },
  ],
};

export function notesOf(collection: string): Note[] {
  return NOTES[collection] ?? [];
}
