/** The list of saved projects, below the ways to give a parcel. Knows what is saved, not how it is checked. */

import { getProjects, retireProject, type Project } from '../api-projects';
import { fill, h } from '../dom';
import { onLang, t } from '../i18n';
import { sentenceOf } from '../sentence';
import { dayAndTime } from '../moment';

const SHOWN = 50;

type ListState = { kind: 'none' } | { kind: 'rows'; rows: Project[] } | { kind: 'failed'; error: unknown };
type Said = { text: () => string; failed?: { text: string; lang: string } } | null;

export interface ProjectsListOptions {
  /** Fills the form and checks; rejects with what is wrong. */
  open: (project: Project) => Promise<void>;
  className: (id: string | undefined) => string;
}

export class ProjectsList {
  readonly el = h('div', { class: 'check-form projects' });
  private isOpen = false;
  private keeps = true;
  private mayChange = true;
  private list: ListState = { kind: 'none' };
  private search = '';
  private sure = 0; // the project that the next click puts away
  private said: Said = null;

  constructor(private readonly options: ProjectsListOptions) {
    onLang(() => this.render());
    this.render();
  }

  /** The server keeps projects; and who sits here may save them and put them away. */
  setKeeps(keeps: boolean, mayChange: boolean): void {
    this.keeps = keeps;
    this.mayChange = mayChange;
    this.render();
  }

  /** Another was saved. */
  changed(): void {
    if (this.isOpen) void this.load();
    else this.list = { kind: 'none' };
  }

  private async load(): Promise<void> {
    try {
      this.list = { kind: 'rows', rows: (await getProjects()).reverse() };
    } catch (error) {
      this.list = { kind: 'failed', error };
    }
    this.render();
  }

  private async open(project: Project): Promise<void> {
    this.said = null;
    this.sure = 0;
    try {
      await this.options.open(project);
      this.isOpen = false; // the room belongs to the result
    } catch (error) {
      this.said = { text: () => t('project_open_failed'), failed: sentenceOf(error) };
    }
    this.render();
  }

  private async retire(project: Project): Promise<void> {
    if (this.sure !== project.id) {
      this.sure = project.id;
      return this.render();
    }
    this.sure = 0;
    try {
      await retireProject(project.id);
      this.said = { text: () => t('project_retired', { name: project.name }) };
    } catch (error) {
      this.said = { text: () => t('project_retire_failed'), failed: sentenceOf(error) };
    }
    await this.load();
  }

  // ---- what it looks like

  private render(): void {
    const focused = this.el.contains(document.activeElement) ? document.activeElement?.id : '';
    const details = h(
      'details',
      { 'data-testid': 'projects', ontoggle: (e: Event) => {
        const open = (e.target as HTMLDetailsElement).open;
        if (open === this.isOpen) return;
        this.isOpen = open;
        if (open) void this.load();
      } },
      h('summary', { id: 'projects-title' }, t('projects_title')),
      this.keeps ? null : h('p', { class: 'note', 'data-testid': 'projects-off' }, t('projects_off')),
      this.message(),
      this.body(),
    );
    details.open = this.isOpen;
    fill(this.el, details);
    if (focused) document.getElementById(focused)?.focus();
  }

  private message(): HTMLElement | null {
    const s = this.said;
    if (!s) return null;
    return h('p', { class: `note ${s.failed ? 'error' : 'kept'}`, role: s.failed ? 'alert' : 'status', 'data-testid': 'projects-state' },
      s.text(), s.failed ? h('span', { lang: s.failed.lang }, s.failed.text) : null);
  }

  private body(): HTMLElement | (HTMLElement | null)[] {
    const s = this.list;
    if (s.kind === 'none') return h('p', { class: 'muted' }, t('loading'));
    if (s.kind === 'failed') {
      const sentence = sentenceOf(s.error);
      return h('p', { class: 'note error', role: 'alert' }, t('projects_failed'), h('span', { lang: sentence.lang }, sentence.text));
    }
    if (s.rows.length === 0) return h('p', { class: 'muted', 'data-testid': 'projects-none' }, t('projects_none'));
    const wanted = this.search.trim().toLowerCase();
    const rows = s.rows.filter((p) => !wanted || [p.name, p.code, p.builder].some((x) => x?.toLowerCase().includes(wanted)));
    const search = h('input', {
      type: 'search', id: 'projects-search', 'data-testid': 'projects-search', 'aria-label': t('projects_search'), placeholder: t('projects_search'),
      oninput: (e: Event) => {
        this.search = (e.target as HTMLInputElement).value;
        this.render();
      },
    });
    search.value = this.search;
    return [
      h('p', { class: 'muted hint' }, t('projects_hint')),
      h('div', { class: 'field' }, search),
      rows.length === 0 ? h('p', { class: 'muted' }, t('projects_no_match')) : null,
      h('ul', { class: 'rows', 'aria-labelledby': 'projects-title', 'data-testid': 'projects-list' }, rows.slice(0, SHOWN).map((p) => this.row(p))),
    ];
  }

  private row(p: Project): HTMLElement {
    const facts = [p.code, p.builder, this.options.className(p.project_class), dayAndTime(p.saved_at)].filter(Boolean).join(' · ');
    const sure = this.sure === p.id;
    return h(
      'li',
      { class: 'row-line' },
      h('button', {
        type: 'button', class: 'row-button record', id: `project-${p.id}`, 'data-testid': `project-${p.name}`,
        'aria-label': t('project_open', { name: p.name }), onclick: () => void this.open(p),
      }, h('span', { class: 'row-name' }, p.name), p.claims ? h('span', { class: 'tag claimed' }, t('project_claims', { n: p.claims.split(';').length })) : null,
      h('span', { class: 'muted record-when' }, facts)),
      this.mayChange ? h('button', {
        type: 'button', class: `small${sure ? ' danger' : ''}`, id: `project-retire-${p.id}`, 'data-testid': `retire-${p.name}`,
        'aria-label': sure ? null : t('project_retire_of', { name: p.name }), onclick: () => void this.retire(p),
      }, t(sure ? 'project_retire_sure' : 'project_retire')) : null,
    );
  }
}
