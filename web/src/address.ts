/** What the address of the page holds, behind its #: view, layers, panel, day, record, job, and the check on
 * show with its plot, so that a reload, Back and a second tab show the same. Never a file or what was found in it: an address is copied
 * into letters; of a check it has the digest alone, by which the server gives it to whoever asked for it. */

import { batch, effect } from '@preact/signals';
import * as state from './state';
import type { View } from './state';

export interface Address {
  view: View | null;
  /** Layers whose switch is not as it is at first. */
  switched: Readonly<Record<string, boolean>>;
  panel: string;
  day: string;
  record: number;
  job: string;
  check: string;
  /** The plot whose detail is open, from 1; 0: the first that is shown. */
  plot: number;
}

const ID = /^[\w-]{1,64}$/;
const DIGEST = /^[0-9a-f]{64}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** The panels that show a job, one each. */
export const JOB_PANELS: readonly string[] = ['batch', 'conflicts'];

function viewOf(text: string | null): View | null {
  const [zoom = NaN, lat = NaN, lng = NaN] = (text ?? '').split('/').map((x) => (x.trim() ? Number(x) : NaN));
  return zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 85 && Math.abs(lng) <= 180 ? { zoom, lat, lng } : null;
}

/** What cannot be read is left out: an address may be old, or cut off in a letter. */
export function readAddress(hash: string): Address {
  const q = new URLSearchParams(hash.replace(/^#/, ''));
  const ids = (key: string) => (q.get(key) ?? '').split(',').filter((id) => ID.test(id));
  const matching = (key: string, form: RegExp) => (form.test(q.get(key) ?? '') ? (q.get(key) ?? '') : '');
  return {
    view: viewOf(q.get('view')),
    switched: Object.fromEntries([...ids('off').map((id) => [id, false] as const), ...ids('on').map((id) => [id, true] as const)]),
    panel: matching('panel', ID) || 'check', day: matching('day', DAY), record: Number(matching('record', /^\d{1,15}$/)), job: matching('job', ID),
    check: matching('check', DIGEST), plot: Number(matching('plot', /^\d{1,9}$/)),
  };
}

export function writeAddress({ view, switched, panel, day, record, job, check, plot }: Address): string {
  const ids = (on: boolean) => Object.keys(switched).filter((id) => switched[id] === on).sort().join(',');
  const parts: [string, string][] = [
    ['view', view ? [view.zoom.toFixed(2), view.lat.toFixed(5), view.lng.toFixed(5)].join('/') : ''],
    ['off', ids(false)], ['on', ids(true)], ['panel', panel === 'check' ? '' : panel], ['day', day],
    ['record', panel === 'records' && record ? String(record) : ''], ['job', JOB_PANELS.includes(panel) ? job : ''],
    ['check', check], ['plot', check && plot ? String(plot) : ''],
  ];
  return parts.filter(([, v]) => v).map(([k, v]) => `${k}=${v}`).join('&');
}

function current(): Address {
  const panel = state.panel.value;
  return {
    view: state.view.value, switched: state.switched.value, panel, day: state.day.value, record: state.record.value, job: state.jobs.value[panel] ?? '',
    check: state.check.value, plot: (state.shown.value?.report.parcels?.length ?? 0) > 1 ? state.chosen.value + 1 : 0,
  };
}

let applying = false;

/** Takes over what the address says; the panels write what came of it into the store. */
export function follow(apply: (address: Address) => void): void {
  applying = true;
  try {
    batch(() => apply(readAddress(location.hash)));
  } finally {
    applying = false;
  }
}

/** From now on the address follows the store, and the page the address. Another panel, record or check is a step of its own, to which
 * Back returns; the rest is where one stands. */
export function keepAddress(apply: (address: Address) => void): void {
  let before = readAddress(location.hash);
  effect(() => {
    const now = current();
    const text = writeAddress(now);
    if (applying || text === location.hash.replace(/^#/, '')) return;
    const step = now.panel !== before.panel || now.record !== before.record || now.check !== before.check;
    before = now;
    history[step ? 'pushState' : 'replaceState'](null, '', text ? `#${text}` : `${location.pathname}${location.search}`);
  });
  const again = (): void => {
    before = readAddress(location.hash);
    follow(apply);
  };
  addEventListener('popstate', again);
}
