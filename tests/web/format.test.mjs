// Unit tests of web/src/format.ts and web/src/verdict.ts: `npm test` in web/.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const web = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../web');
const esbuild = createRequire(path.join(web, 'package.json'))('esbuild');

async function load(file) {
  const built = await esbuild.build({ entryPoints: [path.join(web, 'src', file)], bundle: true, write: false, format: 'esm', logLevel: 'error' });
  return import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString('base64')}`);
}

const { balanced, fixed, hectares, mu, percent, remainder, squareMetres } = await load('format.ts');
const { confidenceKey, isComplete, shownVerdict, statusKey, statusTone, worstFirst } = await load('verdict.ts');

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
  verdict,
  layers: [layer('ecological_red_line', a, { area_m2: 0 }), layer('permanent_basic_farmland', b), layer('urban_development_boundary', c)],
});

test('nothing reads as allowed or green unless every line was covered and measured', () => {
  assert.equal(shownVerdict(parcel('allowed')), 'allowed');
  for (const bad of ['not_covered', 'unmeasured', 'something new', null]) {
    const p = parcel('allowed', 'clear', bad);
    assert.equal(isComplete(p), false);
    assert.equal(shownVerdict(p), 'unknown');
    assert.equal(statusTone('ecological_red_line', p.layers[0], isComplete(p)), 'plain');
    assert.equal(statusTone('permanent_basic_farmland', p.layers[1], isComplete(p)), 'nodata');
  }
  assert.equal(isComplete({ layers: parcel('allowed').layers.slice(0, 2) }), false);
  assert.equal(isComplete({}), false);
  assert.equal(shownVerdict({ verdict: 'fine' }), 'unknown');
  assert.equal(statusTone('ecological_red_line', parcel('allowed').layers[0], true), 'clear');
});

test('the boundary is inside or outside, not 压占', () => {
  const udb = 'urban_development_boundary';
  assert.equal(statusKey(udb, layer(udb, 'overlap', { inside: true })), 's_inside');
  assert.equal(statusKey(udb, layer(udb, 'overlap', { share: 0.5 })), 's_partly');
  assert.equal(statusKey(udb, layer(udb, 'clear')), 's_outside');
  assert.equal(statusTone(udb, layer(udb, 'clear'), true), 'outside');
  assert.equal(statusKey('ecological_red_line', layer('', 'overlap')), 's_overlap');
});

test('worst first; doubtful sources show their doubt', () => {
  const list = [parcel('notice'), parcel('prohibited', 'overlap'), parcel('allowed', 'not_covered'), parcel('restricted')];
  assert.deepEqual(worstFirst(list), [1, 2, 3, 0]); // what is not covered may be prohibited
  assert.equal(confidenceKey('read'), 'conf_read');
  assert.equal(confidenceKey('memory'), 'conf_memory');
  assert.equal(confidenceKey('read(seed)+memory'), 'conf_mixed');
  assert.equal(confidenceKey('design'), 'conf_design');
  assert.equal(confidenceKey(undefined), 'conf_memory');
});

test('the CRS question: the zones\' EPSG codes, and only where naming a CRS helps', async () => {
  const { ZONES_3, asksForCrs, epsgOfZone } = await load('crs.ts');
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
