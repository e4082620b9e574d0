/** Who is logged in, logging in and out. */

import { getJson, request } from './api';

export type Right = 'read' | 'check' | 'records' | 'keep' | 'override' | 'projects' | 'jobs' | 'jobs-other' | 'log' | 'administer';

export interface Person {
  name: string;
  title: string;
  role: string;
  role_zh: string;
  unit: string;
  unit_name: string;
  whole: boolean;
}

export interface Me {
  /** There are people, and who asks is none of them. */
  login_needed: boolean;
  /** open: the server knows no people, and whoever asks may everything. */
  way: 'nobody' | 'open' | 'session' | 'token' | 'header';
  person: Person | null;
  rights: Right[];
  ends_at?: string | null;
}

export function getMe(): Promise<Me> {
  return getJson('/me');
}

async function post(path: string, body: string): Promise<Me> {
  return (await (await request(path, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } })).json()) as Me;
}

export const login = (name: string, password: string): Promise<Me> => post('/login', JSON.stringify({ name, password }));
export const logout = (): Promise<Me> => post('/logout', '');
