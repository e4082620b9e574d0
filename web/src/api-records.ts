/** The record of kept checks: reading it, its chain, overrides, and verification of reports. */

import { getJson, request, type Report } from './api';
import { here, nextPath } from './paths';

export interface RecordRow {
  id: number;
  kind: string;
  kept_at?: string;
  officer?: string;
  /** Who was logged in; null: nobody, or the command line. */
  person?: string | null;
  verdict?: string;
  project_name?: string;
  project_class?: string;
  input_name?: string;
  rules_sha256?: string;
  layers?: { layer?: string; version?: number; effective_from?: string; document_no?: string }[];
  refers_to?: number;
  reason?: string;
  sha256?: string;
}

export interface WholeRecord {
  record: RecordRow;
  overrides: RecordRow[];
  report: Report | null;
}

export interface ChainFinding {
  sound: boolean;
  n_rows: number;
  head_id?: number;
  head_sha256?: string | null;
  broken_id?: number | null;
  zh?: string;
  en?: string;
}

export interface Verification {
  finding: string;
  record_id?: number | null;
  verdict?: string | null;
  n_differences?: number;
  differences?: { path: string; reported: string; found: string }[];
  missing?: { zh: string; en: string }[];
  notes?: { zh: string; en: string }[];
}

/** Of a PDF, a workbook, the text of a code, or a number. */
export interface PaperAnswer {
  finding: string;
  kind: string;
  key?: string | null;
  statement?: { number: string; kept_at: string; verdict: string; parcel_m2: string; areas_m2: Record<string, string>; result_sha256: string; key: string } | null;
  record?: { id: number; kept_at: string; officer: string; project_name: string; verdict: string } | null;
  notes?: { zh: string; en: string }[];
}

interface RecordsPage {
  records?: RecordRow[];
  links?: { rel?: string; href?: string }[];
}

/** What the server searches for; '' asks for nothing. */
export interface RecordSearch {
  project: string;
  layer: string;
  class: string;
  document: string;
}

/** Every row that is asked for, oldest first; stops at `max` so that the browser stays quick. */
export async function getRecords(search: Partial<RecordSearch> = {}, max = 20_000): Promise<RecordRow[]> {
  const out: RecordRow[] = [];
  const query = new URLSearchParams({ limit: '1000' });
  for (const [key, value] of Object.entries(search)) if (value.trim()) query.set(key, value.trim());
  let next: string | undefined = `/records?${query}`;
  while (next && out.length < max) {
    const page: RecordsPage = await getJson<RecordsPage>(next);
    out.push(...(page.records ?? []));
    next = page.records?.length ? nextPath(page.links) : undefined;
  }
  return out;
}

export function getRecord(id: number): Promise<WholeRecord> {
  return getJson(`/records/${id}`);
}

export const recordReportHref = (id: number): string => here(`/records/${id}/report`);
export const recordInputHref = (id: number): string => here(`/records/${id}/input`);

export async function recordInput(id: number): Promise<Blob> {
  return (await request(recordInputHref(id))).blob();
}

/** The kept bytes, as they are. */
export async function recordReport(id: number): Promise<Blob> {
  return (await request(recordReportHref(id))).blob();
}

export function verifyChain(expect: string): Promise<ChainFinding> {
  return getJson(`/records/verify${expect ? `?expect=${encodeURIComponent(expect)}` : ''}`);
}

export async function verifyReport(report: Blob, input: Blob | null): Promise<Verification> {
  let body: BodyInit = report;
  if (input) {
    const form = new FormData();
    form.set('report', report, 'report.json');
    form.set('input', input, 'input');
    body = form;
  }
  const headers = input ? undefined : { 'Content-Type': 'application/json' };
  return (await (await request('/verify', { method: 'POST', body, headers })).json()) as Verification;
}

export async function verifyPaper(paper: Blob): Promise<PaperAnswer> {
  return (await (await request('/verify', { method: 'POST', body: paper, headers: { 'Content-Type': paper.type || 'application/octet-stream' } })).json()) as PaperAnswer;
}

export async function addOverride(id: number, override: { verdict: string; reason: string; officer: string }): Promise<RecordRow> {
  const init = { method: 'POST', body: JSON.stringify(override), headers: { 'Content-Type': 'application/json' } };
  return (await (await request(`/records/${id}/overrides`, init)).json()) as RecordRow;
}
