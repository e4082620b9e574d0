/** What can be taken away from a result: the report in each form, and a row in the server's record. Every form is asked for
 * with the very bytes, class and CRS of the result on screen; when that goes, so does whatever is still being made. */

import { may, ownTitle, whyNot } from '../access';
import {
  ApiError, checkDocument, keepCheck, type CheckAnswer, type DocumentFormat, type ProjectFields, type Question, type Report,
} from '../api';
import { saveProject, type Project } from '../api-projects';
import { download, fill, h } from '../dom';
import { onLang, t, type TextKey } from '../i18n';
import { sentenceOf } from '../sentence';

interface Source {
  question: Question;
  reportText: string;
  shapes: string | null;
  record: Report['record'];
  gone: AbortController;
}

const DOCUMENTS: [DocumentFormat, string | null][] = [['pdf', 'PDF'], ['xlsx', 'Excel'], ['csv', 'CSV'], ['html', null]];
const FIELDS: [keyof ProjectFields, TextKey][] = [['project_name', 'p_name'], ['project_code', 'p_code'], ['builder', 'p_builder'], ['district', 'p_district']];
/** The server takes 256 bytes of UTF-8: 85 Chinese characters. */
const MAX_LENGTH = 80;

type State = { text: () => string; failed?: { text: string; lang: string }; done?: boolean } | null;

export class ReportFiles {
  readonly el = h('section', { class: 'files no-print', 'data-testid': 'report-files' });
  private source: Source | null = null;
  private project: ProjectFields = { project_name: '', project_code: '', builder: '', district: '' };
  private projectOf: Blob | string | null = null;
  private officer = '';
  private open = { project: false, keep: false };
  private busy = false;
  private fileState: State = null;
  private keepState: State = null;
  private saveState: State = null;
  /** The server has said that it keeps no records. */
  private keepRefused = false;

  constructor(private readonly onKept: (report: Report) => void, private readonly onSaved: (project: Project, input: Blob | string) => void) {
    onLang(() => this.render());
  }

  set(answer: CheckAnswer, question: Question): void {
    this.clear();
    if (this.projectOf !== question.input.bytes) {
      // Another parcel: the name of the last project must not end up in its report.
      const p = question.project;
      this.project = { project_name: p?.name ?? '', project_code: p?.code ?? '', builder: p?.builder ?? '', district: p?.district ?? '' };
      this.projectOf = question.input.bytes;
    }
    this.source = {
      question, reportText: answer.reportText, shapes: null, record: answer.report.record, gone: new AbortController(),
    };
    this.render();
  }

  setShapes(shapes: string | null): void {
    if (this.source) this.source.shapes = shapes;
    const button = this.el.querySelector<HTMLButtonElement>('#download-geojson');
    if (button) button.disabled = shapes === null; // not a redraw: somebody may be typing
  }

  clear(): void {
    this.source?.gone.abort();
    this.source = null;
    this.busy = false;
    this.fileState = this.keepState = this.saveState = null;
    this.render();
  }

  private render(): void {
    const s = this.source;
    if (!s) return fill(this.el);
    const focused = this.el.contains(document.activeElement) ? document.activeElement?.id : '';
    fill(this.el, h('h4', {}, t('r_files')), this.buttons(s), this.stateLine(this.fileState, 'file-state'), this.projectFields(s), this.keep(s));
    if (focused) document.getElementById(focused)?.focus();
  }

  private buttons(s: Source): HTMLElement {
    const base = baseName(s.question.input.name);
    return h(
      'div',
      { class: 'actions' },
      DOCUMENTS.map(([format, label]) =>
        h('button', {
          type: 'button', id: `download-${format}`, 'data-testid': `download-${format}`, disabled: this.busy,
          title: format === 'html' ? t('r_html_hint') : null, onclick: () => void this.make(s, format, label ?? t('r_html')),
        }, label ?? `${t('r_html')} ↗`)),
      h('button', {
        type: 'button', id: 'download-json', 'data-testid': 'download-json',
        onclick: () => download(`${base}.report.json`, new Blob([s.reportText], { type: 'application/json' })),
      }, 'JSON'),
      h('button', {
        type: 'button', id: 'download-geojson', 'data-testid': 'download-geojson', disabled: s.shapes === null,
        onclick: () => s.shapes !== null && download(`${base}.overlap.geojson`, new Blob([s.shapes], { type: 'application/geo+json' })),
      }, 'GeoJSON'),
    );
  }

  private async make(s: Source, format: DocumentFormat, label: string): Promise<void> {
    // A tab can only be opened while the click is being handled; it waits empty for its page.
    const tab = format === 'html' ? (window.open('', '_blank') as (Window & typeof globalThis) | null) : null;
    this.busy = true;
    this.fileState = { text: () => t('r_making', { format: label }) };
    this.render();
    try {
      const content = await checkDocument(s.question, format, { ...this.project }, s.gone.signal);
      if (s.gone.signal.aborted) throw new DOMException('', 'AbortError');
      if (tab && !tab.closed) await show(tab, content);
      else download(`${baseName(s.question.input.name)}-${t('r_file_suffix')}.${format}`, content);
      this.fileState = null;
    } catch (error) {
      tab?.close();
      if (s.gone.signal.aborted) return; // its result has gone
      this.fileState = { text: () => t('r_file_failed'), failed: sentenceOf(error) };
    }
    this.busy = false;
    this.render();
  }

  private projectFields(s: Source): HTMLElement {
    const details = h(
      'details',
      { 'data-testid': 'project-fields', ontoggle: (e: Event) => (this.open.project = (e.target as HTMLDetailsElement).open) },
      h('summary', {}, t('p_fields')),
      FIELDS.map(([key, label]) => this.field(key, t(label), this.project[key], (v) => (this.project[key] = v))),
      this.saveButton(s),
      this.stateLine(this.saveState, 'project-save-state'),
    );
    details.open = this.open.project;
    return details;
  }

  /** Not offered by a server that keeps nothing. */
  private saveButton(s: Source): HTMLElement | null {
    if (this.keepRefused) return null;
    if (!may('projects')) return whyNot('projects');
    return h('div', { class: 'button-row' }, h('button', {
      type: 'button', id: 'project-save', 'data-testid': 'project-save', disabled: this.busy, onclick: () => void this.runSave(s),
    }, t(s.question.project ? 'project_save_again' : 'project_save')));
  }

  private async runSave(s: Source): Promise<void> {
    if (this.project.project_name.trim() === '') {
      const need = new ApiError(t('project_no_name'), t('project_no_name'), '', 0);
      this.saveState = { text: () => t('project_save_failed'), failed: sentenceOf(need) };
      return this.render();
    }
    const open = s.question.project;
    this.busy = true;
    this.saveState = { text: () => t('project_saving') };
    this.render();
    try {
      // Under its own name it takes the place of what was opened, and of nothing else; under another it is new.
      const project = await saveProject(s.question, this.project, open?.name === this.project.project_name.trim() ? open.id : 0);
      s.question.project = project;
      this.onSaved(project, s.question.input.bytes);
      if (s.gone.signal.aborted) return;
      this.saveState = { text: () => t('project_saved', { name: project.name }), done: true };
    } catch (error) {
      if (s.gone.signal.aborted) return;
      this.keepRefused = error instanceof ApiError && error.code === 'records-not-allowed';
      this.saveState = { text: () => t('project_save_failed'), failed: sentenceOf(error) };
    }
    this.busy = false;
    this.render();
  }

  private field(id: string, label: string, value: string, set: (v: string) => void, after: HTMLElement | null = null): HTMLElement {
    const input = h('input', {
      type: 'text', id, maxlength: MAX_LENGTH, autocomplete: 'off', 'data-testid': id,
      oninput: (e: Event) => set((e.target as HTMLInputElement).value),
    });
    input.value = value;
    return h('div', { class: 'field' }, h('label', { for: id }, label), input, after);
  }

  // ---- the record

  private keep(s: Source): HTMLElement | null {
    if (s.record?.id) {
      return h(
        'div',
        { class: 'note kept', role: 'status', 'data-testid': 'kept' },
        h('strong', { 'data-testid': 'kept-id' }, t('keep_done', { id: s.record.id })),
        h('p', { class: 'muted' }, [s.record.officer, s.record.kept_at].filter(Boolean).join(' · ')),
        h('p', { class: 'code', 'data-testid': 'kept-hash' }, `SHA-256 ${s.record.sha256 ?? ''}`),
      );
    }
    if (this.keepRefused && !this.keepState) return null; // said once; there is nothing to offer
    if (!may('keep')) return whyNot('keep');
    this.officer ||= ownTitle();
    const button = h('button', {
      type: 'button', id: 'keep-run', 'data-testid': 'keep-run', disabled: this.busy, onclick: () => void this.runKeep(s),
    }, t('keep_run'));
    const details = h(
      'details',
      { 'data-testid': 'keep', ontoggle: (e: Event) => (this.open.keep = (e.target as HTMLDetailsElement).open) },
      h('summary', {}, t('keep_title')),
      this.keepRefused ? null : this.field('officer', t('keep_officer'), this.officer, (v) => (this.officer = v), button),
      this.stateLine(this.keepState, 'keep-state'),
    );
    details.open = this.open.keep;
    return details;
  }

  private async runKeep(s: Source): Promise<void> {
    if (this.officer.trim() === '') {
      const need = new ApiError(t('keep_no_officer'), t('keep_no_officer'), '', 0);
      this.keepState = { text: () => t('keep_failed'), failed: sentenceOf(need) };
      return this.render();
    }
    this.busy = true;
    this.keepState = { text: () => t('keep_running') };
    this.render();
    try {
      const kept = await keepCheck(s.question, this.officer, this.project, s.gone.signal);
      if (s.gone.signal.aborted) return;
      s.record = kept.report.record;
      s.reportText = kept.reportText;
      this.keepState = null;
      this.busy = false;
      this.render();
      this.onKept(kept.report);
      return;
    } catch (error) {
      if (s.gone.signal.aborted) return;
      this.keepRefused = error instanceof ApiError && error.code === 'records-not-allowed';
      this.keepState = { text: () => t('keep_failed'), failed: sentenceOf(error) };
    }
    this.busy = false;
    this.render();
  }

  private stateLine(state: State, testid: string): HTMLElement | null {
    if (!state) return null;
    const f = state.failed;
    return h(
      'p',
      { class: `note ${f ? 'error' : state.done ? 'kept' : 'running'}`, role: f ? 'alert' : 'status', 'data-testid': testid },
      state.text(),
      f ? h('span', { lang: f.lang }, f.text) : null,
    );
  }
}

function baseName(name: string): string {
  return name.replace(/\.[^.]*$/, '').replace(/[\\/:*?"<>|]/g, '_') || 'hongxian';
}

/** Fills the tab. It has this page's policy, under which no script of the report could run, and no style that stands in
 * markup has effect either: the rules go in as sheets and as properties. The tab forgets who opened it. */
async function show(tab: Window & typeof globalThis, content: Blob): Promise<void> {
  const rules: string[] = [];
  const html = (await content.text()) // whatever is not the report's own markup is escaped in it, so a < begins a tag
    .replace(/<style>([^<]*)<\/style>/g, (_, css: string) => (rules.push(css), ''))
    .replace(/(<[a-zA-Z][^<>]*?) style="/g, '$1 data-style="');
  const page = new DOMParser().parseFromString(html, 'text/html');
  page.querySelectorAll('script').forEach((e) => e.remove());
  tab.document.open();
  tab.document.write('<!DOCTYPE html><html></html>'); // else the tab would lay out as browsers did in 1998
  tab.document.close();
  tab.document.documentElement.replaceWith(tab.document.adoptNode(page.documentElement));
  for (const e of tab.document.querySelectorAll<HTMLElement>('[data-style]')) e.style.cssText = e.dataset['style'] ?? '';
  tab.document.adoptedStyleSheets = rules.map((css) => {
    const sheet = new tab.CSSStyleSheet();
    sheet.replaceSync(css);
    return sheet;
  });
  tab.opener = null;
}
