/** What the layout panel says of the plan's places and figures. */
export const PLAN_TEXTS = {
  plan_places: ['规划点名的地点与连线', 'Places and connections that the plan names'],
  plan_places_hint: ['勾选类别即在图上显示；点与线均为示意。', 'Tick a kind to see it on the map; points and lines are schematic.'],
  plan_status: ['状态', 'Status'],
  plan_status_all: ['全部', 'all'],
  plan_unplaced: ['没有点位', 'no place on the map'],
  plan_open: ['规划的名单未列尽（等）', 'the plan\'s list goes on (等)'],
  plan_targets: ['指标', 'Figures'],
  plan_targets_hint: [
    '≥ 为下限，≤ 为上限，≈ 为左右；没有年份的指标规划未给出年份。',
    '≥ is a floor, ≤ a cap, ≈ about; a figure without a year has none in the plan.',
  ],
  plan_no_year: ['无年份', 'no year'],
  plan_units: ['各盟市、旗县：规划怎么说 ↗', 'What the plan says of each unit ↗'],
} as const satisfies Record<string, readonly [string, string]>;
