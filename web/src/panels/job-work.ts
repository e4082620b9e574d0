/** One kind of background job in a panel: starting it, watching it, cancelling it, and the list of earlier ones. What a
 * finished job found is the panel's own business. */

import { ApiError } from '../api';
import { addJob, endJob, getJob, getJobs, resultHref, type Job, type JobKind } from '../api-jobs';
import { fill, h } from '../dom';
import { fixed } from '../format';
import { onLang, pick, t, type TextKey } from '../i18n';
import { sentenceOf } from '../sentence';
import { jobs } from '../state';

const POLL_MS = 700;

export interface JobWorkOptions {
  kind: JobKind;
  /** The panel that shows it, for the address; without one it has none. */
  panel?: string;
  /** The job on show has ended well. */
  onDone: (job: Job) => void;
  /** What is on show belongs to no job any more. */
  onClear: () => void;
  /** Something to ask after a failure, or null: which CRS, for example. */
  question?: (code: string) => HTMLElement | null;
}

type State = { kind: 'idle' } | { kind: 'sending'; name: string; mb: number } | { kind: 'job'; job: Job } | { kind: 'failed'; error: unknown };

export class JobWork {
  readonly el = h('div', { class: 'job' });
  readonly recent = h('section', { class: 'recent' });
  private state: State = { kind: 'idle' };
  private list: Job[] = [];
  private gone = new AbortController();
  private listOpen = false;
  private opening = '';

  constructor(private readonly options: JobWorkOptions) {
    onLang(() => this.render());
  }

  get shown(): Job | null {
    return this.state.kind === 'job' ? this.state.job : null;
  }

  get busy(): boolean {
    const s = this.state;
    return this.opening !== '' || s.kind === 'sending' || (s.kind === 'job' && (s.job.state === 'queued' || s.job.state === 'running'));
  }

  /** Starts a job; whatever was on show goes first. */
  async start(query: Record<string, string>, body: Blob | null): Promise<void> {
    const gone = this.begin();
    this.set({ kind: 'sending', name: query['name'] ?? '', mb: (body?.size ?? 0) / 1048576 });
    try {
      const job = await addJob(this.options.kind, query, body, gone.signal);
      if (gone.signal.aborted) return;
      this.set({ kind: 'job', job });
      void this.loadList();
      await this.watch(job, gone);
    } catch (error) {
      if (!gone.signal.aborted) this.set({ kind: 'failed', error });
    }
  }

  /** Shows a job that is there already. */
  async adopt(job: Job): Promise<void> {
    const gone = this.begin();
    this.set({ kind: 'job', job });
    await this.watch(job, gone);
  }

  /** Shows the job of an address. */
  async open(id: string): Promise<void> {
    if (this.shown?.id === id || this.opening === id) return;
    this.opening = id;
    try {
      const job = await getJob(id, this.gone.signal);
      if (job.kind === this.options.kind) void this.adopt(job);
    } catch (error) {
      const lost = error instanceof ApiError && error.status === 404;
      if (lost) this.fail(t('job_lost'));
      else this.set({ kind: 'failed', error });
    }
    this.opening = '';
  }

  fail(text: string): void {
    this.begin();
    this.set({ kind: 'failed', error: new ApiError(text, text, 'INPUT', 0) });
  }

  /** Reads the list of jobs; the newest of this kind. */
  async loadList(): Promise<Job | undefined> {
    try {
      this.list = (await getJobs()).filter((j) => j.kind === this.options.kind);
    } catch {
      this.list = []; // a convenience: without it a new job can still be started, and will say what is wrong
    }
    this.renderList();
    return this.list[0];
  }

  private begin(): AbortController {
    this.gone.abort();
    this.gone = new AbortController();
    this.options.onClear();
    return this.gone;
  }

  private set(state: State): void {
    this.state = state;
    const { panel } = this.options;
    if (panel) jobs.value = { ...jobs.value, [panel]: state.kind === 'job' ? state.job.id : '' };
    this.render();
  }

  private async watch(first: Job, gone: AbortController): Promise<void> {
    let job = first;
    try {
      for (;;) {
        if (job.state !== 'queued' && job.state !== 'running') break;
        await new Promise((r) => setTimeout(r, POLL_MS));
        if (gone.signal.aborted) return;
        job = await getJob(job.id, gone.signal);
        if (gone.signal.aborted) return;
        this.set({ kind: 'job', job });
      }
    } catch (error) {
      if (gone.signal.aborted) return;
      const lost = error instanceof ApiError && error.status === 404;
      return lost ? this.fail(t('job_lost')) : this.set({ kind: 'failed', error });
    }
    void this.loadList();
    if (job.state === 'done') this.options.onDone(job);
  }

  private async end(job: Job): Promise<void> {
    try {
      const now = await endJob(job.id);
      if (this.shown?.id === job.id && this.busy) this.set({ kind: 'job', job: now });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) this.set({ kind: 'failed', error });
    }
    void this.loadList();
  }

  // ---- what it looks like

  private render(): void {
    const focused = this.el.contains(document.activeElement) ? document.activeElement?.id : '';
    fill(this.el, this.stateLine());
    if (focused) document.getElementById(focused)?.focus();
    this.renderList();
  }

  private stateLine(): HTMLElement | null {
    const s = this.state;
    if (s.kind === 'idle') return null;
    if (s.kind === 'sending') {
      const text = s.mb > 0 ? t('job_uploading', { name: s.name, mb: fixed(s.mb, 1) }) : t('job_starting');
      return h('p', { class: 'note running', role: 'status' }, text);
    }
    if (s.kind === 'failed') return this.failure(sentenceOf(s.error), s.error instanceof ApiError ? s.error.code : '');
    const { job } = s;
    if (job.state === 'failed') return this.failure(pick(job.error?.zh, job.error?.en), job.error?.code ?? '');
    if (job.state === 'cancelled') return h('p', { class: 'note', role: 'status', 'data-testid': 'job-cancelled' }, t('job_cancelled'));
    return job.state === 'done' ? null : this.progress(job);
  }

  private failure(sentence: { text: string; lang: string }, code: string): HTMLElement {
    return h(
      'div',
      { class: 'note error', role: 'alert', 'data-testid': 'job-error' },
      h('strong', {}, t('job_failed')),
      h('p', { lang: sentence.lang }, sentence.text),
      this.options.question?.(code) ?? null,
      code && code !== 'INPUT' ? h('p', { class: 'muted' }, `(${code})`) : null,
    );
  }

  private progress(job: Job): HTMLElement {
    const p = job.work ?? {};
    const titles: Record<JobKind, TextKey> = { parcels: 'job_running', lines: 'job_running_lines', figures: 'job_running_figures' };
    const title = t(titles[job.kind], { name: job.name ?? '' });
    const known = typeof p.share === 'number';
    const facts = [
      // Of the whole job: every format is a pass over all parcels, and a count that starts again would mislead.
      known && p.total ? t('job_done_of', { done: fixed(Math.round((p.share ?? 0) * p.total), 0), total: fixed(p.total, 0) }) : '',
      p.rate && job.kind === 'parcels' ? t('job_rate', { n: fixed(p.rate, 0) }) : '',
      typeof p.seconds_left === 'number' ? t('job_left', { time: timeText(p.seconds_left) }) : '',
    ].filter(Boolean).join(' · ');
    const bar = h('progress', { class: 'bar', max: 1, 'aria-label': title, 'data-testid': 'job-progress' });
    if (known) bar.value = p.share ?? 0;
    return h(
      'div',
      { class: 'note job-card', 'data-testid': 'job-running' },
      h('div', { class: 'job-line' }, h('strong', { role: 'status' }, title), h('button', {
        type: 'button', id: `cancel-${job.kind}`, class: 'small', 'data-testid': 'job-cancel', disabled: job.cancelling,
        onclick: () => void this.end(job),
      }, t(job.cancelling ? 'job_cancelling' : 'job_cancel'))),
      bar,
      h('p', { class: 'muted', 'data-testid': 'job-facts' }, job.state === 'queued' ? t('job_queued', { n: job.ahead ?? 0 }) : facts || t('job_preparing')),
      job.restarted ? h('p', { class: 'muted', 'data-testid': 'job-restarted' }, pick(job.restarted.zh, job.restarted.en).text) : null,
    );
  }

  private renderList(): void {
    const others = this.list.filter((j) => j.id !== this.shown?.id);
    if (others.length === 0) return fill(this.recent);
    const details = h(
      'details',
      { 'data-testid': `recent-${this.options.kind}`, ontoggle: (e: Event) => (this.listOpen = (e.target as HTMLDetailsElement).open) },
      h('summary', {}, `${t('job_recent')}（${others.length}）`),
      h('ul', { class: 'rows' }, others.map((j) => this.listRow(j))),
      h('p', { class: 'muted' }, t('job_recent_hint')),
    );
    details.open = this.listOpen;
    fill(this.recent, details);
  }

  private listRow(job: Job): HTMLElement {
    const name = job.name || t(job.kind === 'figures' ? 'figures_title' : 'tab_conflicts');
    return h(
      'li',
      { class: 'row-line' },
      h('button', { type: 'button', class: 'row-button', onclick: () => void this.adopt(job) },
        h('span', { class: 'row-name' }, name),
        h('span', { class: 'muted' }, `${timeOfDay(job.created_at)} · ${t(`state_${job.state}`)}`),
        job.restarted ? h('span', { class: 'muted', 'data-testid': 'job-restarted' }, ` · ${pick(job.restarted.zh, job.restarted.en).text}`) : null),
      h('button', { type: 'button', class: 'small', 'aria-label': t('job_forget_of', { name }), onclick: () => void this.end(job) }, t('job_forget')),
    );
  }
}

/** Links to a job's results; the browser does the saving, so that nothing large passes through the page. */
export function downloads(job: Job, formats: [string, string][]): HTMLElement {
  return h(
    'section',
    { class: 'files no-print', 'data-testid': 'job-files' },
    h('h4', {}, t('job_downloads')),
    h(
      'div',
      { class: 'actions' },
      formats.map(([format, label]) => {
        const href = resultHref(job, format);
        const page = format === 'html';
        return href ? h('a', {
          class: 'button', href, download: !page, 'data-testid': `result-${format}`, target: page ? '_blank' : null, rel: page ? 'noopener' : null,
        }, page ? `${label} ↗` : label) : null;
      }),
    ),
  );
}

export function timeText(seconds: number): string {
  if (seconds < 90) return t('time_seconds', { n: Math.max(1, Math.ceil(seconds)) });
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? t('time_minutes', { n: minutes }) : t('time_hours', { h: Math.floor(minutes / 60), m: minutes % 60 });
}

/** 11-24 09:31, in the clock of this computer. */
export function timeOfDay(iso: string | null | undefined): string {
  const d = iso ? new Date(iso) : null;
  if (!d || Number.isNaN(d.getTime())) return '';
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
}
