/** The one store of what the page shows. Panels that are components read it and are drawn again when it changes; whoever has
 * something new to show writes here, and nowhere else. What an address holds is taken from here (address.ts). */

import { computed, signal } from '@preact/signals';
import type { Question, Report, VerdictName, ZoneElsewhere } from './api';
import type { Examined } from './verdict';

/** The result of a check: of a whole file. */
export interface Shown {
  report: Report;
  examined: Examined;
  question: Question;
  /** Why the shapes could not be had; the figures stand without them. */
  shapesError: { text: string; lang: string } | null;
  /** Of each plot that lies outside every unit; they come with the shapes. */
  elsewhere: readonly ZoneElsewhere[][];
}

export type PlotColumn = 'no' | 'name' | 'area' | 'verdict' | 'line';

export const shown = signal<Shown | null>(null);

/** The plot whose detail is shown, by its place in the report. */
export const chosen = signal(0);

export const chosenPlot = computed(() => {
  const parcel = shown.value?.report.parcels?.[chosen.value];
  return parcel ? { index: chosen.value, parcel } : null;
});

/** How the table of plots is ordered and what of it is shown. */
export const plotOrder = signal<{ by: PlotColumn; down: boolean }>({ by: 'verdict', down: false });
export const plotFilter = signal<{ verdict: VerdictName | ''; text: string }>({ verdict: '', text: '' });

/** A new result begins at its own beginning. */
export function showResult(result: Shown | null, first = 0): void {
  shown.value = result;
  chosen.value = first;
  plotOrder.value = { by: 'verdict', down: false };
  plotFilter.value = { verdict: '', text: '' };
}

// ---- where one stands: what the address holds

export interface View {
  lng: number;
  lat: number;
  zoom: number;
}

export const view = signal<View | null>(null);
export const switched = signal<Readonly<Record<string, boolean>>>({});
export const panel = signal('check');
/** The day as of which is checked; '' is today. */
export const day = signal('');
/** The check on show, by the digest under which the server has it for a day; '': none, or none that is found again. */
export const check = signal('');
/** The record that is open; 0: none. */
export const record = signal(0);
/** The job that each panel shows. */
export const jobs = signal<Readonly<Record<string, string>>>({});
