/** Giving a parcel to the server: file, drop, paste or drawing. Knows when a check runs, not what it finds. */

import { ACCEPT } from '../accept';
import { ApiError, getClasses, type CheckInput, type ClassList, type ProjectClass, type Question } from '../api';
import { asksForCrs } from '../crs';
import { fill, h } from '../dom';
import { onLang, pick, t } from '../i18n';
import { sentenceOf } from '../sentence';
import { day as asOfDay } from '../state';
import type { DrawMode } from '../map/draw';
import { getProject, projectInput, type Project } from '../api-projects';
import { ClaimsForm } from './claims';
import { ProjectsList } from './projects';
import { dayAndTime } from '../moment';
import { crsQuestion } from './crs-question';

/** Above this the server would refuse anyway; better to say so before sending. */
const MAX_MB = 32;

export type CheckState = { kind: 'idle' } | { kind: 'running'; name: string } | { kind: 'failed'; error: unknown } | { kind: 'done' };

export interface CheckPanelOptions {
  /** Starts a check of `input`; also again when the class changes. */
  run: (question: Question) => void;
  draw: (mode: DrawMode) => void;
  cancelDraw: () => void;
  /** What is on screen belongs to no question any more. */
  refused: () => void;
  result: HTMLElement;
}

export class CheckPanel {
  readonly el = h('div', { class: 'check-panel', 'data-testid': 'check-panel' });
  private readonly head = h('div', { class: 'check-form' });
  private readonly claims = new ClaimsForm('check', () => this.claimsChanged());
  private readonly form = h('div', { class: 'check-form' });
  readonly projects = new ProjectsList({ open: (project) => this.openProject(project), className: (id) => this.className(id) });
  private readonly stateBox = h('div', { class: 'check-state' });
  private readonly text = h('textarea', {
    id: 'paste-text', rows: 5, spellcheck: 'false', autocomplete: 'off', 'data-testid': 'paste-text',
    placeholder: '[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=37\n[地块坐标]\n…',
  });
  private classes: ProjectClass[] = [{ id: 'UNKNOWN', zh: '未填', en: 'not given' }];
  private asOf = '';
  private asOfOpen = false;
  private lists: Record<string, ClassList | undefined> = {};
  private listOpen = false;
  private projectClass = 'UNKNOWN';
  private last: CheckInput | null = null;
  private project: Project | null = null; // of which `last` is the file
  private slivers = ''; // the policy by which `last` was checked, where it is not the project's
  private sent = '';
  private drawing: DrawMode | null = null;
  private pasteOpen = false;
  private reading = 0;
  private canDraw = false;
  private state: CheckState = { kind: 'idle' };

  constructor(private readonly options: CheckPanelOptions) {
    this.el.append(this.head, this.claims.el, this.form, this.projects.el, this.stateBox, options.result);
    onLang(() => this.render());
    this.render();
  }

  async loadClasses(): Promise<ProjectClass[]> {
    const all = await getClasses();
    const list = all.classes ?? [];
    this.lists = { LIMITED_ACTIVITY: all.limited_human_activities_10, NATIONAL_MAJOR: all.national_major_7 };
    // 未填 comes first and is the default: a class is a statement that the officer must make.
    this.classes = [
      list.find((c) => c.id === 'UNKNOWN') ?? { id: 'UNKNOWN', zh: '未填', en: 'not given' },
      ...list.filter((c) => c.id !== 'UNKNOWN'),
    ];
    this.claims.set(list);
    this.renderForm();
    return this.classes;
  }

  className(id: string | undefined): string {
    const c = this.classes.find((x) => x.id === id);
    if (id === undefined || id === 'UNKNOWN') return t('check_class_unknown');
    return c ? pick(c.zh, c.en).text : id;
  }

  setState(state: CheckState): void {
    this.state = state;
    this.render();
  }

  /** There is a map to draw on. */
  allowDrawing(): void {
    this.canDraw = true;
    this.renderForm();
  }

  setDrawing(mode: DrawMode | null): void {
    this.drawing = mode;
    this.renderForm();
  }

  /** A file that was chosen or dropped. */
  async takeFiles(files: FileList | File[] | null | undefined): Promise<void> {
    const list = [...(files ?? [])]; // before waiting: the input is emptied after this call
    const file = list[0];
    if (!file) return;
    if (list.length > 1) this.refuse('check_one_file');
    else if (file.size > MAX_MB * 1024 * 1024) this.refuse('check_too_big');
    else {
      const turn = ++this.reading;
      try {
        // Into memory: what is downloaded later must come from these bytes, even if the file on disk has changed.
        const bytes = new Blob([await file.arrayBuffer()]);
        if (turn === this.reading) this.start({ bytes, name: file.name });
      } catch {
        if (turn === this.reading) this.refuse('check_unreadable');
      }
    }
  }

  /** The project that is open was saved anew, or a check was saved as one. */
  saved(project: Project, input: Blob | string): void {
    if (this.last?.bytes === input) this.project = project;
    this.projects.changed();
  }

  /** Its parcels, class, claims and CRS, checked again with the data of the day that is set. */
  async openProject(listed: Project): Promise<void> {
    const turn = ++this.reading;
    const [project, bytes] = await Promise.all([getProject(listed.id), projectInput(listed.id)]);
    if (turn !== this.reading) return; // something else was chosen meanwhile
    if (project.retired || (project.newest_id ?? project.id) !== project.id) {
      this.projects.changed();
      throw new ApiError(`项目“${project.name}”在列出之后又有改动；请从列表中重新打开。`, `The project "${project.name}" was changed since it was listed; open it again.`, 'project-changed', 409);
    }
    this.projectClass = this.classes.some((c) => c.id === project.project_class) ? (project.project_class ?? 'UNKNOWN') : 'UNKNOWN';
    if (project.project_class && project.project_class !== this.projectClass) {
      this.classes = [...this.classes, { id: project.project_class }]; // the server decides whether it still knows the class
      this.projectClass = project.project_class;
    }
    this.claims.load(project.claims ?? '');
    const epsg = Number(project.crs?.replace(/^EPSG:/i, ''));
    this.renderForm();
    this.start({ bytes, name: project.input_name || project.name, ...(epsg ? { epsg } : {}) }, project);
  }

  start(input: CheckInput, project: Project | null = null): void {
    this.reading += 1; // a file that is still being read comes too late
    if (project || input.bytes !== this.last?.bytes) {
      this.project = project;
      this.slivers = project?.slivers ?? '';
    }
    this.last = input;
    const claims = this.claims.ask();
    if (!claims) return this.refuse('claims_unsent');
    this.sent = claims.join(';');
    this.options.run({
      input, projectClass: this.projectClass, claims, ...(this.asOf ? { asOf: this.asOf } : {}),
      ...(this.project ? { project: this.project } : {}), ...(this.slivers ? { slivers: this.slivers } : {}),
    });
  }

  /** What a check that was found again had asked: changed from here on it is asked anew. */
  restore(question: Question): void {
    this.reading += 1;
    this.last = question.input;
    this.project = null;
    this.slivers = question.slivers ?? '';
    this.asOf = asOfDay.value = question.asOf ?? '';
    if (!this.classes.some((c) => c.id === question.projectClass)) this.classes = [...this.classes, { id: question.projectClass }];
    this.projectClass = question.projectClass;
    this.claims.load((question.claims ?? []).join(';'));
    this.sent = this.claims.texts()?.join(';') ?? '';
    this.render();
  }

  /** A parcel of a batch, of the class and with the claims of its row. */
  startAs(input: CheckInput, projectClass: string, claims: string): void {
    this.projectClass = this.classes.some((c) => c.id === projectClass) ? projectClass : 'UNKNOWN';
    this.claims.load(claims);
    this.renderForm();
    this.start(input);
  }

  /** The day of an address. */
  setDay(day: string): void {
    if (day === this.asOf) return;
    this.asOf = asOfDay.value = day;
    if (this.last) this.start(this.last);
    else this.renderForm();
  }

  /** The same bytes, in another zone than the one that was named. */
  rename(epsg: number): void {
    if (this.last) this.start({ ...this.last, epsg }, this.project);
  }

  /** What is on screen must belong to the claims shown; leaving a field as it was asks nothing. */
  private claimsChanged(): void {
    const claims = this.claims.texts();
    if (this.last && claims && claims.join(';') !== this.sent) this.start(this.last);
  }

  /** Forget the last input, so that a change of class does not bring its result back. */
  forget(): void {
    this.reading += 1;
    this.last = this.project = null;
    this.slivers = '';
    this.setState({ kind: 'idle' });
  }

  private refuse(key: 'check_one_file' | 'check_too_big' | 'check_paste_empty' | 'check_unreadable' | 'claims_unsent'): void {
    this.options.refused();
    this.setState({ kind: 'failed', error: new ApiError(t(key, { n: MAX_MB }), t(key, { n: MAX_MB }), 'INPUT', 0) });
  }

  private render(): void {
    this.renderForm();
    this.renderState();
  }

  private renderForm(): void {
    const inForm = this.form.contains(document.activeElement) || this.head.contains(document.activeElement);
    const focused = inForm ? document.activeElement?.id : '';
    // With a result on screen the room belongs to it.
    const intro = this.state.kind === 'done' ? null : h('p', { class: 'muted' }, t('check_intro'));
    fill(this.head, intro, this.classSelect(), this.classList());
    fill(this.form, this.openedProject(), this.buttons(), this.drawHint(), this.paste(), this.dayField());
    if (focused) document.getElementById(focused)?.focus(); // a redraw must not throw the keyboard user out
  }

  private openedProject(): HTMLElement | null {
    const p = this.project;
    return p && h('p', { class: 'note', role: 'status', 'data-testid': 'project-opened' }, t('project_opened', { name: p.name, when: dayAndTime(p.saved_at) }));
  }

  private classSelect(): HTMLElement {
    const select = h(
      'select',
      {
        id: 'project-class', 'data-testid': 'project-class',
        onchange: (e: Event) => {
          this.projectClass = (e.target as HTMLSelectElement).value;
          if (this.last) this.start(this.last); // what is on screen must belong to the class shown
          else this.renderForm();
        },
      },
      this.classes.map((c) => h('option', { value: c.id }, this.className(c.id))),
    );
    select.value = this.projectClass;
    return h('div', { class: 'field' }, h('label', { for: 'project-class' }, t('check_class')), select);
  }

  /** What an officer must compare the project with before claiming the class. */
  private classList(): HTMLElement | null {
    const list = this.lists[this.projectClass];
    if (!list?.items?.length) return null;
    const title = this.projectClass === 'NATIONAL_MAJOR' ? 'class_major' : 'class_limited';
    const details = h(
      'details',
      { class: 'class-list', 'data-testid': 'class-list', ontoggle: (e: Event) => (this.listOpen = (e.target as HTMLDetailsElement).open) },
      h('summary', {}, t(title, { n: list.items.length })),
      h('ol', { lang: 'zh-CN' }, list.items.map((i) => h('li', {}, typeof i === 'string' ? i : i.zh ?? '', confidence(typeof i === 'string' ? undefined : i.conf)))),
      h('p', { class: 'muted', lang: 'zh-CN' }, `${t('r_basis')}${t('colon')}${list.basis ?? ''}`, confidence(list.conf)),
    );
    details.open = this.listOpen;
    return details;
  }

  private buttons(): HTMLElement {
    const file = h('input', {
      type: 'file', id: 'file-input', class: 'visually-hidden', tabindex: -1, 'data-testid': 'file-input',
      'aria-label': t('check_file'), accept: ACCEPT,
      onchange: (e: Event) => {
        const input = e.target as HTMLInputElement;
        void this.takeFiles(input.files);
        input.value = ''; // choosing the same file again checks it again
      },
    });
    const draw = (mode: DrawMode, label: string) =>
      h('button', {
        type: 'button', id: `draw-${mode}`, 'data-testid': `draw-${mode}`, disabled: !this.canDraw,
        'aria-pressed': String(this.drawing === mode),
        onclick: () => (this.drawing === mode ? this.options.cancelDraw() : this.options.draw(mode)),
      }, label);
    return h(
      'div',
      { class: 'button-row' },
      file,
      h('button', { type: 'button', id: 'file-button', 'data-testid': 'file-button', class: 'primary', onclick: () => file.click() }, t('check_file')),
      draw('rectangle', t('check_draw_rect')),
      draw('polygon', t('check_draw_poly')),
    );
  }

  private drawHint(): HTMLElement | null {
    if (!this.drawing) return null;
    return h(
      'p',
      { class: 'note', role: 'status' },
      t(this.drawing === 'rectangle' ? 'check_draw_rect_hint' : 'check_draw_poly_hint'),
      ' ',
      h('button', { type: 'button', class: 'small', onclick: this.options.cancelDraw }, t('check_draw_cancel')),
    );
  }

  private paste(): HTMLElement {
    const details = h(
      'details',
      { ontoggle: (e: Event) => (this.pasteOpen = (e.target as HTMLDetailsElement).open), 'data-testid': 'paste' },
      h('summary', {}, t('check_paste')),
      h('label', { for: 'paste-text', class: 'visually-hidden' }, t('check_paste_label')),
      this.text,
      h('button', {
        type: 'button', id: 'paste-run', 'data-testid': 'paste-run',
        onclick: () => {
          if (this.text.value.trim() === '') this.refuse('check_paste_empty');
          else this.start({ bytes: this.text.value, name: t('input_paste') });
        },
      }, t('check_paste_run')),
    );
    details.open = this.pasteOpen;
    return details;
  }

  /** For a case of then: the lines of a day instead of today's. */
  private dayField(): HTMLElement {
    const again = (day: string) => {
      this.asOf = asOfDay.value = day;
      if (this.last) this.start(this.last); // what is on screen must belong to the day shown
      else this.renderForm();
    };
    const input = h('input', {
      type: 'date', id: 'as-of', 'data-testid': 'as-of', max: '9999-12-31', 'aria-describedby': 'as-of-hint',
      onchange: (e: Event) => again((e.target as HTMLInputElement).value),
    });
    input.value = this.asOf;
    const details = h(
      'details',
      { 'data-testid': 'as-of-box', ontoggle: (e: Event) => (this.asOfOpen = (e.target as HTMLDetailsElement).open) },
      h('summary', {}, this.asOf ? t('as_of_set', { day: this.asOf }) : t('as_of_title')),
      h('div', { class: 'field' }, h('label', { for: 'as-of' }, t('as_of_day')), input,
        h('button', { type: 'button', id: 'as-of-clear', 'data-testid': 'as-of-clear', class: 'small', disabled: this.asOf === '', onclick: () => again('') }, t('as_of_clear'))),
      h('p', { class: 'muted hint', id: 'as-of-hint' }, t('as_of_hint')),
    );
    details.open = this.asOfOpen;
    return details;
  }

  private renderState(): void {
    const s = this.state;
    if (s.kind === 'running') {
      fill(
        this.stateBox,
        h('p', { class: 'note running', role: 'status', 'data-testid': 'check-running' }, t('check_running', { name: s.name })),
      );
    } else if (s.kind === 'failed') {
      const sentence = sentenceOf(s.error);
      const code = s.error instanceof ApiError ? s.error.code : '';
      const asked = this.last && asksForCrs(code, this.last.epsg) ? this.last : null;
      fill(
        this.stateBox,
        h(
          'div',
          { class: 'note error', role: 'alert', 'data-testid': 'check-error' },
          h('strong', {}, t(asked ? 'crs_asked' : 'check_failed')),
          h('p', { lang: sentence.lang }, sentence.text),
          asked ? crsQuestion('crs', code, asked.epsg, (epsg) => this.start({ ...asked, epsg })) : null,
          h('p', { class: 'muted' }, t('check_no_result'), code ? ` (${code})` : ''),
        ),
      );
    } else fill(this.stateBox);
  }
}

/** Said only of a text that was not read in full. */
function confidence(conf: string | undefined): HTMLElement | null {
  if (!conf || !/memory|first/i.test(conf)) return null;
  const key = /read/i.test(conf) ? 'conf_mixed' : 'conf_memory';
  return h('span', { class: 'conf conf_memory' }, ` ${t(key)}`);
}
