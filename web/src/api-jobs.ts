/** Background jobs of the server: audits that take too long to wait for. */

import { getJson, request, type Warning } from './api';
import { here } from './paths';

export type JobKind = 'parcels' | 'lines' | 'figures';
export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface JobProgress {
  done?: number | null;
  total?: number | null;
  share?: number | null;
  rate?: number | null;
  seconds_left?: number | null;
}

export interface Job {
  id: string;
  kind: JobKind;
  state: JobState;
  cancelling?: boolean;
  name?: string;
  /** Of every parcel; empty: not given. */
  project_class?: string;
  ahead?: number;
  created_at?: string | null;
  work?: JobProgress;
  outcome?: Record<string, unknown> | null;
  error?: Warning | null;
  /** The server was started anew before it had ended: what that meant. */
  restarted?: (Warning & { times: number }) | null;
  results?: { format: string; bytes: number; href: string }[];
  /** Its file is kept: it can be audited again without being sent. */
  repeatable?: boolean;
}

/** What a server takes (LIMIT_UPLOAD_BYTES). */
export const MAX_UPLOAD_MB = 1024;

export interface LineCounts {
  layer: string;
  overlap?: number;
  sliver?: number;
  clear?: number;
  not_covered?: number;
  unmeasured?: number;
}

export interface WorstCase {
  position: number;
  id: string;
  verdict: string;
  area_m2: number | null;
  lon: number | null;
  lat: number | null;
  overlaps: Record<string, number | null>;
}

export interface AuditGroup {
  prefecture: string;
  prefecture_name: string;
  county: string;
  project_class: string;
  n: number;
  verdicts: Record<string, number>;
}

export interface AuditSummary {
  /** EPSG code that the coordinates led to, for a file that states none. */
  crs_guessed?: number | null;
  /** Remarks on the file as a whole. */
  notes?: Warning[];
  synthetic?: boolean;
  n_parcels: number;
  n_unmeasured: number;
  verdicts: Record<string, number>;
  lines: LineCounts[];
  worst: WorstCase[];
  groups: AuditGroup[];
}

export interface LineFinding {
  id: string;
  change: string;
  kind: string;
  kind_zh: string;
  severity: number;
  sliver: boolean;
  area_m2: number | null;
  layer_a: string;
  code_a: string;
  zone_a: string;
  layer_b: string;
  code_b: string;
  zone_b: string;
  county: string;
  prefecture: string;
  lon: number | null;
  lat: number | null;
  basis: string;
  note_zh: string;
  note_en: string;
}

/** A row of the matrix: what two layers are to each other, and what came of it. Titles are Chinese. */
export interface LineRelation {
  relation: 'apart' | 'nest' | 'tile' | 'zones' | 'share';
  layer_a: string;
  title_a: string;
  layer_b: string;
  title_b: string;
  unit: string;
  unit_name: string;
  examined: boolean;
  area_m2: number | null;
  of_m2: number | null;
  share: number | null;
  note_zh: string;
  note_en: string;
}

export interface LinesSummary {
  synthetic?: boolean;
  n_findings: number;
  n_slivers: number;
  compared: boolean;
  n_new: number;
  n_still: number;
  n_fixed: number;
  kinds: { kind: string; zh: string; n: number }[];
  n_not_examined?: number;
  relations?: LineRelation[];
  findings: LineFinding[];
}

/** Also, for each line of which the plan says how much of the region it takes: PREFIX_share and PREFIX_share_planned. A share is
 * of the region's official area; where none is known it is null, and the note says so. */
export interface PlanFigures {
  synthetic?: boolean;
  layers: { layer: string; title_zh: string; features: number; area_m2: number | null; share_of_region?: number | null; share_note_zh?: string; share_note_en?: string }[];
  shares?: LineRelation[];
  [share: string]: unknown;
}

export async function addJob(kind: JobKind, query: Record<string, string>, body: Blob | null, signal: AbortSignal): Promise<Job> {
  const params = new URLSearchParams({ kind });
  for (const [key, value] of Object.entries(query)) if (value.trim()) params.set(key, value.trim());
  const init: RequestInit = { method: 'POST', body, headers: { 'Content-Type': 'application/octet-stream' }, signal };
  return (await (await request(`/jobs?${params}`, init)).json()) as Job;
}

export function getJob(id: string, signal?: AbortSignal): Promise<Job> {
  return getJson(`/jobs/${encodeURIComponent(id)}`, signal);
}

export async function getJobs(): Promise<Job[]> {
  return (await getJson<{ jobs?: Job[] }>('/jobs')).jobs ?? [];
}

/** Cancels a job that waits or runs; forgets one that has ended. */
export async function endJob(id: string): Promise<Job> {
  return (await (await request(`/jobs/${encodeURIComponent(id)}`, { method: 'DELETE' })).json()) as Job;
}

export function resultHref(job: Job, format: string): string | null {
  return job.results?.some((r) => r.format === format) ? here(`/jobs/${encodeURIComponent(job.id)}/result?format=${format}`) : null;
}

export function getResult<T>(job: Job, signal?: AbortSignal): Promise<T> {
  return getJson(`/jobs/${encodeURIComponent(job.id)}/result?format=json`, signal);
}

/** A row of the table of a parcel audit. Of each line also PREFIX_status and PREFIX_m2. */
export interface ResultRow {
  fid: number;
  parcel_id: string | null;
  name: string | null;
  county: string | null;
  county_name: string | null;
  prefecture_name: string | null;
  project_class: string | null;
  verdict: string;
  area_m2: number | null;
  pressed_m2: number | null;
  [column: string]: unknown;
}

export interface RowsPage {
  n_rows: number;
  n_shapes: number;
  bbox: [number, number, number, number] | null;
  lines: { layer: string; prefix: string }[];
  units: { code: string; name: string }[];
  numberMatched: number;
  rows: ResultRow[];
}

export function getRows(job: string, q: { filter: string; sortby: string; limit: number; offset: number }, signal?: AbortSignal): Promise<RowsPage> {
  const params = new URLSearchParams({ limit: String(q.limit), offset: String(q.offset) });
  if (q.filter) params.set('filter', q.filter);
  if (q.sortby) params.set('sortby', q.sortby);
  return getJson(`/jobs/${encodeURIComponent(job)}/rows?${params}`, signal);
}

/** A parcel as it was audited; its geometry is null where the file has no area. */
export interface ResultParcel extends GeoJSON.Feature<GeoJSON.Geometry | null> {
  parcel_id: string | null;
  name: string | null;
  project_class: string | null;
  claims: string | null;
  reason_zh: string | null;
  reason_en: string | null;
}

export function getParcel(job: string, fid: number): Promise<ResultParcel> {
  return getJson(`/jobs/${encodeURIComponent(job)}/rows/${fid}`);
}

/** Shapes are fetched only where that stays quick; beyond, the place has to do. */
const MAX_SHAPES_BYTES = 32e6;

/** The features of a result, by the given property; null when there are none to fetch. */
export async function getShapes(job: Job, key: string): Promise<Map<string, GeoJSON.Feature> | null> {
  const size = job.results?.find((r) => r.format === 'geojsonl')?.bytes ?? Infinity;
  const href = resultHref(job, 'geojsonl');
  if (!href || size > MAX_SHAPES_BYTES) return null;
  const shapes = new Map<string, GeoJSON.Feature>();
  for (const line of (await (await request(href)).text()).split('\n')) {
    if (!line) continue;
    const f = JSON.parse(line) as GeoJSON.Feature;
    shapes.set(String(f.properties?.[key]), f);
  }
  return shapes;
}
