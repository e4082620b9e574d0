/** The login: a form over the page, which stays as it is below. */

import { me, setMe } from '../access';
import { login } from '../api-access';
import { fill, h } from '../dom';
import { onLang, t } from '../i18n';
import { sentenceOf } from '../sentence';

export class LoginDialog {
  private readonly el = h('dialog', { class: 'login', 'data-testid': 'login' });
  private name = '';
  private password = '';
  private busy = false;
  private failed: { text: string; lang: string } | null = null;
  private asked: Promise<boolean> | null = null;
  private end: (done: boolean) => void = () => undefined;

  constructor() {
    onLang(() => this.el.open && this.render());
    // Escape is "not now"
    this.el.addEventListener('close', () => this.close(false));
  }

  /** Resolves once somebody is logged in (true), or does not want to be. All who ask meanwhile wait for the same answer. */
  ask(): Promise<boolean> {
    this.asked ??= new Promise<boolean>((resolve) => {
      this.end = resolve;
      this.failed = null;
      this.password = '';
      this.name ||= me()?.person?.name ?? '';
      this.render();
      document.body.append(this.el);
      this.el.showModal();
      this.el.querySelector<HTMLInputElement>(this.name ? '#login-password' : '#login-name')?.focus();
    });
    return this.asked;
  }

  private close(done: boolean): void {
    if (!this.asked) return;
    this.asked = null;
    this.password = '';
    if (this.el.open) this.el.close();
    this.el.remove();
    this.end(done);
  }

  private async run(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.failed = null;
    this.render();
    try {
      setMe(await login(this.name.trim(), this.password));
      this.busy = false;
      this.close(true);
    } catch (error) {
      this.busy = false;
      this.failed = sentenceOf(error);
      this.password = '';
      this.render();
      this.el.querySelector<HTMLInputElement>('#login-password')?.focus();
    }
  }

  private render(): void {
    const field = (id: string, label: string, type: string, value: string, complete: string, set: (v: string) => void) => {
      const input = h('input', {
        type, id, required: true, autocomplete: complete, 'data-testid': id, oninput: (e: Event) => set((e.target as HTMLInputElement).value),
      });
      input.value = value;
      return h('div', { class: 'field' }, h('label', { for: id }, label), input);
    };
    fill(
      this.el,
      h('form', { onsubmit: (e: Event) => { e.preventDefault(); void this.run(); } },
        h('h2', {}, t('login_title')),
        h('p', { class: 'muted' }, t(me()?.person ? 'login_again' : 'login_why')),
        field('login-name', t('login_name'), 'text', this.name, 'username', (v) => (this.name = v)),
        field('login-password', t('login_password'), 'password', this.password, 'current-password', (v) => (this.password = v)),
        this.failed ? h('p', { class: 'note error', role: 'alert', lang: this.failed.lang, 'data-testid': 'login-failed' }, this.failed.text) : null,
        h('div', { class: 'button-row' },
          h('button', { type: 'submit', class: 'primary', disabled: this.busy, 'data-testid': 'login-run' }, t(this.busy ? 'login_running' : 'login_run')),
          h('button', { type: 'button', 'data-testid': 'login-cancel', onclick: () => this.close(false) }, t('login_cancel')))),
    );
  }
}
