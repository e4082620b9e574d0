// MOCK. Fixed reports in the shape of schema/report.schema.json. Nothing here is measured: the figures are invented.
// The text of the input may ask for a kind: "mock:clear", "mock:nodata", "mock:many"; anything else is an overlap.

const RED = 'ecological_red_line', FARM = 'permanent_basic_farmland', URBAN = 'urban_development_boundary';
const TITLE = {
  [RED]: ['生态保护红线（示例数据）', 'Ecological red line (synthetic)'],
  [FARM]: ['永久基本农田（示例数据）', 'Permanent basic farmland (synthetic)'],
  [URBAN]: ['城镇开发边界（示例数据）', 'Urban development boundary (synthetic)'],
};
const AREA = 119988.2068;

function layer(id, status, m2, rest = {}) {
  return {
    layer: id, title_zh: TITLE[id][0], title_en: TITLE[id][1], version: 1, status, status_zh: '', area_m2: m2,
    area_ha: null, area_mu: null, share: m2 === null ? null : Math.round((m2 / AREA) * 1e6) / 1e6, sum_m2: m2, uncovered_m2: null,
    inside: false, touches: false, synthetic: true, label: '示例数据', reason_zh: '', reason_en: '', features: [], zones: [],
    rules: [], relation: id === URBAN ? 'contain' : 'exclude', must: true, verdict: 'notice', verdict_zh: '', claim: null, ...rest,
  };
}

const rule = (id, verdict, verdict_zh, title_zh, needs_zh, basis, confidence, class_assumed = false) => ({
  id, verdict, verdict_zh, severity: 3, title_zh, title_en: `${id} (mock)`, needs_zh, needs_en: '', verdict_here: verdict, paper_missing: false, unit: '', basis, confidence, source: 'mock', area_m2: null, class_assumed,
});

const farmRule = rule('PBF-GEN', 'prohibited', '禁止', '压占永久基本农田', '任何单位和个人不得擅自占用或者改变用途；须避让', '土地管理法第35条；永久基本农田保护红线管理办法（17号令）第四条', 'read', true);
const zoneRule = rule('UDB-IN-TX', 'restricted', '限制', '位于城镇弹性发展区', '满足条件并按程序调整为集中建设区后方可建设；“详细规划+规划许可”', '内政办发〔2021〕74号；市级国土空间总体规划编制指南（试行）', 'read(seed)+memory');
const outRule = rule('UDB-OUT-UNK', 'notice', '提示', '位于城镇开发边界外，用途未填', '请补充项目类型后再判定', '-', 'design');

const urbanZones = {
  inside: false,
  zones: [
    { zone: '城镇集中建设区', area_m2: 61244.3351, share: 0.510419 },
    { zone: '城镇弹性发展区', area_m2: 31000.005, share: 0.258359 },
    { zone: '边界外', area_m2: 27743.8667, share: 0.231222 },
  ],
  features: [{ id: 1, code: '150802900300000192', name: '临河区', zone: '城镇集中建设区', area_m2: 61244.3351, width_m: null, sliver: false }],
  rules: [zoneRule, outRule],
};

function parcel(name, verdict, summary_zh, layers, warnings = []) {
  return {
    id: name, name, use: '工业用地', crs: 'EPSG:4525', area_m2: AREA, area_ha: 11.9988, area_mu: 179.98, geodesic_area_m2: 119988.2071,
    standard_area_m2: 119988.2068, declared_area_m2: 119988.2, verdict, verdict_zh: '', summary_zh, summary_en: `Mock: ${verdict}.`, layers, warnings,
    units: [{ layer: 'prefectures', code: '1508', name: '巴彦淖尔市', area_m2: AREA }], todo: [],
  };
}

const pressed = (name) =>
  parcel(name, 'prohibited', '占用永久基本农田 7.3403 公顷；部分位于城镇开发边界内，界内 9.2244 公顷，界外 2.7744 公顷。', [
    layer(RED, 'sliver', 0.6189, { features: [{ id: 7, code: '150425900100000032', name: '示例红线', zone: '核心保护区外', area_m2: 0.6189, width_m: 0.02, sliver: true }] }),
    layer(FARM, 'overlap', 73403.0912, {
      features: [
        { id: 3, code: '150802900200015152', name: '水浇地', zone: '', area_m2: 70000.0912, width_m: null, sliver: false },
        { id: 4, code: '150802900200015153', name: '<img src=x onerror=alert(1)>', zone: '', area_m2: 3403, width_m: null, sliver: false },
      ],
      rules: [farmRule],
    }),
    layer(URBAN, 'overlap', 92244.3401, urbanZones),
  ], [{ code: 'RING_CLOSED', zh: '地块第 1 圈未闭合，已自动闭合。', en: 'Ring 1 was open and has been closed.' }]);

const clear = (name) =>
  parcel(name, 'notice', '项目用地不涉及生态保护红线、永久基本农田；位于城镇开发边界外。', [
    layer(RED, 'clear', 0), layer(FARM, 'clear', 0), layer(URBAN, 'clear', 0, { zones: [{ zone: '边界外', area_m2: AREA, share: 1 }], rules: [outRule] }),
  ]);

// On purpose a contradiction: "allowed" though a line has no data. The page must not show it as allowed.
const nodata = (name) =>
  parcel(name, 'allowed', '永久基本农田数据未覆盖项目用地，不能作出判定。', [
    layer(RED, 'clear', 0),
    layer(FARM, 'not_covered', null, { reason_zh: '永久基本农田数据没有覆盖该地块。', reason_en: 'Farmland data does not cover the parcel.', uncovered_m2: AREA }),
    layer(URBAN, 'overlap', AREA, { inside: true, zones: [{ zone: '城镇集中建设区', area_m2: AREA, share: 1 }] }),
  ]);

/** LAYER=CLASS#ITEM:DOCUMENT@DATE@BY, put beside the finding; without a document a paper is missing. Nothing is judged. */
function takeClaims(parcels, texts) {
  const claims = texts.map((one) => {
    const [, layer, name, item, document = '', date = '', by = ''] = /^(\w+)=(\w+)(?:#(\d+))?(?::([^@]*)@([^@]*)(?:@(.*))?)?$/.exec(one);
    return { layer, class: name, item: item ? Number(item) : null, title_zh: name, title_en: name, document, date, by };
  });
  for (const p of parcels) for (const c of claims) {
    const l = p.layers.find((x) => x.layer === c.layer);
    Object.assign(l, { claim: c, verdict: 'restricted' });
    if (!c.document) p.todo.push({ layer: c.layer, rule: 'MOCK', zh: `${l.title_zh}：主张为${c.class}，尚缺文件`, en: `${l.title_en}: a document is missing` });
  }
  return claims;
}

export function mockReport(text, projectClass, claimed = []) {
  const parcels = text.includes('mock:clear') ? [clear('无压占地块')]
    : text.includes('mock:nodata') ? [nodata('未覆盖地块')]
    : text.includes('mock:many') ? [clear('甲地块'), pressed('乙地块'), nodata('丙地块')]
    : [pressed('示例地块一')];
  const claims = takeClaims(parcels, claimed);
  return {
    format: 2, claims, definitions: [RED, FARM, URBAN].map((layer) => ({ layer, sha256: '0'.repeat(64) })),
    not_examined: [{ layer: 'water_source', sha256: '0'.repeat(64), title_zh: '饮用水水源保护区', title_en: 'Drinking water source protection zones' }],
    engine: { name: 'mock', version: '0' }, area_basis: 'MOCK：固定数字，未测算', project_class: projectClass || 'UNKNOWN',
    verdict: parcels[0].verdict, verdict_zh: '', synthetic: true, disclaimer_zh: '',
    input: { format: 'txt', sha256: '0'.repeat(64), crs_note: null }, rules_version: null, warnings: [],
    layers_used: [RED, FARM, URBAN].map((id) => ({ layer: id, version: 1, label: '示例数据', source_sha256: '', effective_from: '2024-01-01', document_no: '' })),
    parcels,
  };
}

const square = (x, y, w, h) => ({ type: 'Polygon', coordinates: [[[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]] });

export function mockShapes(text) {
  const { parcels } = mockReport(text, '');
  let drawn = null;
  try {
    drawn = JSON.parse(text).features[0].geometry;
  } catch {
    // TXT: any square will do here
  }
  const features = parcels.map((p, i) => ({
    type: 'Feature', geometry: drawn ?? square(107.392 + i * 0.008, 40.733, 0.0047, 0.0027), properties: { kind: 'parcel', id: p.id, verdict: p.verdict },
  }));
  parcels.forEach((p, i) => {
    if (p.layers[1].status !== 'overlap') return;
    const geometry = drawn ?? square(107.3945 + i * 0.008, 40.734, 0.0022, 0.0012);
    features.push({ type: 'Feature', geometry, properties: { kind: 'overlap', parcel: p.id, layer: FARM, area_m2: p.layers[1].area_m2 } });
  });
  return { type: 'FeatureCollection', features };
}
