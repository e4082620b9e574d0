import { getJson } from './api';

/** Something that /search found; a project has no place of its own. */
export interface Found {
  what: 'point' | 'unit' | 'town' | 'water' | 'plan' | 'feature' | 'project';
  name: string;
  code?: string;
  within?: string;
  collection?: string;
  id?: number;
  epsg?: number;
  note_zh?: string;
  note_en?: string;
  bbox?: [number, number, number, number];
}

export async function search(text: string, signal: AbortSignal): Promise<Found[]> {
  return (await getJson<{ found: Found[] }>(`/search?q=${encodeURIComponent(text)}`, signal)).found;
}
