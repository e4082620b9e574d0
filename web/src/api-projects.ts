/** Saved projects: listing, opening, saving, putting away. */

import { getJson, request, type ProjectFields, type Question } from './api';
import { nextPath } from './paths';

export interface Project {
  /** Of this saving: the newest of a name counts. */
  id: number;
  name: string;
  code?: string;
  builder?: string;
  district?: string;
  project_class?: string;
  /** LAYER=CLASS[#ITEM][:DOCUMENT@DATE[@BY]], joined by ";". */
  claims?: string;
  crs?: string;
  slivers?: string;
  input_name?: string;
  input_bytes?: number;
  saved_at?: string;
  newest_id?: number;
  retired?: boolean;
}

interface ProjectsPage {
  projects?: Project[];
  links?: { rel?: string; href?: string }[];
}

/** Every project, in the order of saving; stops at `max` so that the browser stays quick. */
export async function getProjects(max = 20_000): Promise<Project[]> {
  const out: Project[] = [];
  let next: string | undefined = '/projects?limit=1000';
  while (next && out.length < max) {
    const page: ProjectsPage = await getJson<ProjectsPage>(next);
    out.push(...(page.projects ?? []));
    next = page.projects?.length ? nextPath(page.links) : undefined;
  }
  return out;
}

export function getProject(id: number): Promise<Project> {
  return getJson(`/projects/${id}`);
}

export async function projectInput(id: number): Promise<Blob> {
  return (await request(`/projects/${id}/input`)).blob();
}

/** Saves what a question asks under a name; the server checks it once more. `replaces`: the saving that was opened, 0 for none. */
export async function saveProject({ input, projectClass, claims, slivers }: Question, fields: ProjectFields, replaces: number): Promise<Project> {
  const query = new URLSearchParams({ name: fields.project_name.trim(), replaces: String(replaces) });
  if (projectClass !== 'UNKNOWN') query.set('class', projectClass);
  if (input.epsg) query.set('crs', `EPSG:${input.epsg}`);
  if (slivers) query.set('slivers', slivers);
  for (const claim of claims ?? []) query.append('claim', claim);
  const texts = { code: fields.project_code, builder: fields.builder, district: fields.district, source_file: input.name };
  for (const [key, value] of Object.entries(texts)) if (value.trim()) query.set(key, value.trim());
  const init = { method: 'POST', body: input.bytes, headers: { 'Content-Type': 'application/octet-stream' } };
  return (await (await request(`/projects?${query}`, init)).json()) as Project;
}

export async function retireProject(id: number): Promise<void> {
  await request(`/projects/${id}`, { method: 'DELETE' });
}
