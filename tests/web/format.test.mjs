// Unit tests of web/src, without a browser: `npm test` in web/.
import assert from 'node:assert/strict';
import test from 'node:test';
import { elements, fakeDocument, load } from './bundle.mjs';

fakeDocument();
const [format, verdict, control, layerPanel, symbols, claims, crs, plots, { innerPoint }, { dayAndTime }, address, ellipsoid, { placeText }, bench] = await load(
  'format.ts', 'verdict.ts', 'control.ts', 'panels/report-layer.ts', 'map/symbols.ts', 'panels/claims.ts', 'crs.ts', 'plots.ts', 'map/inner-point.ts',
  'moment.ts', 'address.ts', 'map/ellipsoid.ts', 'map/where.ts',
  'result-filter.ts',
);
const { balanced, fixed, sumOf, hectares, mu, percent, remainder, squareMetres } = format;
const { confidenceKey, examinedIn, isComplete, layerVerdict, shownVerdict, statusKey, statusTone, worstFirst } = verdict;

// Invented layers, one of each relation: the page must need no name.
const symbol = { fill: '#112233', edge: '#445566', alpha: 0.5, width: 1, dashed: false, screen: null };
const LAYERS = [
  { id: 'first_line', title_zh: '甲线', title_en: 'First line', relation: 'exclude', must: true, examined: true, loaded: true, symbol, classes: ['BIG'] },
  { id: 'second_line', title_zh: '乙线', title_en: 'Second line', relation: 'exclude', must: true, examined: true, loaded: true, symbol, classes: [] },
  {
    id: 'fence', title_zh: '围界', title_en: 'Fence', relation: 'contain', must: true, examined: true, loaded: true, classes: ['BIG', 'SMALL'],
    symbol: { ...symbol, dashed: true, screen: { fill: '#1d4f91', alpha: 0.06, ink: '#1d4f91', ink_alpha: 1, edge: '#1d4f91', width: 2 } },
    zones: [{ zh: '内区', en: 'inner zone', has: '内', has_not: ['非'], codes: [] }, { zh: '其余', en: 'the rest', has: '', has_not: [], codes: [] }],
    outside: '围外', outside_en: 'outside the fence',
  },
  {
    id: 'soil', title_zh: '土类', title_en: 'Soil', relation: 'classify', must: false, examined: true, loaded: true, symbol, classes: [],
    zones: [{ zh: '黑土', en: 'black soil', group: '农用地', has: '', has_not: [], codes: ['01'], fill: '#332211' }, { zh: '其他土', en: 'other', has: '', has_not: [], codes: ['99'] }],
  },
  { id: 'far_away', title_zh: '远线', title_en: 'Far line', relation: 'exclude', must: false, examined: false, loaded: false, symbol, classes: [] },
];
control.setControlLayers(LAYERS);

test('square metres: 2 decimals, half away from zero, also where binary has no exact half', () => {
  assert.equal(squareMetres(0.125), '0.13');
  assert.equal(squareMetres(-0.125), '-0.13');
  assert.equal(squareMetres(1.005), '1.01'); // (1.005).toFixed(2) is 1.00
  assert.equal(squareMetres(2.675), '2.68');
  assert.equal(squareMetres(119988.2068), '119,988.21');
  assert.equal(squareMetres(0), '0.00');
  assert.equal(squareMetres(-0.001), '0.00');
  assert.equal(squareMetres(1e-7), '0.00');
  assert.equal(squareMetres(1144473638283.9119), '1,144,473,638,283.91');
  assert.equal(squareMetres(1e21), '1,000,000,000,000,000,000,000.00');
});

test('公顷 and 亩 come from square metres without a second rounding', () => {
  // The worked examples of the standard formula.
  for (const [m2, ha, m] of [[119988.2068, '11.9988', '179.98'], [44488.6716, '4.4489', '66.73'], [59.9906, '0.0060', '0.09']]) {
    assert.equal(hectares(m2), ha);
    assert.equal(mu(m2), m);
  }
  assert.equal(hectares(0.5), '0.0001');
  assert.equal(hectares(0.4999), '0.0000');
  assert.equal(mu(10 / 3), '0.01');
  assert.equal(mu(2000 / 3), '1.00');
});

test('no figure is never zero', () => {
  for (const f of [squareMetres, hectares, mu, percent]) for (const v of [null, undefined, NaN, Infinity]) assert.equal(f(v), '—');
  assert.equal(fixed(undefined, 1), '—');
});

test('percent: something is not 0 %, not quite all is not 100 %', () => {
  assert.equal(percent(0), '0.00%');
  assert.equal(percent(1), '100.00%');
  assert.equal(percent(0.38525), '38.53%');
  assert.equal(percent(1e-6), '<0.01%');
  assert.equal(percent(0.999999), '>99.99%');
});

test('rows add up to the printed total: the rest goes to the largest', () => {
  assert.deepEqual(balanced([33.333, 33.333, 33.334], 100), ['33.33', '33.33', '33.34']);
  assert.deepEqual(balanced([10.004, 20.004, 30.004], 60.012), ['10.00', '20.00', '30.01']);
  assert.deepEqual(balanced([1, 2], 100), ['1.00', '2.00']); // they do not add up: left alone
  assert.deepEqual(balanced([], 0), []);
});

test('inside + outside = the parcel, as printed, without changing what is inside', () => {
  assert.equal(remainder(2350186.5454, 1656955.4911, 693231.0544), '693,231.06'); // .55 - .49
  assert.equal(remainder(100, 100, 0), '0.00');
  assert.equal(remainder(100, 40, 55), '55.00'); // more than rounding: left alone
});

const layer = (name, status, more = {}) => ({ layer: name, status, ...more });
const parcel = (verdict, a = 'clear', b = 'clear', c = 'overlap') => ({
  verdict, layers: [layer('first_line', a, { area_m2: 0 }), layer('second_line', b), layer('fence', c)],
});
const three = { ids: ['first_line', 'second_line', 'fence'], whole: true };

test('nothing reads as allowed or green unless every layer that must be was covered and measured', () => {
  assert.equal(shownVerdict(parcel('allowed'), three), 'allowed');
  for (const bad of ['not_covered', 'unmeasured', 'something new', null]) {
    const p = parcel('allowed', 'clear', bad);
    assert.equal(isComplete(p, three), false);
    assert.equal(shownVerdict(p, three), 'unknown');
    assert.equal(statusTone('first_line', p.layers[0], isComplete(p, three)), 'plain');
    assert.equal(statusTone('second_line', p.layers[1], isComplete(p, three)), 'nodata');
  }
  assert.equal(isComplete({ layers: parcel('allowed').layers.slice(0, 2) }, three), false);
  assert.equal(isComplete({}, three), false);
  assert.equal(isComplete(parcel('allowed'), { ...three, whole: false }), false);
  assert.equal(shownVerdict({ verdict: 'fine' }, three), 'unknown');
  assert.equal(statusTone('first_line', parcel('allowed').layers[0], true), 'clear');
});

test('a layer that need not be examined may lack data, but the parcel is then not "allowed"; one that fails is a gap', () => {
  const four = { ids: [...three.ids, 'fourth'], whole: true };
  const with_ = (status, more = {}) => ({ verdict: 'allowed', layers: [...parcel('allowed').layers, layer('fourth', status, { must: false, ...more })] });
  assert.equal(isComplete(with_('clear'), four), true);
  assert.equal(shownVerdict(with_('clear'), four), 'allowed');
  assert.equal(isComplete(with_('not_covered'), four), true);
  assert.equal(shownVerdict(with_('not_covered'), four), 'unknown');
  assert.equal(shownVerdict(with_('not_covered', { relation: 'classify' }), four), 'allowed'); // it could forbid nothing
  assert.equal(shownVerdict(with_('unmeasured', { relation: 'classify' }), four), 'unknown');
  assert.equal(isComplete(with_('unmeasured'), four), false);
  assert.equal(isComplete(with_('not_covered', { must: true }), four), false);
  assert.equal(isComplete(with_('nobody knows'), four), false);
  assert.equal(layerVerdict('fourth', layer('fourth', 'not_covered', { verdict: 'allowed' })), 'unknown');
  assert.equal(layerVerdict('fourth', layer('fourth', 'clear', { verdict: 'allowed' })), 'allowed');
  assert.equal(layerVerdict('soil', layer('soil', 'not_covered', { verdict: 'allowed' })), null);
  assert.equal(layerVerdict('fourth', layer('fourth', 'clear')), null); // format 1
});

test('what a report examined: its own list, in its order; old reports name none and had three', () => {
  const p = parcel('allowed');
  assert.deepEqual(examinedIn({ parcels: [p] }), three);
  assert.equal(examinedIn({ parcels: [{ layers: p.layers.slice(0, 2) }] }).whole, false);
  assert.equal(examinedIn({ parcels: [] }).whole, false);
  const definitions = ['fence', 'soil'].map((id) => ({ layer: id }));
  assert.deepEqual(examinedIn({ format: 2, definitions, parcels: [] }), { ids: ['fence', 'soil'], whole: true });
  assert.equal(examinedIn({ format: 2, definitions, parcels: [p] }, control.mustLayers()).whole, true); // what was found counts
  assert.equal(examinedIn({ format: 2, definitions, parcels: [] }, control.mustLayers()).whole, false);
});

test('the word follows the relation: inside or outside, met or not, and 压占 for the rest and for what nobody knows', () => {
  assert.equal(statusKey('fence', layer('fence', 'overlap', { inside: true })), 's_inside');
  assert.equal(statusKey('fence', layer('fence', 'overlap', { share: 0.5 })), 's_partly');
  assert.equal(statusKey('fence', layer('fence', 'clear')), 's_outside');
  assert.equal(statusTone('fence', layer('fence', 'clear'), true), 'outside');
  assert.equal(statusKey('soil', layer('soil', 'overlap')), 's_met');
  assert.equal(statusKey('soil', layer('soil', 'clear')), 's_not_met');
  assert.notEqual(statusTone('soil', layer('soil', 'clear'), true), 'clear');
  assert.equal(statusKey('first_line', layer('', 'overlap')), 's_overlap');
  assert.equal(statusKey('never_heard_of', layer('', 'overlap')), 's_overlap');
  assert.equal(statusKey('never_heard_of', layer('', 'overlap', { relation: 'a new one' })), 's_overlap');
  assert.equal(statusKey('never_heard_of', layer('', 'overlap', { relation: 'classify' })), 's_met'); // the report says
});

test('worst first; doubtful sources show their doubt', () => {
  const list = [parcel('notice'), parcel('prohibited', 'overlap'), parcel('allowed', 'not_covered'), parcel('restricted')];
  assert.deepEqual(worstFirst(list, three), [1, 2, 3, 0]); // what is not covered may be prohibited
  assert.equal(confidenceKey('read'), 'conf_read');
  assert.equal(confidenceKey('memory'), 'conf_memory');
  assert.equal(confidenceKey('read(seed)+memory'), 'conf_mixed');
  assert.equal(confidenceKey('design'), 'conf_design');
  assert.equal(confidenceKey(undefined), 'conf_memory');
});

test('a layer that nobody named in the page is shown: its row, its claim, its classes of land; what was not examined is listed', () => {
  const claim = { layer: 'first_line', class: 'BIG', item: 2, title_zh: '大项目第二项', title_en: 'Big, item 2', document: '', date: '', by: '' };
  const p = {
    verdict: 'restricted', area_m2: 300,
    layers: [
      layer('first_line', 'overlap', { area_m2: 100, share: 1 / 3, must: true, verdict: 'restricted', claim }),
      layer('never_heard_of', 'overlap', { title_zh: '没听说过的线', title_en: 'Unheard of', relation: 'exclude', must: false, area_m2: 1, share: 1 / 300, rules: [{ id: 'X-1', verdict: 'prohibited', verdict_here: 'restricted', paper_missing: true, title_zh: '新条款' }] }),
      layer('soil', 'overlap', {
        relation: 'classify', must: false, area_m2: 300, share: 1,
        zones: [
          { zone: '0101', title_zh: '黑土', group: '农用地', area_m2: 200.004, share: 0.66668 },
          { zone: '0201', title_zh: '沙土', group: '未利用地', area_m2: 99.996, share: 0.33332 },
        ],
      }),
    ],
  };
  const report = {
    format: 2, parcels: [p], definitions: ['first_line', 'never_heard_of', 'soil'].map((id) => ({ layer: id })),
    not_examined: [{ layer: 'far_away', title_zh: '远线', title_en: 'Far line' }],
  };
  const examined = examinedIn(report);
  const [table] = elements(layerPanel.linesTable(p, examined));
  assert.match(table.all('result-never_heard_of')[0].textContent, /没听说过的线.*压占.*1\.00/);
  assert.equal(table.all('result-never_heard_of')[0].attributes['data-tone'], 'pressed');
  assert.equal(table.all('result-first_line-claimed').length, 1);
  const [detail] = elements(layerPanel.lineDetail('first_line', p, examined, () => undefined));
  assert.match(detail.all('claim-of-first_line')[0].textContent, /主张：大项目第二项 · 尚缺文件/);
  assert.equal(detail.all('verdict-first_line')[0].attributes['data-verdict'], 'restricted');
  const [new_] = elements(layerPanel.lineDetail('never_heard_of', p, examined, () => undefined));
  assert.match(new_.all('rule-X-1')[0].textContent, /^▲ 限制新条款/); // what it comes to here, not what the row says
  assert.equal(new_.all('paper-missing-X-1').length, 1);
  const classes = elements(layerPanel.lineDetail('soil', p, examined, () => undefined))[0].all('classes-soil')[0].textContent;
  assert.match(classes, /黑土农用地200\.00.*沙土未利用地100\.00.*合计 农用地200\.00.*合计 未利用地100\.00/);
  assert.match(elements(layerPanel.notExamined(report))[0].textContent, /未审查（1）远线.*不等于不涉及/);
  assert.equal(layerPanel.notExamined({ ...report, not_examined: [] }), null);
});

// ---- a whole file

const plot = (no, verdict, layers = parcel(verdict).layers, more = {}) => ({ id: `P${no}`, name: `地块${no}`, area_m2: 10000.0001, verdict, layers, ...more });
const pressing = (m2) => [layer('first_line', 'overlap', { area_m2: m2, verdict: 'prohibited' }), layer('second_line', 'clear', { area_m2: 0, verdict: 'allowed' }), layer('fence', 'overlap', { area_m2: 10000, verdict: 'allowed' })];
const thirty = Array.from({ length: 30 }, (_, i) => plot(i + 1, [4, 11, 26].includes(i) ? 'prohibited' : 'allowed', [4, 11, 26].includes(i) ? pressing(100.1 + i) : undefined));

test('a file is as bad as its worst plot, whatever the answer says of the file: three of thirty are prohibited', () => {
  for (const said of ['prohibited', 'allowed', undefined]) {
    const file = plots.fileResult({ verdict: said, parcels: thirty }, three);
    assert.equal(file.verdict, 'prohibited');
    assert.deepEqual(file.counts, { prohibited: 3, unknown: 0, restricted: 0, notice: 0, allowed: 27 });
    assert.equal(Object.values(file.counts).reduce((a, b) => a + b), 30);
  }
  const good = thirty.filter((p) => p.verdict === 'allowed');
  assert.equal(plots.fileResult({ verdict: 'allowed', parcels: good }, three).verdict, 'allowed');
  assert.equal(plots.fileResult({ verdict: 'prohibited', parcels: good }, three).verdict, 'prohibited'); // the server's word is the worse one
  assert.equal(plots.fileResult({ verdict: 'fine', parcels: good }, three).verdict, 'unknown');
  assert.equal(plots.fileResult({ verdict: 'allowed', parcels: [] }, three).verdict, 'unknown');
});

test('"allowed" is never said of a file of which one plot is not known: it was not measured, not covered, or has no answer at all', () => {
  const good = thirty.filter((p) => p.verdict === 'allowed');
  const gaps = [
    plot(31, 'allowed', parcel('allowed', 'unmeasured').layers), plot(31, 'allowed', parcel('allowed', 'clear', 'not_covered').layers),
    plot(31, undefined), plot(31, 'allowed', []), {}, { id: 'P31', verdict: 'refused' },
  ];
  for (const gap of gaps) {
    const file = plots.fileResult({ verdict: 'allowed', parcels: [...good, gap] }, three);
    assert.equal(file.verdict, 'unknown', JSON.stringify(gap));
    assert.equal(file.counts.unknown, 1);
    assert.equal(file.plots.length, 28); // it is in the table, too
  }
});

test('sums by line: of what was measured, with how many plots lack; never a figure where there is none', () => {
  const file = plots.fileResult({ verdict: 'prohibited', parcels: thirty }, three);
  const [first, second] = file.lines;
  assert.deepEqual([first.met, first.unknown, first.area_m2], [3, 0, 341.3]); // (100.1+4) + (100.1+11) + (100.1+26)
  assert.equal(file.area_m2, 300000.003); // thirty times 10000.0001, without a binary remainder
  assert.deepEqual([second.met, second.unknown], [0, 0]);
  const gap = plots.fileResult({ parcels: [...thirty, plot(31, 'unknown', parcel('unknown', 'unmeasured', 'not_covered').layers, { area_m2: null })] }, three);
  assert.deepEqual([gap.lines[0].unknown, gap.lines[0].area_m2, gap.area_m2], [1, 341.3, undefined]);
  const none = plots.fileResult({ parcels: [plot(1, 'unknown', parcel('unknown', 'unmeasured').layers)] }, three);
  assert.equal(none.lines[0].area_m2, undefined);
  assert.equal(sumOf([0.1, 0.2]), 0.3);
  assert.equal(sumOf([1, null]), undefined);
});

test('the line that makes a plot\'s verdict: the worst, then the largest; a gap is worse than a notice', () => {
  const worst = (layers) => plots.worstLine({ layers }, { ids: layers.map((l) => l.layer), whole: true });
  assert.equal(worst(pressing(5)).id, 'first_line');
  assert.equal(worst(parcel('allowed').layers), null);
  assert.equal(worst([layer('first_line', 'overlap', { verdict: 'notice' }), layer('second_line', 'unmeasured', { verdict: 'allowed' })]).id, 'second_line');
  const two = ['first_line', 'second_line'].map((id, i) => layer(id, 'overlap', { verdict: 'prohibited', area_m2: i + 1 }));
  assert.equal(worst(two).id, 'second_line');
  const old = layer('first_line', 'overlap', { rules: [{ id: 'R', verdict: 'prohibited' }] }); // format 1 gives lines no verdict
  assert.equal(worst([old]).verdict, 'prohibited');
});

test('the table of plots: sorted by each column, filtered by verdict and by words', () => {
  const { plots: all } = plots.fileResult({ parcels: thirty }, three);
  const list = (more) => plots.listedPlots(all, { by: 'verdict', down: false, verdict: '', text: '', ...more }).map((p) => p.no);
  assert.deepEqual(list({}).slice(0, 4), [27, 12, 5, 1]); // the worst first, among them the largest
  assert.deepEqual(list({ verdict: 'prohibited', by: 'no' }), [5, 12, 27]);
  assert.deepEqual(list({ by: 'no', down: true }).slice(0, 2), [30, 29]);
  assert.deepEqual(list({ by: 'name' }).slice(0, 3), [1, 2, 3]); // 地块2 before 地块10
  assert.deepEqual(list({ text: '地块12' }), [12]);
  assert.deepEqual(list({ text: '甲线', by: 'no' }), [5, 12, 27]);
  assert.deepEqual(list({ by: 'line' }).slice(0, 3), [5, 12, 27]);
  assert.deepEqual(list({ text: 'nothing' }), []);
});

test('a plot\'s number stands inside it, also in a ring', () => {
  const square = (x, y, w) => [[x, y], [x + w, y], [x + w, y + w], [x, y + w], [x, y]];
  assert.deepEqual(innerPoint({ type: 'Polygon', coordinates: [square(0, 0, 2)] }), [1, 1]);
  const [x, y] = innerPoint({ type: 'Polygon', coordinates: [square(0, 0, 9), square(1, 1, 7)] });
  assert.ok(y === 4.5 && (x < 1 || x > 8), `${x} ${y} is in the hole`);
  assert.deepEqual(innerPoint({ type: 'MultiPolygon', coordinates: [[square(0, 0, 1)], [square(5, 5, 4)]] }), [7, 7]);
  assert.equal(innerPoint(null), undefined);
});

test('how a layer is drawn comes from its definition; without one for screens, from that for paper', () => {
  assert.deepEqual(symbols.areaSymbol('fence'), { fill: 'rgba(29, 79, 145, 0.06)', ink: '#1d4f91', line: '#1d4f91', width: 2, dash: [4, 2] });
  const [first, second] = ['first_line', 'second_line'].map(symbols.areaSymbol);
  assert.equal(first.line, '#445566');
  assert.notEqual(first.pattern, second.pattern); // told apart without colour
  assert.equal(symbols.areaSymbol('soil').pattern, undefined);
  assert.equal(symbols.areaSymbol('no_such_layer'), undefined);
  // A zone with a colour alone is drawn as its layer is, in that colour; one with neither is no zone of the map.
  assert.deepEqual(symbols.subZones('soil').map((z) => [z.zh, z.plain, z.symbol.fill, z.symbol.line]), [['黑土', true, 'rgba(51, 34, 17, 0.5)', '#445566']]);
  assert.deepEqual(symbols.subZones('fence'), []);
});

test('a feature belongs to the zone that the server would give it', () => {
  assert.equal(control.zoneOf('fence', '城镇内部')?.zh, '内区');
  assert.equal(control.zoneOf('fence', '非内部')?.zh, '其余');
  assert.equal(control.zoneOf('soil', '0103')?.zh, '黑土');
  assert.equal(control.zoneOf('soil', '0203'), undefined);
  assert.deepEqual(control.zoneTitle('fence', '围外'), { text: '围外', lang: 'zh-CN' });
});

test('a claim as the server reads it; one that it would misread or refuse is told before', () => {
  const row = { class: 'BIG', item: 3, document: ' 内政字〔2026〕12号 ', date: '2026-03-01', by: '自治区人民政府' };
  assert.equal(claims.claimText('first_line', row), 'first_line=BIG#3:内政字〔2026〕12号@2026-03-01@自治区人民政府');
  assert.equal(claims.claimText('first_line', { ...row, item: 0, by: '' }), 'first_line=BIG:内政字〔2026〕12号@2026-03-01');
  assert.equal(claims.claimText('first_line', { ...row, item: 0, document: '', date: '', by: '' }), 'first_line=BIG');
  assert.equal(claims.faultOf(row), '');
  const texts = ['first_line=BIG#3:内政字〔2026〕12号@2026-03-01@自治区人民政府', 'a=B', 'a=B#2', 'a=B:9号:二@2026-01-02'];
  for (const text of texts) {
    const read = claims.claimOf(text); // as a saved project has it, and back
    assert.equal(claims.claimText(read.layer, read.row), text);
  }
  assert.equal(claims.faultOf({ ...row, date: '' }), 'claim_no_date');
  assert.equal(claims.faultOf({ ...row, document: ' ' }), 'claim_no_document');
  for (const document of ['甲@乙', '甲;乙', '甲；乙']) assert.equal(claims.faultOf({ ...row, document }), 'claim_bad_sign');
  assert.equal(claims.faultOf({ ...row, by: '甲；乙' }), 'claim_bad_sign');
  assert.equal(claims.faultOf({ ...row, class: '', date: '' }), ''); // nothing is claimed
});

test('claims of a saved project: on a layer of which nothing can be claimed now they are shown and still sent, never dropped', () => {
  const form = new claims.ClaimsForm('t', () => undefined);
  form.set([{ id: 'BIG', zh: '大项目', en: 'Big' }]);
  form.load('first_line=BIG:9号@2026-01-02;far_away=BIG;first_line_gone=SMALL');
  assert.deepEqual(form.texts(), ['first_line=BIG:9号@2026-01-02', 'far_away=BIG', 'first_line_gone=SMALL']);
  assert.match(form.el.all('t-claims-others')[0].textContent, /far_away=BIG/);
  form.el.all('t-claims-drop-0')[0].listeners.click();
  assert.deepEqual(form.texts(), ['first_line=BIG:9号@2026-01-02', 'first_line_gone=SMALL']);
  form.load('');
  assert.deepEqual(form.texts(), []);
});

test('claims: a row for each layer that has data and of which something may be claimed, and none that cannot be sent is sent', () => {
  const form = new claims.ClaimsForm('t', () => undefined);
  form.set([{ id: 'BIG', zh: '大项目', en: 'Big', paper_zh: '批准文件', items: [{ no: 1, zh: '一', en: 'one' }] }]);
  assert.deepEqual(['first_line', 'second_line', 'fence', 'far_away'].map((id) => form.el.all(`t-claim-${id}`).length), [1, 0, 1, 0]);
  assert.deepEqual(form.ask(), []);
  const choose = (id, value) => {
    const select = form.el.all(id)[0];
    select.value = value;
    select.listeners.change({ target: select });
  };
  const type = (id, value) => form.el.all(id)[0].listeners.input({ target: { value } });
  choose('t-claim-fence-class', 'SMALL'); // not known to /classes: its code is its name, and it has no items
  assert.equal(form.el.all('t-claim-fence-item').length, 0);
  choose('t-claim-first_line-class', 'BIG');
  assert.match(form.el.textContent, /须有文件：批准文件/);
  choose('t-claim-first_line-item', '1');
  assert.deepEqual(form.ask(), ['first_line=BIG#1', 'fence=SMALL']); // in the order of the report
  type('t-claim-first_line-document', '一号');
  assert.equal(form.ask(), null);
  assert.match(form.el.all('t-claim-first_line-fault')[0].textContent, /再填文件日期/);
  type('t-claim-first_line-date', '2026-03-01');
  assert.deepEqual(form.ask(), ['first_line=BIG#1:一号@2026-03-01', 'fence=SMALL']);
});

test('an address says where one stands, and is read back; what is damaged in it is left out', () => {
  const { readAddress, writeAddress } = address;
  const nowhere = { view: null, switched: {}, panel: 'check', day: '', record: 0, job: '', check: '', plot: 0 };
  assert.deepEqual(readAddress(''), nowhere);
  assert.equal(writeAddress(nowhere), '');
  const at = { view: { zoom: 12.25, lat: 40.73463, lng: 107.39594 }, switched: { land_use: true, first_line: false }, panel: 'records', day: '2024-01-31', record: 17, job: '', check: '', plot: 0 };
  assert.equal(writeAddress(at), 'view=12.25/40.73463/107.39594&off=first_line&on=land_use&panel=records&day=2024-01-31&record=17');
  assert.deepEqual(readAddress(`#${writeAddress(at)}`), at);
  const job = { ...nowhere, panel: 'batch', job: 'a1b2' };
  assert.deepEqual(readAddress(writeAddress(job)), job);
  assert.equal(writeAddress({ ...job, panel: 'check', record: 17 }), ''); // of a panel that is not on show nothing is said
  const found = { ...nowhere, check: 'ab'.repeat(32), plot: 12 };
  assert.equal(writeAddress(found), `check=${'ab'.repeat(32)}&plot=12`);
  assert.deepEqual(readAddress(writeAddress(found)), found);
  assert.equal(writeAddress({ ...found, check: '' }), ''); // a plot of nothing
  for (const bad of ['check=../x', 'check=abc', 'plot=-1', 'view=1/2', 'view=1/99/7', 'view=//', 'view=<b>', 'day=yesterday', 'record=-1', 'record=1e3', 'job=../x', 'off=<script>', 'panel=a b']) {
    assert.deepEqual(readAddress(`#${bad}`), nowhere, bad);
  }
});

test('one clock, that of China, and it is told', () => {
  assert.equal(dayAndTime('2026-01-31T16:05:00Z'), '2026-02-01 00:05 北京时间');
  assert.equal(dayAndTime('2025-12-31T15:59:59Z'), '2025-12-31 23:59 北京时间');
  assert.equal(dayAndTime('never'), 'never');
  assert.equal(dayAndTime(undefined), '');
});

test('another zone is one click away only where the officer named the first, and the eastings carry none', () => {
  assert.equal(crs.mayRename(4548, 4545), true);
  assert.equal(crs.mayRename(4548, 4507), true); // a 6-degree zone
  assert.equal(crs.mayRename(undefined, 4545), false); // the file says it itself
  assert.equal(crs.mayRename(4527, 4524), false); // the eastings begin with the zone
});

test('the CRS question: the zones\' EPSG codes, and only where naming a CRS helps', () => {
  const { ZONES_3, asksForCrs, epsgOfZone } = crs;
  assert.deepEqual([ZONES_3[0], ZONES_3.at(-1)], [32, 42]);
  // As registered: EPSG:4525 is zone 37 with prefix, EPSG:4546 its central meridian 111° without.
  assert.deepEqual([epsgOfZone(37, true), epsgOfZone(37, false), epsgOfZone(32, true), epsgOfZone(42, false)], [4525, 4546, 4520, 4551]);
  assert.equal(asksForCrs('crs-missing', undefined), true);
  assert.equal(asksForCrs('zone-missing', undefined), true);
  for (const code of ['crs-conflict', 'zone-conflict', 'point-outside-crs']) {
    assert.equal(asksForCrs(code, undefined), false); // the file contradicts itself
    assert.equal(asksForCrs(code, 4525), true); // the choice was wrong
  }
  for (const code of ['crs-datum-refused', 'crs-web-mercator', 'txt-datum-refused', '']) assert.equal(asksForCrs(code, 4525), false);
});

test('plane coordinates of the pointer are those of PROJ, to a millimetre', () => {
  // GDAL 3.6 with PROJ 9.1, EPSG:4490 to EPSG:4525, 4526, 4521 and 4530.
  const known = [
    [111.7, 40.8, 37559072.5121, 4518598.6914], [114.6518679, 40.8129005, 38554999.9987, 4519999.9952],
    [98.1, 37.4, 33420310.2237, 4141283.6965], [125.9, 53.3, 42493332.9071, 5908011.7679],
  ];
  for (const [lon, lat, east, north] of known) {
    const at = ellipsoid.toZone([lon, lat]);
    assert.ok(Math.abs(at.east - east) < 0.001 && Math.abs(at.north - north) < 0.001, JSON.stringify(at));
  }
  assert.equal(placeText([111.7, 40.8]), '111.70000°E 40.80000°N · X 4518598.7  Y 37559072.5');
  assert.equal(placeText([-0.5, 60]), '0.50000°W 60.00000°N');
});

test('measured lengths are geodesics', () => {
  // pyproj's Geod, on GRS 80, whose flattening differs from CGCS2000's in the eleventh digit.
  for (const [p, q, metres] of [[[111.7, 40.8], [111.71, 40.81], 1394.72459], [[97.2, 37.4], [126, 53.3], 2833351.82107], [[110, 40], [110, 41], 111044.26088]]) {
    assert.ok(Math.abs(ellipsoid.distance(p, q) - metres) < 0.001, `${ellipsoid.distance(p, q)} ${metres}`);
  }
  assert.equal(ellipsoid.distance([111, 40], [111, 40]), 0);
  assert.ok(Math.abs(ellipsoid.lengthOf([[110, 40], [110, 40.5], [110, 41]]) - 111044.26088) < 0.001);
});

test('a measured area is the one that a check answers', () => {
  // `area_m2` of POST /check for this parcel.
  const ring = [[111.7, 40.8], [111.72, 40.8], [111.725, 40.815], [111.7, 40.81]];
  assert.ok(Math.abs(ellipsoid.areaOf(ring) - 2576886.259) < 0.001);
  assert.equal(ellipsoid.areaOf([...ring, ring[0]]).toFixed(4), ellipsoid.areaOf(ring).toFixed(4));
  assert.equal(ellipsoid.areaOf(ring.slice(0, 2)), 0);
});

test('a filter of the batch is CQL2, and no text of the user becomes a part of it', () => {
  assert.equal(bench.rowsFilter(bench.EMPTY_FILTER), '');
  const all = { verdict: 'prohibited', line: 'red_line', unit: 'c:150102', cls: 'GENERAL', from: '0.5', to: '3', text: "a'b%_\\" };
  assert.equal(bench.rowsFilter(all), "verdict = 'prohibited' AND red_line_m2 > 0 AND county = '150102' AND project_class = 'GENERAL' AND area_m2 >= 5000 AND "
    + "area_m2 <= 30000 AND (parcel_id LIKE '%a''b\\%\\_\\\\%' OR name LIKE '%a''b\\%\\_\\\\%')");
  assert.equal(bench.rowsFilter({ ...bench.EMPTY_FILTER, unit: 'p:150100', from: 'x', to: '-1' }), "prefecture = '150100'");
});

test('a table of any length is scrolled from its first row to its last', () => {
  for (const total of [0, 1, 12, 13, 1000, 200_000, 1_000_000]) {
    const height = Math.min(total * 30, bench.TALLEST_PX);
    assert.equal(bench.scrolledTo(0, total, 30, 360), 0);
    const begin = bench.scrolledTo(Math.max(0, height - 360), total, 30, 360);
    const end = Math.min(total, begin + 13);
    assert.equal(end, total, `${total}`);
    assert.ok(total - begin <= 13);
    for (let top = 0; top <= Math.max(0, height - 360); top += Math.max(1, height / 37)) {
      const b = bench.scrolledTo(top, total, 30, 360);
      const e = Math.min(total, b + 13);
      const [above, below] = bench.spacers(top, b, e, total, 30);
      assert.ok(above >= 0 && below >= 0 && Math.abs(above + below + 30 * (e - b) - height) <= 30 * (e - b) + 1, `${total} ${top}`);
      assert.ok(above <= top + 1 && above + 30 * (e - b) >= Math.min(top + 360, height) - 1, `${total} ${top}: rows in sight, ${above}`);
    }
  }
});
