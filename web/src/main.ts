/** The page: puts the panels and the map together, and runs checks. */

import './style.css';
import './map/map-tools.css';
import { follow, keepAddress, type Address } from './address';
import { askMe, may, me, roleName, setMe } from './access';
import { logout } from './api-access';
import { ApiError, check, checkShapes, getCollections, getControlLayers, getHealth, onLoginNeeded, recalledCheck, type Collection, type FeatureItem, type Health, type Question, type Report, type VerdictName, type ZoneElsewhere } from './api';
import type { ResultParcel, RowsPage } from './api-jobs';
import { getProject } from './api-projects';
import type { Found } from './api-search';
import { recordInput, type WholeRecord } from './api-records';
import { controlLayers, mustLayers, relationOf, setControlLayers } from './control';
import { fill, h } from './dom';
import { htmlLang, lang, onLang, pick, plainTitle, setLang, t, type TextKey } from './i18n';
import { ParcelDrawing } from './map/draw';
import { CheckOverlay } from './map/overlay';
import { Measuring } from './map/measure';
import { CLASS_SYMBOL, INSIDE_SYMBOL, OVERLAP_SYMBOL, PARCEL_SYMBOL, PLACE_SYMBOL, areaSwatch, type AreaSymbol } from './map/symbols';
import { ResultLayers } from './map/results';
import { MapView, type Box } from './map/view';
import { showWhere } from './map/where';
import { BatchPanel, type Place } from './panels/batch';
import { CheckPanel } from './panels/check';
import { ConflictsPanel } from './panels/conflicts';
import { IdentifyPanel } from './panels/identify';
import { LayersPanel } from './panels/layers';
import { LayoutPanel } from './panels/layout';
import { LoginDialog } from './panels/login';
import { RecordsPanel } from './panels/records';
import { ReportPanel } from './panels/report';
import { SearchBox } from './panels/search';
import { tabs, type Tabs } from './panels/tabs';
import { sentenceOf } from './sentence';
import * as state from './state';
import { chosenPlot, shown } from './state';
import { examinedIn, shownVerdict, statusOf } from './verdict';

document.documentElement.lang = htmlLang();

const loginDialog = new LoginDialog();
onLoginNeeded(() => loginDialog.ask());

let collections: Collection[] = [];
const collectionOf = (id: string) => collections.find((c) => c.id === id);

// ---- the map, which may be missing (no WebGL): checks must still work then

const mapBox = h('div', { class: 'map', id: 'map', 'data-testid': 'map' });
const mapMessage = h('div', { class: 'map-message', role: 'status', hidden: true });
let keyOf: 'check' | 'place' | null = null;
const mapKey = h('ul', { class: 'map-key', hidden: true, 'data-testid': 'map-key' });
const mapErrors = new Set<string>();

function mapProblem(text: string): void {
  mapErrors.add(text);
  mapMessage.hidden = false;
  fill(
    mapMessage,
    h('span', {}, t('map_data_error'), [...mapErrors].slice(-2).join('；')),
    h('button', { type: 'button', class: 'small', onclick: () => { mapErrors.clear(); mapMessage.hidden = true; } }, t('close')),
  );
}

function makeMap(): MapView | null {
  try {
    return new MapView(mapBox, {
      onClick: (hits, at) => {
        const row = results?.rowAt(at);
        if (row !== undefined) return batch.chooseRow(row);
        const plot = shown.value ? overlay?.plotAt(at) : undefined;
        if (plot !== undefined) {
          right.select('check');
          return report.choose(plot);
        }
        overlay?.pin(at);
        right.select('identify');
        void identify.show(hits, at);
      },
      onError: mapProblem,
      onMove: (at) => (state.view.value = at),
    });
  } catch {
    mapBox.append(h('p', { class: 'note error', role: 'alert' }, t('map_failed')));
    return null;
  }
}

let overlay: CheckOverlay | null = null;
let results: ResultLayers | null = null;
let drawing: ParcelDrawing | null = null;

// ---- panels

const identify = new IdentifyPanel(collectionOf);
const layers = new LayersPanel({
  onToggle: (id, on) => view?.setVisible(id, on),
  onShowAll: () => view?.showAll(),
});
const layout = new LayoutPanel({ onChoose: flyToPlace, onShown: (shown) => view?.showPlaces(shown) });
const report: ReportPanel = new ReportPanel({
  onLook: look,
  onClear: clearResult,
  onZone: (epsg) => checkPanel.rename(epsg),
  onPrint: () => void printReport(),
  onSaved: (project, input) => checkPanel.saved(project, input),
  className: (id) => checkPanel.className(id),
  collectionOf,
  hasUnits: () => collections.some((c) => c.kind === 'admin' && c.id !== 'region' && c.geometry !== 'point'),
});
const checkPanel: CheckPanel = new CheckPanel({
  run: (question) => void runCheck(question),
  draw: (mode) => drawing?.start(mode),
  cancelDraw: () => drawing?.cancel(),
  refused: () => {
    running?.abort();
    running = null;
    hideResult();
    state.check.value = '';
  },
  result: report.el,
});

const batch = new BatchPanel({
  onPlace: showPlace, onClear: clearPlace, onResults: showResults, onCheck: checkParcel, className: (id) => checkPanel.className(id),
});
const conflicts = new ConflictsPanel({ onPlace: showPlace, onClear: clearPlace, collectionOf });
const records = new RecordsPanel({ className: (id) => checkPanel.className(id), layerName: titleOf, onLook: lookAtRecord });

/** Of each plot, in the order of the report, as the page may show it. */
function shownVerdicts(r: Report): VerdictName[] {
  const examined = examinedIn(r, mustLayers());
  return (r.parcels ?? []).map((p) => shownVerdict(p, examined));
}

/** Of each plot the zones by which it would lie inside, where it lies outside. */
function elsewhereIn(collection: GeoJSON.FeatureCollection): ZoneElsewhere[][] {
  const parcels = collection.features.filter((f) => f.properties?.['kind'] === 'parcel');
  return parcels.map((f) => (f.properties?.['zones_elsewhere'] as ZoneElsewhere[] | undefined) ?? []);
}

/** The parcels of a kept check on the map: the record itself has no shapes. What they pressed on is drawn only where the data in
 * force on that day are the very versions that the record names. */
async function lookAtRecord({ record, report: kept }: WholeRecord): Promise<void> {
  const epsg = Number(kept?.input?.crs_given?.replace('EPSG:', ''));
  const question: Question = {
    input: { bytes: await recordInput(record.id), name: record.input_name ?? '', ...(epsg ? { epsg } : {}) },
    projectClass: record.project_class ?? '',
    ...(record.kept_at ? { asOf: record.kept_at.slice(0, 10) } : {}),
  };
  const abort = new AbortController();
  const [answer, text] = await Promise.all([check(question, abort.signal), checkShapes(question, abort.signal)]);
  const same = versionsOf(answer.report) === versionsOf({ layers_used: record.layers });
  hideResult();
  state.check.value = '';
  checkPanel.forget(); // what is on the map belongs to the record now
  overlay?.show(JSON.parse(text) as GeoJSON.FeatureCollection, shownVerdicts(answer.report), !same);
  showKey(overlay ? 'check' : null);
  const box = overlay?.allBox();
  if (box) view?.fit(box, { padding: 70 });
}

function titleOf(id: string): string {
  const c = collectionOf(id);
  return c ? plainTitle(pick(c.title_zh, c.title_en)).text : id;
}

const left: Tabs = tabs('side_left', [
  { id: 'layers', title: 'tab_layers', body: layers.el },
  { id: 'layout', title: 'tab_layout', body: layout.el },
], (id) => id === 'layout' && layout.opened());
const right: Tabs = tabs('side_right', [
  { id: 'check', title: 'tab_check', body: checkPanel.el },
  { id: 'identify', title: 'tab_identify', body: identify.el },
  { id: 'batch', title: 'tab_batch', body: batch.el },
  { id: 'conflicts', title: 'tab_conflicts', body: conflicts.el },
  { id: 'records', title: 'tab_records', body: records.el },
], (id) => {
  state.panel.value = id;
  clearPlace();
  results?.setShown(id === 'batch');
  if (id === 'batch') batch.opened();
  if (id === 'conflicts') void conflicts.opened();
  if (id === 'records') records.opened();
  renderDropSign();
});

const searchBox = new SearchBox({
  onGo: goTo,
  onProject: (id) => {
    right.select('check');
    getProject(id).then((project) => checkPanel.openProject(project)).catch((e: unknown) => mapProblem(sentenceOf(e).text));
  },
});

/** To what was found: its extent, or a mark where it is a point. */
function goTo({ bbox, what }: Found): void {
  if (!bbox || !view) return;
  const [west, south, east, north] = bbox;
  const isPoint = west === east && south === north;
  overlay?.pin(isPoint ? [west, south] : undefined);
  if (isPoint) view.flyTo(west, south, what === 'point' ? 14 : 11);
  else view.fit(bbox);
}

function flyToPlace(feature: FeatureItem): void {
  const g = feature.geometry;
  if (g?.type === 'Point') {
    const [lng = 0, lat = 0] = g.coordinates;
    view?.flyTo(lng, lat, 9.5);
  } else if (g && 'coordinates' in g) {
    const flat = (g.coordinates as unknown[]).flat(4).filter((n) => typeof n === 'number');
    const xs = flat.filter((_, i) => i % 2 === 0);
    const ys = flat.filter((_, i) => i % 2 === 1);
    if (xs.length) view?.fit([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]);
  }
}

/** A place of an audit: its shape where there is one, else the point. */
function showPlace(place: Place): void {
  showKey(place.shape && overlay ? 'place' : null);
  overlay?.place(place.shape);
  overlay?.pin(place.shape ? undefined : [place.lon, place.lat]);
  const box = place.shape ? overlay?.placeBox() : undefined;
  if (box) return view?.fit(box, { padding: 120, maxZoom: 17 });
  const metres = Math.max(150, 2 * Math.sqrt(place.area_m2 ?? 0));
  const up = metres / 111_000;
  const across = up / Math.cos((place.lat * Math.PI) / 180);
  view?.fit([place.lon - across, place.lat - up, place.lon + across, place.lat + up]);
}

/** The parcels of a batch, all of them; once there is a map to show them on. */
let awaited: [string, Box] | null = null;
function showResults(job: string | null, page: RowsPage | null): void {
  awaited = job && page?.bbox ? [job, page.bbox] : null;
  if (!awaited) results?.clear();
  else if (results) {
    results.show(...awaited);
    view?.fit(awaited[1], { padding: 50, maxZoom: 14 });
  }
}

/** One parcel of a batch through the door of a single check, with its class and claims. */
function checkParcel(parcel: ResultParcel): void {
  const { parcel_id, name, project_class, claims } = parcel;
  const called = { ...parcel.properties, ...(parcel_id ? { BSM: parcel_id } : {}), ...(name ? { XMMC: name } : {}) };
  checkPanel.startAs({ bytes: JSON.stringify({ ...parcel, properties: called }), name: [parcel_id, name].filter(Boolean).join(' ') || String(parcel.id) }, project_class ?? 'UNKNOWN', claims ?? '');
}

function clearPlace(): void {
  overlay?.place(null);
  if (keyOf === 'place') showKey(null);
}

// ---- checks

let running: AbortController | null = null;

/** Whatever was on screen belongs to another question: it goes before the new one is asked. */
function hideResult(): void {
  report.clear();
  overlay?.clear();
  showKey(null);
}

function clearResult(): void {
  running?.abort();
  running = null;
  hideResult();
  state.check.value = '';
  checkPanel.forget();
}

async function runCheck(question: Question): Promise<void> {
  running?.abort();
  const abort = (running = new AbortController());
  hideResult();
  overlay?.pin(undefined);
  right.select('check');
  checkPanel.setState({ kind: 'running', name: question.input.name });
  const shapes = checkShapes(question, abort.signal);
  // Its failure is dealt with below; without this a failed check would also be reported as an unhandled rejection.
  shapes.catch(() => undefined);
  try {
    const answer = await check(question, abort.signal);
    if (abort.signal.aborted) return;
    report.show(answer, question);
    state.check.value = answer.digest ?? '';
    checkPanel.setState({ kind: 'done' });
  } catch (error) {
    if (abort.signal.aborted) return; // a newer check has taken over
    hideResult();
    state.check.value = '';
    checkPanel.setState({ kind: 'failed', error });
    return;
  }
  await showShapes(shapes, abort.signal);
}

/** `then`: whether the shapes are of the data of now and not of those of the result, and overlaps are left out. */
async function showShapes(shapes: Promise<string>, signal: AbortSignal, then = false): Promise<void> {
  try {
    const text = await shapes;
    await started.catch(() => undefined); // a quick user may be ahead of the map
    if (signal.aborted) return;
    const collection = JSON.parse(text) as GeoJSON.FeatureCollection;
    overlay?.show(collection, shown.value ? shownVerdicts(shown.value.report) : [], then);
    showKey(overlay ? 'check' : null);
    report.setShapes(then ? null : text, then ? { text: t('recalled_newer'), lang: htmlLang() } : null, then ? [] : elsewhereIn(collection));
    lookAtFile();
  } catch (error) {
    if (!signal.aborted) report.setShapes(null, sentenceOf(error));
  }
}

/** The versions by which a report was made. */
const versionsOf = (r: Report): string => (r.layers_used ?? []).map((l) => `${l.layer}@${l.version}`).sort().join();

/** A check of an address: the result as it was answered, not one by newer data. Shapes are not kept: they are drawn anew, where the
 * data are still those of the result. */
async function recall(digest: string, plot: number): Promise<void> {
  running?.abort();
  const abort = (running = new AbortController());
  hideResult();
  state.check.value = digest;
  checkPanel.setState({ kind: 'running', name: '' });
  try {
    const { question, answer } = await recalledCheck(digest, abort.signal);
    if (abort.signal.aborted) return;
    checkPanel.restore(question);
    report.show(answer, question, plot ? plot - 1 : undefined);
    checkPanel.setState({ kind: 'done' });
    const now = check(question, abort.signal);
    now.catch(() => undefined); // dealt with below
    const shapes = checkShapes(question, abort.signal);
    shapes.catch(() => undefined);
    const newer = await now.then((a) => versionsOf(a.report) !== versionsOf(answer.report), () => true);
    await showShapes(shapes, abort.signal, newer);
  } catch (error) {
    if (abort.signal.aborted) return;
    hideResult();
    state.check.value = '';
    checkPanel.setState({ kind: 'failed', error });
  }
}

/** A file of one plot at that plot, or its overlap; of several, at all of them. */
function lookAtFile(): void {
  const plot = chosenPlot.value;
  if (!plot) return;
  if ((shown.value?.report.parcels?.length ?? 0) < 2) return look(plot.index, []);
  overlay?.select(plot.index);
  showKey('check');
  const box = overlay?.allBox();
  if (box) view?.fit(box, { padding: 70 });
}

const width = (b: Box) => Math.max(b[2] - b[0], b[3] - b[1]);

/** Shows a parcel; or its overlap, when that would be too small to see beside the whole parcel. */
function look(index: number, lines: string[]): void {
  if (!view || !overlay) return;
  overlay.select(index);
  showKey('check');
  const parcel = chosenPlot.value?.parcel;
  const pressed = (parcel?.layers ?? []).filter((l) => relationOf(l.layer, l) === 'exclude' && statusOf(l) === 'overlap').map((l) => l.layer);
  const whole = overlay.parcelBox(index);
  const part = overlay.overlapBox(index, parcel?.id, lines.length ? lines : pressed);
  const small = part && whole && width(part) < width(whole) / 8;
  const box = part && (lines.length > 0 || small) ? part : whole;
  if (box) view.fit(box, { padding: small ? 140 : 70 });
}

async function printReport(): Promise<void> {
  const details = [...document.querySelectorAll<HTMLDetailsElement>('.report details')];
  const wasOpen = details.map((d) => d.open);
  for (const d of details) d.open = true;
  const picture = view ? h('img', { class: 'print-map', src: await view.picture(), alt: t('map_label') }) : null;
  if (picture) report.el.prepend(picture);
  window.print();
  picture?.remove();
  details.forEach((d, i) => (d.open = wasOpen[i] ?? false));
}

// ---- the frame

const header = h('header', { class: 'top' });
const dropSign = h('div', { class: 'drop-sign', hidden: true, 'data-testid': 'drop-sign' });

/** Name, role and unit, with the way out; or the way in, where only reading is public. */
function whoIsHere(): HTMLElement | null {
  const person = me()?.person;
  if (!person) {
    if (!me()?.login_needed) return null;
    return h('button', { type: 'button', 'data-testid': 'login-open', onclick: () => void loginDialog.ask().then((done) => done && location.reload()) }, t('login_title'));
  }
  const text = [person.title, roleName(), person.unit_name || person.unit].filter(Boolean).join(' · ');
  const byProxy = me()?.way !== 'session'; // who came by a proxy's word leaves there
  return h('span', { class: 'who', 'data-testid': 'who', title: `${t('who_label')}: ${person.name}` }, text,
    byProxy ? null : h('button', { type: 'button', class: 'small', 'data-testid': 'logout', onclick: () => void leave() }, t('logout')));
}

/** What is on the screen goes with who looked at it. */
async function leave(): Promise<void> {
  await logout().catch(() => undefined);
  setMe(null);
  location.reload();
}

function setKeeping(health: Health | null): void {
  const keeps = health?.keeps_records ?? false;
  records.setKeeps(keeps, keeps && may('override'));
  checkPanel.projects.setKeeps(keeps, keeps && may('projects'));
}

function renderFrame(): void {
  const synthetic = collections.some((c) => c.synthetic);
  fill(
    header,
    h('h1', {}, h('span', { class: 'mark', lang: 'zh-CN' }, '红线'), h('span', { class: 'mark-en', lang: 'en' }, 'Hongxian')),
    h('span', { class: 'sub' }, t('app_sub')),
    synthetic ? h('strong', { class: 'sample-banner', role: 'note', 'data-testid': 'synthetic-notice' }, t('synthetic_notice')) : null,
    h('span', { class: 'spacer' }),
    whoIsHere(),
    h('button', {
      type: 'button', id: 'lang-switch', class: 'lang', lang: lang() === 'zh' ? 'en' : 'zh-CN', 'data-testid': 'lang-switch',
      onclick: () => {
        setLang(lang() === 'zh' ? 'en' : 'zh');
        document.getElementById('lang-switch')?.focus();
      },
    }, t('switch_lang')),
  );
  showKey(keyOf);
  renderDropSign();
  view?.map.getCanvas().setAttribute('aria-label', t('map_label'));
  leftSide.setAttribute('aria-label', t('side_left'));
  rightSide.setAttribute('aria-label', t('side_right'));
  document.title = `${t('app_name')} · ${t('app_sub')}`;
}

/** For whoever comes by keyboard: past the legend and the map, which have many stops. */
function skipLinks(): HTMLElement {
  const skip = (to: HTMLElement, go: () => void): HTMLElement => h('a', { href: `#${to.id}`, onclick: (e: Event) => { e.preventDefault(); go(); } });
  const links = [skip(rightSide, () => right.focus()), skip(mapBox, () => view?.map.getCanvas().focus())];
  const label = (): void => links.forEach((a, i) => (a.textContent = t(i === 0 ? 'skip_to_check' : 'skip_to_map')));
  label();
  onLang(label);
  return h('div', { class: 'skip', 'data-testid': 'skip' }, links);
}

/** On a narrow screen the panels are a sheet below the map: this makes the sheet higher, or the map. */
function sheetGrip(): HTMLElement {
  const button = h('button', { type: 'button', class: 'sheet-grip', 'aria-expanded': 'false', 'aria-controls': 'sheet', 'data-testid': 'sheet-grip' });
  const label = (): void => {
    const high = document.body.classList.contains('sheet-high');
    button.setAttribute('aria-expanded', String(high));
    fill(button, h('span', { 'aria-hidden': 'true' }, high ? '▾ ' : '▴ '), t(high ? 'sheet_map' : 'sheet_high'));
  };
  button.addEventListener('click', () => {
    document.body.classList.toggle('sheet-high');
    label();
  });
  label();
  onLang(label);
  return button;
}

/** The key is of what was last shown: of a check, or of a place that was chosen from a list. */
function showKey(of: 'check' | 'place' | null): void {
  keyOf = of;
  mapKey.hidden = of === null;
  const classified = controlLayers().some((l) => l.loaded && relationOf(l.id) === 'classify');
  const rows: [AreaSymbol, TextKey][] = of === 'place'
    ? [[PLACE_SYMBOL, 'r_legend_place']]
    : [[PARCEL_SYMBOL, 'r_legend_parcel'], [OVERLAP_SYMBOL, 'r_legend_overlap'], [INSIDE_SYMBOL, 'r_legend_inside'], ...(classified ? [[CLASS_SYMBOL, 'r_legend_class'] as [AreaSymbol, TextKey]] : [])];
  const several = of === 'check' && (shown.value?.report.parcels?.length ?? 0) > 1;
  fill(mapKey, rows.map(([symbol, text]) => h('li', {}, areaSwatch(symbol), t(text))),
    several ? h('li', {}, h('span', { class: 'number-swatch', 'aria-hidden': 'true' }, '1'), t('r_legend_number')) : null);
}

/** What is dropped goes to the panel that is open; the sign says so before the button is let go. */
function renderDropSign(): void {
  const tab = right.selected();
  const title = tab === 'batch' ? 'batch_drop' : tab === 'records' ? 'verify_drop' : 'check_drop';
  fill(dropSign, h('div', {}, h('strong', {}, t(title)), h('span', {}, t(tab === 'records' ? 'verify_drop_sub' : 'check_drop_sub'))));
}

function takeDrop(files: FileList | undefined): void {
  const tab = right.selected();
  if (tab === 'batch') batch.takeFiles(files);
  else if (tab === 'records') records.takeFiles(files);
  else void checkPanel.takeFiles(files);
}

function listenForDrops(): void {
  let depth = 0; // dragenter and dragleave also fire for every child
  const hasFiles = (e: DragEvent) => e.dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragenter', (e) => {
    if (!hasFiles(e)) return;
    depth += 1;
    dropSign.hidden = false;
  });
  addEventListener('dragleave', () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) dropSign.hidden = true;
  });
  addEventListener('dragover', (e) => hasFiles(e) && e.preventDefault());
  addEventListener('drop', (e) => {
    if (!hasFiles(e)) return;
    e.preventDefault();
    depth = 0;
    dropSign.hidden = true;
    takeDrop(e.dataTransfer?.files);
  });
  addEventListener('keydown', (e) => e.key === 'Escape' && drawing?.cancel());
}

const middle = h('main', { class: 'middle' }, mapBox, searchBox.el, mapKey, dropSign, mapMessage);
const leftSide = h('nav', { class: 'side left' }, left.el);
const rightSide = h('aside', { class: 'side right', id: 'sheet', tabindex: -1 }, sheetGrip(), right.el);
document.getElementById('app')?.append(skipLinks(), header, leftSide, middle, rightSide);
const view = makeMap();
const started = start();
listenForDrops();
renderFrame();
onLang(renderFrame);

async function start(): Promise<void> {
  await askMe();
  const [list, control, health] = await Promise.all([getCollections(), getControlLayers(), getHealth().catch((): Health | null => null)]);
  collections = list;
  setControlLayers(control);
  layers.set(list, health);
  setKeeping(health);
  onLang(() => setKeeping(health)); // who sits here may have become another
  renderFrame();
  checkPanel.loadClasses().then((classes) => batch.setClasses(classes)).catch((e: unknown) => mapProblem(sentenceOf(e).text));
  layout.known(list.some((c) => c.id === 'plan_layout'));
  if (!view) return arrive();
  await view.ready;
  view.setCollections(list);
  arrive();
  results = new ResultLayers(view.map);
  results.setShown(state.panel.value === 'batch');
  overlay = new CheckOverlay(view.map);
  if (awaited) showResults(awaited[0], { bbox: awaited[1] } as RowsPage);
  const v = view;
  mapBox.parentElement?.append(showWhere(v.map), new Measuring(v.map, (active) => (v.clicksPaused = active)).el);
  drawing = new ParcelDrawing(
    v.map,
    (geojson) => checkPanel.start({ bytes: geojson, name: t('input_draw') }),
    (mode) => {
      // Set back only after the click that ended the drawing has passed the map.
      setTimeout(() => (v.clicksPaused = mode !== null));
      checkPanel.setDrawing(mode);
    },
  );
  checkPanel.allowDrawing();
}

/** Where the address stands, and from now on with it. */
function arrive(): void {
  follow((at) => applyAddress(at, true));
  keepAddress(applyAddress);
}

/** `first`: the page has just come, and a user who was quicker has a check of his own, which stays. */
function applyAddress(at: Address, first = false): void {
  if (right.has(at.panel)) right.select(at.panel);
  layers.apply(at.switched);
  view?.stand(at.view);
  if (at.check !== state.check.value && !(first && running)) {
    if (at.check) void recall(at.check, at.plot);
    else clearResult();
  } else if (at.plot && at.plot - 1 !== state.chosen.value && shown.value) report.choose(at.plot - 1);
  if (!at.check) checkPanel.setDay(at.day);
  records.openNo(at.panel === 'records' ? at.record : 0);
  if (at.job && at.panel === 'batch') batch.openJob(at.job);
  if (at.job && at.panel === 'conflicts') conflicts.openJob(at.job);
}

started.catch((e: unknown) => {
  const sentence = e instanceof ApiError ? sentenceOf(e) : { text: String(e), lang: 'en' };
  fill(layers.el, h('p', { class: 'note error', role: 'alert', lang: sentence.lang }, sentence.text));
});
