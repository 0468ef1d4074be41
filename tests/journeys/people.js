// People at their browsers: each has a context of its own and acts by visible words only.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const PASSWORD = 'лесная тропа за рекой 48';

// What people type of themselves, by the label of the field: a canary of this kind.
const OWN = {
  Фамилия: 'surname',
  'Номер телефона (сотовый)': 'word',
  Рекомендации: 'word',
  'Имя пользователя': 'login',
  'Новое имя пользователя': 'login',
  'Введите логин': 'login',
  Пароль: 'secret',
  'Новый пароль': 'secret',
  'Подтверждение пароля': 'secret',
};

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

export class Person {
  static async open(browser, stack, name) {
    const person = new Person();
    person.stack = stack;
    person.name = name;
    person.context = await browser.newContext({ baseURL: stack.base, locale: 'ru-RU', acceptDownloads: true });
    person.page = await person.context.newPage();
    person.page.setDefaultTimeout(30_000);
    person.shots = 0;
    return person;
  }

  async go(path) {
    const answer = await this.page.goto(path);
    await this.#judge();
    return answer.status();
  }

  async see(heading) {
    await this.page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  }

  async read(words) {
    await this.page.getByText(words).first().waitFor();
  }

  async missing(words) {
    assert.equal(await this.page.getByText(words).count(), 0, `«${words}» is on the page of ${this.name}`);
  }

  async type(label, value) {
    if (label in OWN) this.stack.canaries[OWN[label]](value);
    await this.page.getByLabel(label, { exact: true }).first().fill(value);
  }

  async choose(label, option) {
    await this.page.getByLabel(label, { exact: true }).first().selectOption({ label: option });
  }

  async tick(label) {
    await this.page.getByLabel(label, { exact: true }).first().check();
  }

  async attach(label, files) {
    await this.page.getByLabel(label, { exact: true }).first().setInputFiles(files);
  }

  async press(button) {
    // The page before counts as loaded until the answer comes, and an upload puts its answer into
    // the same document: what is waited for is another body.
    await this.page.evaluate(() => document.body.setAttribute('data-pressed', ''));
    await this.page.getByRole('button', { name: button, exact: true }).first().click();
    // A piece of an upload that the browser lost is sent again after a minute (libs/ui/assets/upload.js).
    await this.page.locator('body[data-pressed]').waitFor({ state: 'detached', timeout: 90_000 });
    await this.page.waitForLoadState('networkidle');
    await this.#judge();
  }

  // Past the script, which would hold the second press back: the browser drops the answer to
  // the first one.
  async pressTwice(button) {
    await this.page.getByRole('button', { name: button, exact: true }).first().evaluate((pressed) => {
      pressed.form.submit();
      setTimeout(() => pressed.form.submit(), 20);
    });
  }

  async follow(link, within = this.page) {
    await within.getByRole('link', { name: link, exact: true }).first().click();
    await this.page.waitForLoadState('networkidle');
    await this.#judge();
  }

  async download(name, role = 'link') {
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.getByRole(role, { name, exact: true }).first().click(),
    ]);
    return download.path();
  }

  // A paper the worker makes: it comes at once, or by the link of a page that waits for it.
  async paper(name, role = 'link', label = 'Скачать (PDF)') {
    const coming = this.page.waitForEvent('download', { timeout: 60_000 });
    await this.page.getByRole(role, { name, exact: true }).first().click();
    const link = this.page.getByRole('link', { name: label, exact: true });
    const made = this.page.getByRole('heading', { level: 1, name: 'Документ готов', exact: true });
    const asked = made.waitFor({ timeout: 60_000 }).then(() => null);
    if (!(await Promise.race([coming, asked]))) await link.click();
    return (await coming).path();
  }

  // The row of a table that says this.
  row(words) {
    return this.page.getByRole('row').filter({ hasText: words });
  }

  // No page has an accessibility fault of the kinds axe is sure of; a picture of each is
  // kept where ATTEST_SHOTS says.
  async #judge() {
    await this.#keepCookies();
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() =>
      globalThis.axe.run(document, {
        resultTypes: ['violations'],
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'],
        // «Документ готовится…» asks for itself again: there is no other way without JavaScript.
        rules: { 'meta-refresh': { enabled: false } },
      }));
    assert.deepEqual(
      violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(' | ').slice(0, 300)}`),
      [],
      `${this.page.url()} as ${this.name}`,
    );
    if (process.env.ATTEST_SHOTS) {
      mkdirSync(process.env.ATTEST_SHOTS, { recursive: true });
      this.shots += 1;
      const number = String(this.shots).padStart(3, '0');
      await this.page.screenshot({ path: join(process.env.ATTEST_SHOTS, `${this.name}-${number}.png`), fullPage: true });
    }
  }

  // Whoever has one of its cookies is taken for this person: none is told to anybody.
  async #keepCookies() {
    for (const { value } of await this.context.cookies()) {
      for (const part of value.split('.').filter((part) => part.length > 20)) this.stack.canaries.secret(part);
    }
  }

  async register(login) {
    await this.type('Имя пользователя', login);
    await this.type('Пароль', PASSWORD);
    await this.type('Подтверждение пароля', PASSWORD);
    await this.press('Зарегистрироваться');
  }

  async signIn(login, password = PASSWORD) {
    await this.go('/login');
    await this.type('Имя пользователя', login);
    await this.type('Пароль', password);
    await this.press('Войти');
  }

  async consent() {
    await this.see('Согласие на обработку персональных данных');
    await this.tick('Я даю согласие на обработку моих персональных данных');
    await this.press('Продолжить');
  }

  async profile({ surname, name, patronymic, email, phone, ...rest }) {
    await this.see('Личный кабинет');
    await this.type('Фамилия', surname);
    await this.type('Имя', name);
    await this.type('Отчество', patronymic);
    if (email) await this.type('Адрес электронной почты', email);
    await this.type('Номер телефона (сотовый)', phone);
    if (rest.municipality) {
      await this.choose('Муниципалитет, в котором находится образовательная организация', rest.municipality);
      await this.choose('Тип образовательной организации', rest.type);
      await this.page.getByRole('button', { name: 'Показать организации', exact: true }).click();
      await this.page.waitForLoadState('networkidle');
    }
    if (rest.organisation) await this.choose('Место работы (образовательная организация)', rest.organisation);
    if (rest.position) await this.choose('Должность', rest.position);
    await this.press('Сохранить');
  }
}

// A scan as a person would upload it: a real one-page PDF, made once with Chromium.
export async function scan(browser, dir, title) {
  const page = await browser.newPage();
  await page.setContent(`<h1>${title}</h1><p>Подпись: ________</p>`);
  const path = join(dir, `${title}.pdf`);
  writeFileSync(path, await page.pdf());
  await page.close();
  return path;
}

// The members of an archive: name and bytes.
export function* members(path) {
  const file = readFileSync(path);
  let at = file.readUInt32LE(file.lastIndexOf('PK\x05\x06', undefined, 'latin1') + 16);
  while (file.readUInt32LE(at) === 0x02014b50) {
    const [named, extra, noted] = [28, 30, 32].map((place) => file.readUInt16LE(at + place));
    const name = file.toString('utf8', at + 46, at + 46 + named);
    const local = file.readUInt32LE(at + 42);
    const begins = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const packed = file.subarray(begins, begins + file.readUInt32LE(at + 20));
    yield [name, file.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed];
    at += 46 + named + extra + noted;
  }
}

// The words of a workbook, sheet by sheet: what the parts of the archive say.
export function sheetText(path) {
  const words = [];
  for (const [name, part] of members(path)) {
    if (/^xl\/(sharedStrings|worksheets\/)/.test(name)) {
      words.push(...(part.toString('utf8').match(/(?<=<t[^>]*>)[^<]+/g) ?? []));
    }
  }
  return words.join('\n').replaceAll('&amp;', '&').replaceAll('&quot;', '"');
}

export function pdfText(path) {
  return execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }).replaceAll('\u00ad', '').replaceAll('\u00a0', ' ');
}
