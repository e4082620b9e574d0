/** The typed client: this file and api-*.ts are the only ones that know the server's URLs. Fields marked `?` may be missing and are then shown as
 * missing, never as zero or as clear. */

import type { Project } from './api-projects';
import { here, nextPath } from './paths';

export interface Health {
  status: string;
  version?: string;
  /** The server takes checks and overrides into its record. */
  keeps_records?: boolean;
  warnings?: (string | Warning)[];
}

/** The row of the record in which a check was kept. */
export interface RecordRow {
  id?: number;
  sha256?: string;
  officer?: string;
  kept_at?: string;
}

export interface Collection {
  id: string;
  title_zh?: string;
  title_en?: string;
  kind?: 'line' | 'zone' | 'admin' | 'plan' | 'base';
  geometry?: 'polygon' | 'point' | 'mixed';
  synthetic?: boolean;
  label?: string;
  reference_only?: boolean;
  version?: number | string;
  effective_from?: string;
  n_features?: number;
  bbox?: [number, number, number, number];
  tiles?: string | null;
}

/** A version of a layer; null coverage: it does not say where it is complete. */
export interface LayerVersion {
  version: number;
  status: string;
  effective_from?: string;
  effective_to?: string;
  document_no?: string;
  synthetic?: boolean;
  label?: string;
  imported_at?: string;
  imported_by?: string;
  source_name?: string;
  source_crs?: string;
  n_features?: number;
  n_refused?: number;
  area_m2?: number | null;
  coverage?: { area_m2?: number } | null;
}

export interface Warning {
  code?: string;
  zh?: string;
  en?: string;
}

export type VerdictName = 'prohibited' | 'restricted' | 'notice' | 'allowed' | 'unknown';
export type LayerStatus = 'overlap' | 'sliver' | 'clear' | 'not_covered' | 'unmeasured';

/** exclude: pressing on it matters; contain: inside or outside matters; classify: the area by class matters. */
export type Relation = 'exclude' | 'contain' | 'classify';

/** How an area is drawn here; colours #rrggbb. */
export interface Screen {
  fill: string;
  alpha: number;
  pattern?: string;
  ink: string;
  ink_alpha: number;
  edge: string;
  width: number;
}

/** A published text, word for word; the English is ours. */
export interface Quote {
  zh: string;
  en?: string;
  where: string;
}

export interface ControlZone {
  zh: string;
  en?: string;
  group?: string;
  has?: string;
  has_not?: string[];
  codes?: string[];
  /** A colour of its own where there is no screen. */
  fill?: string;
  screen?: Screen | null;
}

/** A control layer that is defined, whether its data are loaded or not. */
export interface ControlLayer {
  id: string;
  title_zh?: string;
  title_en?: string;
  short_zh?: string;
  short_en?: string;
  /** Of its columns in audits and of its shares in figures. */
  prefix?: string;
  relation?: string;
  must?: boolean;
  examined?: boolean;
  loaded?: boolean;
  synthetic?: boolean;
  symbol?: { fill: string; edge: string; overlap?: string; alpha: number; width: number; dashed?: boolean; screen?: Screen | null };
  zones?: ControlZone[];
  outside?: string;
  outside_en?: string;
  space?: { layer: string; screen?: Screen | null; quotes?: Quote[] } | null;
  office_zh?: string;
  office_en?: string;
  links?: { title: string; url?: string; confidence?: string }[];
  quotes?: Quote[];
  /** The project classes that may be claimed on it. */
  classes?: string[];
}

/** What was claimed of a layer: a class, one of its items, and by which document. */
export interface Claim {
  layer?: string;
  class?: string;
  item?: number | null;
  title_zh?: string;
  title_en?: string;
  document?: string;
  date?: string;
  by?: string;
}

export interface RuleHit {
  id: string;
  verdict?: string;
  /** What it comes to in this check; absent in reports of format 1. */
  verdict_here?: string;
  paper_missing?: boolean;
  unit?: string;
  verdict_zh?: string;
  severity?: number;
  title_zh?: string;
  title_en?: string;
  needs_zh?: string;
  needs_en?: string;
  basis?: string;
  confidence?: string;
  source?: string;
  class_assumed?: boolean;
}

export interface FeatureOverlap {
  id?: number | string;
  code?: string;
  name?: string;
  zone?: string;
  area_m2?: number;
  sliver?: boolean;
}

export interface LayerFinding {
  layer: string;
  title_zh?: string;
  title_en?: string;
  version?: number | string;
  effective_from?: string;
  status?: string;
  area_m2?: number | null;
  share?: number | null;
  uncovered_m2?: number | null;
  inside?: boolean;
  touches?: boolean;
  synthetic?: boolean;
  label?: string;
  reason_zh?: string;
  reason_en?: string;
  features?: FeatureOverlap[];
  zones?: ZoneArea[];
  rules?: RuleHit[];
  /** From format 2 on. */
  relation?: string;
  must?: boolean;
  verdict?: string;
  claim?: Claim | null;
}

export interface ZoneArea {
  zone: string;
  area_m2?: number;
  share?: number | null;
  title_zh?: string;
  group?: string;
}

/** A unit in which a parcel lies. */
export interface UnitArea {
  layer?: string;
  code?: string;
  name?: string;
  area_m2?: number | null;
}

export interface ParcelReport {
  id?: string;
  name?: string;
  area_m2?: number;
  geodesic_area_m2?: number;
  standard_area_m2?: number;
  declared_area_m2?: number | null;
  crs?: string;
  verdict?: string;
  summary_zh?: string;
  summary_en?: string;
  layers?: LayerFinding[];
  /** From format 2 on: the units, the larger kinds first; the papers that claims lack. */
  units?: UnitArea[];
  todo?: { layer?: string; rule?: string; zh?: string; en?: string }[];
  /** What drafts would change; only where there is one. */
  drafts?: { layer?: string; version?: number; measured?: boolean; changes?: boolean; zh?: string; en?: string }[];
  warnings?: Warning[];
}

/** A zone by which the numbers of a parcel that lies outside would lie in a unit. */
export interface ZoneElsewhere {
  epsg: number;
  zone: number;
  width_deg: number;
  meridian_deg: number;
  place_zh?: string;
}

export interface LayerUsed {
  layer?: string;
  version?: number | string;
  label?: string;
  source_sha256?: string;
  effective_from?: string;
  document_no?: string;
}

export interface Report {
  /** Absent in reports of format 1. */
  format?: number;
  claims?: Claim[];
  /** Whose the parcels are, as the applicant said. */
  project?: { name?: string; code?: string; builder?: string; district?: string } | null;
  /** The layers that were examined, and those that were not: nothing is known of these. */
  definitions?: { layer: string }[];
  not_examined?: { layer: string; title_zh?: string; title_en?: string }[];
  engine?: { name?: string; version?: string };
  record?: RecordRow | null;
  area_basis?: string;
  verdict?: string;
  synthetic?: boolean;
  project_class?: string;
  summary_zh?: string;
  disclaimer_zh?: string;
  input?: { format?: string; sha256?: string; crs_given?: string | null; crs_note?: string | null; crs_note_en?: string | null };
  rules_version?: string | null;
  warnings?: Warning[];
  layers_used?: LayerUsed[];
  parcels?: ParcelReport[];
}

export interface ProjectClass {
  id: string;
  zh?: string;
  en?: string;
  /** The document that a claim of the class needs. */
  paper_zh?: string;
  paper_en?: string;
  items?: { no: number; zh?: string; en?: string }[];
}

export interface FeatureItem {
  type: 'Feature';
  id?: number | string;
  geometry: GeoJSON.Geometry | null;
  properties: Record<string, unknown> | null;
}

/** An answer the server refused to give, with its own sentence; or no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly zh: string,
    readonly en: string,
    readonly code: string,
    readonly status: number,
  ) {
    super(zh);
  }
}

async function problemOf(res: Response): Promise<ApiError> {
  let body: Record<string, unknown> = {};
  try {
    body = (await res.json()) as Record<string, unknown>;
  } catch {
    // Not a problem document (a proxy's page, say): the status alone has to do.
  }
  const text = (key: string) => (typeof body[key] === 'string' ? (body[key] as string) : '');
  const zh = text('detail') || text('title') || `服务器返回错误 ${res.status}`;
  const en = text('detail_en') || text('title') || zh;
  const id = res.status >= 500 ? text('request_id') : ''; // what the operator looks for in the log
  return new ApiError(id ? `${zh}（请求编号 ${id}）` : zh, id ? `${en} (request ${id})` : en, text('code'), res.status);
}

let askLogin: () => Promise<boolean> = () => Promise.resolve(false);

/** Asks the user to log in; true once that is done. Whoever waits for an answer then waits for it. */
export function onLoginNeeded(ask: () => Promise<boolean>): void {
  askLogin = ask;
}

/** A request that is refused for want of a login is sent again, as it was, after one: nothing that was typed is lost. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const res = await send(path, init);
  if (res.ok) return res;
  const problem = await problemOf(res);
  if (res.status !== 401 || path === '/login' || !(await askLogin())) throw problem;
  if (init.signal?.aborted) throw new DOMException('', 'AbortError');
  const again = await send(path, init);
  if (!again.ok) throw await problemOf(again);
  return again;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(here(path), init);
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e;
    throw new ApiError('无法连接服务器，请检查网络或服务是否已启动。', 'The server cannot be reached.', 'OFFLINE', 0);
  }
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await request(path, { signal })).json()) as T;
}

export function getHealth(): Promise<Health> {
  return getJson('/health');
}

export async function getCollections(): Promise<Collection[]> {
  // the catalogue of the layers is a collection of records, and has no kind
  return ((await getJson<{ collections?: Collection[] }>('/collections')).collections ?? []).filter((c) => c.kind);
}

export async function getControlLayers(): Promise<ControlLayer[]> {
  return (await getJson<{ layers?: ControlLayer[] }>('/layers')).layers ?? [];
}

/** A list that a class stands on: the ten activities, the seven kinds. */
export interface ClassList {
  basis?: string;
  conf?: string;
  items?: (string | { no?: number; zh?: string; conf?: string })[];
}

export interface Classes {
  classes?: ProjectClass[];
  limited_human_activities_10?: ClassList;
  national_major_7?: ClassList;
}

export function getClasses(): Promise<Classes> {
  return getJson('/classes');
}

export function getItem(collection: string, id: number | string, signal?: AbortSignal): Promise<FeatureItem> {
  return getJson(`/collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(String(id))}`, signal);
}

export async function getVersions(collection: string): Promise<LayerVersion[]> {
  const path = `/collections/${encodeURIComponent(collection)}/versions`;
  return (await getJson<{ versions?: LayerVersion[] }>(path)).versions ?? [];
}

interface ItemsPage {
  features?: FeatureItem[];
  links?: { rel?: string; href?: string }[];
}

/** Every feature of a small collection, page by page; stops at `max` so that a mistake cannot fill the browser. */
export async function getAllItems(collection: string, max = 5000): Promise<FeatureItem[]> {
  const out: FeatureItem[] = [];
  let next: string | undefined = `/collections/${encodeURIComponent(collection)}/items?limit=1000`;
  while (next && out.length < max) {
    const page: ItemsPage = await getJson<ItemsPage>(next);
    out.push(...(page.features ?? []));
    next = page.features?.length ? nextPath(page.links) : undefined;
  }
  return out;
}

/** The tile address that MapLibre needs: absolute, with {z}/{x}/{y} unescaped. */
export function tileUrl(collection: Collection): string | undefined {
  return collection.tiles?.startsWith('/') ? here(collection.tiles) : undefined;
}

export interface CheckInput {
  bytes: Blob | string;
  /** What the user called it: a file name, 粘贴, 绘制. */
  name: string;
  /** The CRS that the user named because the file does not: 4490, 4525, … */
  epsg?: number;
}

export interface CheckAnswer {
  report: Report;
  /** The server's own bytes, for downloading: never re-serialised here. */
  reportText: string;
  /** By which the server finds it again for a day; '': it does not. */
  digest?: string;
}

/** What is asked about which bytes: enough to ask exactly the same again. */
export interface Question {
  input: CheckInput;
  projectClass: string;
  /** What is claimed of single layers, as the server writes it: LAYER=CLASS#ITEM:DOCUMENT@DATE@BY. */
  claims?: string[];
  /** The lines as they were in force on a day, 2024-01-31; without it, today's. */
  asOf?: string;
  /** The sliver policy, "area,width", of a saved project that has one of its own. */
  slivers?: string;
  /** The saved project that was opened; its fields may be other by now. */
  project?: Project;
}

/** Fields of the printed report; empty ones are left out. */
export interface ProjectFields {
  project_name: string;
  project_code: string;
  builder: string;
  district: string;
}

export type DocumentFormat = 'pdf' | 'xlsx' | 'csv' | 'html';

function postCheck({ input, projectClass, claims, asOf, slivers }: Question, more: Record<string, string>, signal: AbortSignal, headers: Record<string, string> = {}): Promise<Response> {
  const query = new URLSearchParams({ class: projectClass });
  if (input.epsg) query.set('crs', `EPSG:${input.epsg}`);
  for (const claim of claims ?? []) query.append('claim', claim);
  if (asOf) query.set('as_of', asOf);
  if (slivers) query.set('slivers', slivers);
  for (const [key, value] of Object.entries(more)) if (value.trim()) query.set(key, value.trim());
  return request(`/check?${query}`, {
    method: 'POST',
    body: input.bytes,
    headers: { 'Content-Type': 'application/octet-stream', ...headers },
    signal,
  });
}

async function answerOf(res: Response): Promise<CheckAnswer> {
  const reportText = await res.text();
  const report = JSON.parse(reportText) as Report;
  if (!Array.isArray(report.parcels)) {
    throw new ApiError('服务器的结果不完整：没有地块。', 'The answer has no parcels.', 'INCOMPLETE', 200);
  }
  return { report, reportText, digest: /(?:^|\/)checks\/([0-9a-f]{64})$/.exec(res.headers.get('Content-Location') ?? '')?.[1] ?? '' };
}

export async function check(question: Question, signal: AbortSignal): Promise<CheckAnswer> {
  return answerOf(await postCheck(question, { source_file: question.input.name }, signal, { Prefer: 'recall' }));
}

/** A check of the last day, as it was asked and answered; nothing is checked anew. */
export async function recalledCheck(digest: string, signal: AbortSignal): Promise<{ question: Question; answer: CheckAnswer }> {
  const [text, bytes] = await Promise.all([
    request(`/checks/${digest}`, { signal }).then((r) => r.text()),
    request(`/checks/${digest}/input`, { signal }).then((r) => r.blob()),
  ]);
  const { question: q, report } = JSON.parse(text) as { question: Record<string, string> & { claims: string[] }; report: Report };
  const epsg = Number(q['crs']?.replace(/^EPSG:/i, ''));
  const question: Question = {
    input: { bytes, name: q['source_file'] ?? '', ...(epsg ? { epsg } : {}) }, projectClass: q['class'] ?? 'UNKNOWN', claims: q.claims,
    ...(q['as_of'] ? { asOf: q['as_of'] } : {}), ...(q['slivers'] ? { slivers: q['slivers'] } : {}),
  };
  // The report stands in the answer byte for byte; within a text of JSON its quotes would be escaped.
  const start = text.indexOf(',"report":') + ',"report":'.length;
  return { question, answer: { report, reportText: text.slice(start, text.lastIndexOf('}')), digest } };
}

/** The parcels and overlaps as geometry, as text for downloading. */
export async function checkShapes(question: Question, signal: AbortSignal): Promise<string> {
  return (await postCheck(question, { format: 'geojson' }, signal)).text();
}

/** The report as an officer files it. */
export async function checkDocument(
  question: Question, format: DocumentFormat, project: ProjectFields, signal: AbortSignal,
): Promise<Blob> {
  return (await postCheck(question, { format, source_file: question.input.name, ...project }, signal)).blob();
}

/** Checks once more and keeps that check in the server's record; the answer is the report that was kept. */
export async function keepCheck(question: Question, officer: string, project: ProjectFields, signal: AbortSignal): Promise<CheckAnswer> {
  const more = { keep: '1', officer, ...project, source_file: question.input.name };
  const answer = await answerOf(await postCheck(question, more, signal));
  if (!answer.report.record?.id) {
    throw new ApiError('服务器没有给出存档编号，不能认为已留存。', 'The server gave no record number: do not take it as kept.', 'NOT_KEPT', 200);
  }
  return answer;
}
