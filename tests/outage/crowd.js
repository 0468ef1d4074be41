// The people of a run: teachers who register and apply one after another, a coordinator who looks.
// Whoever is told that something failed looks again and goes on, as people do; what a page confirmed
// is written down.
import { createHash } from 'node:crypto';
import { pause } from '../journeys/stack.js';
import { Scan, Unexpected, Visitor } from './visitor.js';

const PASSWORD = 'лесная тропа за рекой 48';
const SCHOOL = 'Школа у реки';
const THINKS = 40;

export class Crowd {
  // What a page confirmed: who registered, whose document and whose signed paper lie with which digest.
  confirmed = { registered: [], documents: new Map(), submitted: new Map() };
  answers = [];
  surprises = [];
  #open = true;
  #number = 0;
  #loops = [];

  constructor(region) {
    this.region = region;
  }

  visitor() {
    return new Visitor(this.region.base, (answer) => this.answers.push({ ...answer, at: performance.now() }));
  }

  // A municipality with its coordinator and a school; then everybody begins.
  async begin(teachers) {
    const said = this.region.ctl(['municipality', 'add', 'outage', '--name', 'Речной район', '--coordinator-email', 'coordinator@outage.example']);
    const coordinator = new Coordinator(this);
    await coordinator.arrive(new URL(said.trim().split('\n').at(-1).match(/http\S+/)[0]).pathname);
    this.#loops = [this.#again(() => coordinator.look())];
    for (let one = 0; one < teachers; one += 1) {
      this.#loops.push(this.#again(() => new Teacher(this, (this.#number += 1)).apply()));
    }
  }

  async #again(act) {
    while (this.#open) await act();
  }

  get open() {
    return this.#open;
  }

  // Somebody who begins now has applied: everything works.
  async someoneNew() {
    const teacher = new Teacher(this, (this.#number += 1));
    await teacher.apply();
    if (!this.confirmed.submitted.has(teacher.login)) throw new Error('the crowd went home');
  }

  async end() {
    this.#open = false;
    await Promise.all(this.#loops);
  }

  // What was confirmed and is not there, or is there twice.
  lost() {
    const rows = (query) => this.region.sql(query).split('\n').filter(Boolean);
    const { registered, documents, submitted } = this.confirmed;
    // What was confirmed by now; more comes while this is looked at.
    const [logins, papers, scans] = [[...registered], [...documents], [...submitted]];
    const accounts = new Set(rows('SELECT login FROM app.account'));
    const files = rows(`SELECT a.login, t.kind = 'scan', encode(f.sha256, 'hex') FROM app.attachment t
      JOIN app.file f ON f.tenant_id = t.tenant_id AND f.id = t.file_id
      JOIN app.application p ON p.tenant_id = t.tenant_id AND p.id = t.application_id
      JOIN app.account a ON a.id = p.account_id`);
    const reviewed = new Set(rows(`SELECT a.login FROM app.application p JOIN app.account a ON a.id = p.account_id WHERE p.status = 'under_review'`));
    const count = (login, scan, digest) => files.filter((file) => file === `${login}|${scan}|${digest}`).length;
    return [
      ...logins.filter((login) => !accounts.has(login)).map((login) => `${login} is not registered`),
      ...papers.filter(([login, digest]) => count(login, 'f', digest) !== 1).map(([login]) => `${login}'s document`),
      ...scans.filter(([login]) => !reviewed.has(login)).map(([login]) => `${login} has not submitted`),
      ...scans.filter(([login, digest]) => count(login, 't', digest) !== 1).map(([login]) => `${login}'s signed paper`),
    ];
  }
}

// Somebody with an account.
class Somebody {
  constructor(crowd, login) {
    Object.assign(this, { crowd, login, visitor: crowd.visitor() });
  }

  // A page, signed in for it if need be.
  async open(path) {
    await pause(THINKS);
    let page = await this.visitor.go(path);
    if (page.path.startsWith('/login')) {
      await this.visitor.press(page, 'Войти', { 'Имя пользователя': this.login, Пароль: PASSWORD });
      page = await this.visitor.go(path);
    }
    if (page.status !== 200) throw new Unexpected('not the page', page);
    return page;
  }

  // Presses and is told that it is done.
  async sure(page, button, typed, way) {
    await pause(THINKS);
    const answer = await this.visitor.send(page, button, typed, way);
    if (answer.status !== 303 || answer.location.startsWith('/login')) throw new Unexpected(`«${button}» is not done`, answer);
    return answer;
  }

  // Does it, again and again while it fails.
  async until(act) {
    while (this.crowd.open) {
      try {
        return await act.call(this);
      } catch (error) {
        this.crowd.surprises.push({ at: performance.now(), what: error.message });
        await pause(300);
      }
    }
    return undefined;
  }

  async register(page) {
    const answer = await this.visitor.send(page, 'Зарегистрироваться', {
      'Имя пользователя': this.login, Пароль: PASSWORD, 'Подтверждение пароля': PASSWORD,
    });
    // It was done before, and the answer was lost.
    if (answer.status === 422 && this.asked) return;
    this.asked = true;
    if (answer.status !== 303) throw new Unexpected('not registered', answer);
    this.crowd.confirmed.registered.push(this.login);
  }

  // Consent and profile, as far as they are missing; leads to the cabinet.
  async settle(profile, place = {}) {
    let page = await this.open('/cabinet');
    if (page.path.startsWith('/consent')) {
      page = await this.visitor.press(page, 'Продолжить', { 'Я даю согласие на обработку моих персональных данных': true });
    }
    if (!page.path.startsWith('/profile')) return;
    if (page.has('Показать организации')) page = await this.visitor.press(page, 'Показать организации', profile);
    await this.sure(page, 'Сохранить', page.has('Показать организации') ? place : profile);
  }
}

class Coordinator extends Somebody {
  constructor(crowd) {
    super(crowd, 'coordinator');
  }

  async arrive(invitation) {
    await this.register(await this.visitor.go(invitation));
    await this.settle({
      Фамилия: 'Белова', Имя: 'Ирина', Отчество: 'Андреевна',
      'Адрес электронной почты': 'coordinator@outage.example', 'Номер телефона (сотовый)': '+7 38241 2-20-30',
    });
    const form = await this.open((await this.open('/municipal/organisations')).link('Добавить организацию'));
    await this.sure(form, 'Сохранить', { Название: SCHOOL, 'Тип образовательной организации': 'общее' });
  }

  // The home page, the list, one of its applications.
  look() {
    return this.until(async () => {
      await this.open('/municipal');
      const list = await this.open('/municipal/applications');
      const one = list.html.match(/\/municipal\/applications\/[0-9a-f-]{36}/)?.[0];
      if (one) await this.open(one);
    });
  }
}

class Teacher extends Somebody {
  constructor(crowd, number) {
    super(crowd, `teacher${number}`);
    this.number = number;
    [this.document, this.scan] = ['документ', 'заявление'].map((name) => paper(`${name}-${number}.pdf`));
  }

  async apply() {
    for (const act of [this.registers, this.settles, this.fillsCard, this.forms, this.attaches, this.submits]) {
      await this.until(act);
    }
    this.visitor.close();
  }

  async registers() {
    const page = await this.visitor.go('/register');
    // Signed in: it was done, and the answer was lost.
    if (page.path !== '/register') return;
    if (page.status !== 200) throw new Unexpected('not the page', page);
    await this.register(page);
  }

  settles() {
    return this.settle({
      Фамилия: 'Соколова', Имя: 'Мария', Отчество: 'Ивановна',
      'Адрес электронной почты': `${this.login}@outage.example`, 'Номер телефона (сотовый)': '+7 913 111-22-33',
      'Муниципалитет, в котором находится образовательная организация': 'Речной район', 'Тип образовательной организации': 'общее',
    }, { 'Место работы (образовательная организация)': SCHOOL, Должность: 'учитель' });
  }

  async fillsCard() {
    const years = Object.fromEntries(['Общий стаж', 'Педагогический стаж', 'Стаж в должности'].map((label) => [label, '20']));
    await this.sure(await this.open('/teacher/card'), 'Сохранить', { 'Возраст (полных лет)': '45', ...years });
  }

  async forms() {
    const page = await this.open('/teacher/application/form');
    if (!page.has('Сформировать')) return;
    await this.sure(page, 'Сформировать', {
      'Квалификационная категория': 'первая', 'Порядок прохождения': 'на общих основаниях', 'Форма аттестации': 'очная',
      'без моего присутствия': true,
    });
  }

  async attaches() {
    const page = await this.open('/teacher/application/documents');
    if (page.says(this.document.name)) return;
    await this.sure(page, 'Сохранить', { 'Выбрать файлы': this.document, 'Вид документа': 'результаты мониторинга', Описание: 'за три года' });
    this.crowd.confirmed.documents.set(this.login, digest(this.document));
  }

  async submits() {
    const page = await this.open('/teacher/application/submit');
    if (!page.has('Подать заявление') && (await this.open('/teacher')).says('находится на рассмотрении')) return;
    // Every second one has a slow line, so that there is always something under way.
    await this.sure(page, 'Подать заявление', { 'Скан подписанного заявления': this.scan }, { slow: this.number % 2 ? 0 : 1200 });
    this.crowd.confirmed.submitted.set(this.login, digest(this.scan));
  }
}

const digest = (file) => createHash('sha256').update(file.bytes).digest('hex');

// A page of a PDF, no two alike.
function paper(name) {
  const bytes = [Buffer.from(`%PDF-1.4\n% ${name}\n`)];
  const at = [];
  const length = () => bytes.reduce((sum, part) => sum + part.length, 0);
  const objects = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>', '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>'];
  for (const [number, object] of objects.entries()) {
    at.push(length());
    bytes.push(Buffer.from(`${number + 1} 0 obj\n${object}\nendobj\n`));
  }
  const table = length();
  const rows = at.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  bytes.push(Buffer.from(`xref\n0 4\n0000000000 65535 f \n${rows}trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`));
  return new Scan(name, Buffer.concat(bytes));
}
