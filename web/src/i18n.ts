/** Two languages. Chinese is the original; a text the server has only in Chinese is shown in Chinese and marked so. */

import { signal } from '@preact/signals';
import { ACCESS_TEXTS } from './texts/access';
import { AUDIT_TEXTS } from './texts/audit';
import { FILE_TEXTS } from './texts/file';
import { LAYER_TEXTS } from './texts/layers';
import { MAP_TEXTS } from './texts/map';
import { PLAN_TEXTS } from './texts/plan';
import { PROJECT_TEXTS } from './texts/projects';
import { RECORD_TEXTS } from './texts/records';

export type Lang = 'zh' | 'en';

const TEXTS = {
  ...ACCESS_TEXTS,
  ...AUDIT_TEXTS,
  ...FILE_TEXTS,
  ...LAYER_TEXTS,
  ...MAP_TEXTS,
  ...PLAN_TEXTS,
  ...PROJECT_TEXTS,
  ...RECORD_TEXTS,

  app_name: ['红线', 'Hongxian'],
  app_sub: ['国土空间管控核查', 'Land-use control check'],
  switch_lang: ['English', '中文'],
  synthetic_notice: ['示例数据，不得用于审批', 'Sample data: not for approvals'],
  synthetic_label: ['示例数据', 'Sample'],
  reference_only: ['仅供参考', 'Reference'],
  tab_layers: ['图层', 'Layers'],
  tab_layout: ['布局', 'Layout'],
  tab_check: ['压占核查', 'Check'],
  tab_identify: ['点击查询', 'What is here'],
  side_left: ['图层与布局', 'Layers and layout'],
  side_right: ['核查与查询', 'Check and query'],
  skip_to_check: ['跳到核查', 'Skip to the check'],
  skip_to_map: ['跳到地图', 'Skip to the map'],
  sheet_high: ['展开面板', 'Larger panel'],
  sheet_map: ['显示地图', 'Show the map'],
  loading: ['正在载入…', 'Loading…'],
  map_label: ['地图：点击查询该处的管控线', 'Map: click to see which lines are here'],
  map_failed: [
    '地图无法显示（浏览器不支持 WebGL）。核查功能仍可使用。',
    'The map cannot be shown (no WebGL). Checks still work.',
  ],
  map_data_error: ['部分图层未能载入：', 'Some layers could not be loaded: '],
  server_warnings: ['系统提示', 'Server notices'],

  group_lines: ['控制线', 'Control layers'],
  group_zones: ['三类空间', 'Three zones'],
  group_plan: ['规划布局', 'Plan layout'],
  group_base: ['底图', 'Base map'],
  group_admin: ['行政区划', 'Administrative'],
  layer_not_loaded: ['尚未导入数据', 'No data imported'],
  layer_classes: ['各类颜色（{n}）', 'Colours of classes ({n})'],
  layer_version: ['版本 {v}', 'version {v}'],
  layer_count: ['{n} 个要素', '{n} features'],
  show_all: ['全区', 'Whole region'],
  north_note: ['经纬度 CGCS2000（EPSG:4490）', 'CGCS2000 lon/lat (EPSG:4490)'],

  layout_title: ['一群两极多点', 'One cluster, two poles, many points'],
  layout_group_qun: ['一群', 'One cluster'],
  layout_group_ji: ['两极', 'Two poles'],
  layout_group_dian: ['多点', 'Many points'],
  layout_group_other: ['其他', 'Other'],
  layout_inferred: ['推断', 'inferred'],
  layout_inferred_why: [
    '规划未逐一列出“多点”，此处依专栏2推断。',
    'The plan never lists these points by name; they are inferred from its Box 2.',
  ],
  layout_role: ['角色', 'Role'],
  layout_type: ['城市类型', 'City type'],
  layout_policy: ['政策', 'Policy'],
  layout_positioning: ['定位', 'Positioning'],
  layout_targets: ['指标', 'Figures'],
  layout_facts: ['规划还说', 'Also said'],
  layout_circle: ['一小时城市圈', 'One-hour circle'],
  layout_members: ['节点', 'Nodes'],
  layout_unit_page: ['规划对本地的全部表述 ↗', 'All that the plan says of it ↗'],
  layout_quote: ['规划原文', 'From the plan'],
  layout_empty: ['布局数据尚未导入。', 'No layout data imported.'],
  layout_source: [
    '《内蒙古自治区新型城镇化规划（2021—2035年）》',
    'New Urbanisation Plan of Inner Mongolia (2021–2035)',
  ],
  layout_hint: ['点击城市，地图飞至该处。', 'Choose a city to fly there.'],
  layout_approx: ['点位约 ±5 公里，仅作示意。', 'Positions are rough (±5 km), for display only.'],

  identify_hint: [
    '在地图上点击，查询该处是什么线、编码、分区、版本与生效日期。',
    'Click the map to see which lines are there, their codes, zones, versions and dates.',
  ],
  identify_merged: [
    '此处的要素在这一级别上太小，合并显示（这一图块中同一分区共 {n} 个）；放大后可逐个查看。',
    'The features here are too small at this zoom and are drawn together ({n} of this sub-zone in this tile); zoom in to see each.',
  ],
  identify_nothing: ['此处没有已显示的图层要素。', 'No visible feature here.'],
  identify_at: ['位置', 'Position'],
  identify_count: ['此处共 {n} 个要素', '{n} features here'],
  identify_failed: ['详情未能读取：', 'Details could not be read: '],
  f_code: ['编码', 'Code'],
  f_name: ['名称', 'Name'],
  f_zone: ['分区', 'Sub-zone'],
  f_county: ['行政区', 'County'],
  f_version: ['数据版本', 'Data version'],
  f_effective: ['生效日期', 'Effective from'],
  f_declared: ['登记面积', 'Declared area'],
  f_meaning: ['这条线的含义', 'What this line means'],
  f_more: ['全部字段', 'All fields'],

  check_intro: [
    '把宗地文件拖到地图上，或选择下列方式。可用：国土TXT、坐标表CSV、Shapefile（压缩为zip）、GeoJSON、GeoPackage、KML/KMZ、DXF、WKT、FlatGeobuf。',
    'Drop a parcel file on the map, or choose a way below: survey TXT, CSV, zipped Shapefile, GeoJSON, GeoPackage, KML/KMZ, DXF, WKT, FlatGeobuf.',
  ],
  check_class: ['项目类型', 'Project class'],
  check_class_unknown: ['未填', 'not given'],
  check_file: ['选择文件', 'Choose file'],
  check_draw_rect: ['画矩形', 'Rectangle'],
  check_draw_poly: ['画多边形', 'Polygon'],
  check_draw_cancel: ['取消绘制', 'Cancel drawing'],
  check_draw_rect_hint: ['在地图上点击两个对角点。Esc 取消。', 'Click two opposite corners. Esc cancels.'],
  check_draw_poly_hint: [
    '逐点点击，最后点击起点（或按回车）闭合。Esc 取消。',
    'Click each corner, then the first one (or Enter) to close. Esc cancels.',
  ],
  check_paste: ['粘贴坐标文本', 'Paste coordinates'],
  check_paste_label: ['坐标文本（国土TXT、坐标表、度分秒、WKT、GeoJSON）', 'Coordinate text (TXT, table, DMS, WKT, GeoJSON)'],
  check_paste_run: ['核查粘贴内容', 'Check pasted text'],
  check_paste_empty: ['请先粘贴坐标文本。', 'Paste the coordinate text first.'],
  check_drop: ['松开鼠标即开始核查', 'Drop to check'],
  check_drop_sub: ['国土TXT · CSV · Shapefile（zip）· GeoJSON · GeoPackage · KML/KMZ · DXF', 'survey TXT · CSV · Shapefile (zip) · GeoJSON · GeoPackage · KML/KMZ · DXF'],
  check_one_file: ['一次只核查一个文件；Shapefile 的各个文件请压缩为一个 zip。', 'One file at a time, please; zip the files of a Shapefile.'],
  check_too_big: ['文件超过 {n} MB；请用“批量审查”。', 'The file exceeds {n} MB; use the batch audit.'],
  check_unreadable: ['文件无法读取，可能已被移走或改动；请重新选择。', 'The file cannot be read; it may have been moved. Choose it again.'],
  check_running: ['正在核查“{name}”…', 'Checking "{name}"…'],
  check_failed: ['核查未完成', 'The check did not complete'],
  check_no_result: ['没有结果；此前的结果已清除。', 'No result; the earlier one has been removed.'],
  check_new: ['清除结果', 'Clear result'],
  crs_asked: ['需要确认坐标系', 'Which coordinate system?'],
  crs_label: ['坐标系', 'Coordinate system'],
  crs_choose: ['请选择坐标系…', 'Choose…'],
  crs_degrees: ['经纬度 · EPSG:4490', 'Longitude/latitude · EPSG:4490'],
  crs_prefixed: ['三度带，东坐标带带号（8 位）', '3° zones, eastings with the zone (8 digits)'],
  crs_plain: ['三度带，东坐标不带带号（6 位）', '3° zones, eastings without the zone (6 digits)'],
  crs_zone: ['{zone} 带 · {meridian}° · EPSG:{epsg}', 'Zone {zone} · {meridian}° · EPSG:{epsg}'],
  crs_send: ['按此核查', 'Check with it'],
  input_paste: ['粘贴的坐标', 'pasted text'],
  input_draw: ['绘制的地块', 'drawn parcel'],

  v_prohibited: ['禁止', 'Prohibited'],
  v_restricted: ['限制', 'Restricted'],
  v_notice: ['提示', 'Notice'],
  v_allowed: ['允许', 'Allowed'],
  v_unknown: ['无法判定', 'Cannot be judged'],
  s_overlap: ['压占', 'Overlap'],
  s_inside: ['位于界内', 'Inside'],
  s_partly: ['部分位于界内', 'Partly inside'],
  s_outside: ['位于界外', 'Outside'],
  s_sliver: ['仅碎屑', 'Slivers only'],
  s_clear: ['未压占', 'Clear'],
  s_not_covered: ['数据未覆盖', 'Not covered'],
  s_unmeasured: ['无法测算', 'Not measured'],
  r_result_for: ['核查对象', 'Checked'],
  r_verdict: ['结论', 'Verdict'],
  r_incomplete: [
    '有管控线数据未覆盖或无法测算，不能据此认为“未压占”。',
    'Some control line is not covered or not measured: this is no proof of being clear.',
  ],
  r_layer_absent: ['服务器没有给出这条线的结果。', 'The server gave no result for this line.'],
  r_parcels: ['地块（{n} 个，最严重的在前）', 'Parcels ({n}, worst first)'],
  r_parcel_area: ['地块面积', 'Parcel area'],
  r_line: ['管控线与状态', 'Line and status'],
  r_m2: ['平方米', 'm²'],
  r_ha: ['公顷', 'ha'],
  r_mu: ['亩', 'mu'],
  r_share: ['占地块', 'Share'],
  r_zones: ['分区面积', 'By sub-zone'],
  r_features: ['压占图斑（{n}）', 'Features pressed on ({n})'],
  r_features_more: ['另有 {n} 个，见 JSON', '{n} more in the JSON'],
  r_needs: ['要求', 'Required'],
  r_papers: ['须提交', 'Must bring'],
  r_basis: ['依据', 'Basis'],
  r_conf: ['条文可信度', 'Source status'],
  r_class_assumed: ['未填项目类型，按最严的一般规则', 'class not given: strictest general rule'],
  conf_read: ['已读公布文本', 'published text read'],
  conf_memory: ['未核实', 'unverified'],
  conf_design: ['本系统设定', 'set by this system'],
  conf_mixed: ['部分未核实', 'partly unverified'],
  r_about: ['口径与数据', 'Basis and data'],
  r_area_basis: ['面积口径', 'Area basis'],
  r_area_basis_default: ['CGCS2000 椭球面积', 'Area on the CGCS2000 ellipsoid'],
  r_standard_area: ['图斑椭球面积（国标公式）', 'Standard-formula area'],
  r_geodesic_area: ['测地线边面积', 'Geodesic-edge area'],
  r_class: ['项目类型', 'Project class'],
  r_engine: ['引擎', 'Engine'],
  r_warnings: ['注意', 'Warnings'],
  r_disclaimer: [
    '本结果只客观反映与所载数据的空间关系，不代替审批，不决定项目是否通过审查；管控线以最终批复成果为准。',
    'This result only states spatial relations with the loaded data. It does not replace approval.',
  ],
  r_disclaimer_short: ['本结果不代替审批。', 'This result does not replace approval.'],
  r_files: ['下载核查报告', 'Download the report'],
  r_html: ['网页版', 'Web page'],
  r_html_hint: ['在新标签页打开，供打印', 'opens in a new tab, for printing'],
  r_making: ['正在生成 {format}…', 'Making the {format}…'],
  r_file_failed: ['报告未能生成：', 'The report could not be made: '],
  r_file_suffix: ['压占核查报告', 'check-report'],
  p_fields: ['项目信息（选填，写入报告）', 'Project (optional, goes into the report)'],
  p_name: ['项目名称', 'Project name'],
  p_code: ['项目代码', 'Project code'],
  p_builder: ['建设单位', 'Builder'],
  p_district: ['所在行政区', 'District'],
  keep_title: ['留存本次核查', 'Keep this check'],
  keep_officer: ['经办人', 'Officer'],
  keep_run: ['留存', 'Keep'],
  keep_running: ['正在留存…', 'Keeping…'],
  keep_no_officer: ['请先填写经办人。', 'Fill in the officer first.'],
  keep_failed: ['未留存：', 'Not kept: '],
  keep_done: ['已留存，存档编号 {id}', 'Kept as record {id}'],
  keep_record: ['存档', 'Record'],
  r_print: ['打印', 'Print'],
  r_shapes_failed: ['结果有效，但压占范围图形未能取得：', 'The result stands, but the overlap shapes are missing: '],
  r_zoom: ['在地图上查看', 'Show on map'],
  colon: ['：', ': '],
  r_legend_parcel: ['送检地块', 'Parcel'],
  r_legend_overlap: ['压占部分', 'Pressed on'],
  r_legend_class: ['地类界', 'Between classes'],
  r_legend_place: ['选中的位置', 'Chosen place'],
  r_legend_inside: ['位于界内', 'Inside'],
  unnamed: ['未命名', 'unnamed'],
  close: ['关闭', 'Close'],
} as const satisfies Record<string, readonly [string, string]>;

export type TextKey = keyof typeof TEXTS;

const STORAGE_KEY = 'hongxian.lang';

function storedLang(): Lang {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'en' ? 'en' : 'zh';
  } catch {
    return 'zh'; // Storage may be switched off in an office browser.
  }
}

/** A component that says a text is drawn again when this changes. */
const current = signal<Lang>(storedLang());
const listeners = new Set<() => void>();

export function lang(): Lang {
  return current.value;
}

/** `t('layer_count', { n: 3 })`. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  const text: string = TEXTS[key][current.value === 'zh' ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

export function htmlLang(): string {
  return current.value === 'zh' ? 'zh-CN' : 'en';
}

export function setLang(next: Lang): void {
  current.value = next;
  try {
    localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // Not remembered, but switched.
  }
  document.documentElement.lang = htmlLang();
  for (const f of listeners) f();
}

/** Everything says again what it says: who sits here, or what may be done, is another now. */
export function refresh(): void {
  for (const f of listeners) f();
}

/** Call `f` whenever the language changes, and by refresh. */
export function onLang(f: () => void): void {
  listeners.add(f);
}

/** The server's text in the current language and the `lang` attribute it needs: English falls back to Chinese. */
export function pick(zh: string | undefined, en: string | undefined): { text: string; lang: string } {
  if (current.value === 'en' && en) return { text: en, lang: 'en' };
  if (zh) return { text: zh, lang: 'zh-CN' };
  return { text: en ?? '', lang: 'en' };
}

/** A title without the （示例数据） or （仅供参考） that it ends in: those are shown as labels of their own. */
export function plainTitle(title: { text: string; lang: string }): { text: string; lang: string } {
  const text = title.text.replace(/\s*[（(](示例数据|示例|仅供参考|synthetic|sample data|reference only)[）)]$/i, '');
  return { ...title, text };
}
