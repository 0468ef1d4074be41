// Documents over a bad line: dropped on the field, sent piece by piece, on after a cut and after a
// reload, sent with their form; and the form without a script.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Line } from './line.js';
import { openBrowser, Person, scan } from './people.js';
import { Stack } from './stack.js';

const SEEDED = 'кедровый бор у реки';
const PAGE = '/teacher/application/documents';
const MEBIBYTE = 1024 * 1024;
let stack, browser, line, teacher, login;

before(async () => {
  stack = await Stack.start('upload', { seeded: true });
  browser = await openBrowser();
  login = stack.sql(`SELECT a.login FROM app.application p JOIN app.account a ON a.id = p.account_id
    WHERE p.status = 'formed' ORDER BY a.id LIMIT 1`);
  line = await Line.to(stack.port, 1.5 * MEBIBYTE);
  teacher = await Person.open(browser, { ...stack, base: `http://localhost:${line.port}` }, 'teacher');
  await teacher.signIn(login, SEEDED);
});

after(async () => {
  await browser?.close();
  line?.close();
  await stack?.stop();
});

function document(name, bytes) {
  const path = join(stack.dir, name);
  writeFileSync(path, Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(bytes, '% диплом\n')]));
  return path;
}

const row = (name) => teacher.page.getByRole('listitem').filter({ hasText: name });
const sent = (name) => row(name).getByText('Загружен', { exact: true }).waitFor();

const attached = (name) => teacher.page.getByRole('row').filter({ hasText: name }).waitFor();

// Until some of a file has come.
const underWay = (name) => row(name).getByText(/Загружено [1-9]\d? %/).waitFor();

test('two files are dropped on the field; the line is cut, said so, and they go on', async () => {
  await teacher.go(PAGE);
  const dropped = await teacher.page.evaluateHandle(() => {
    const files = new DataTransfer();
    for (const name of ['первый.pdf', 'второй.pdf']) {
      const bytes = new TextEncoder().encode(`%PDF-1.7\n${'% диплом\n'.repeat(400_000)}`);
      files.items.add(new File([bytes], name, { type: 'application/pdf' }));
    }
    return files;
  });
  const field = teacher.page.getByLabel('Выбрать файлы', { exact: true });
  for (const event of ['dragenter', 'dragover', 'drop']) await field.dispatchEvent(event, { dataTransfer: dropped });
  await underWay('первый.pdf');
  line.cut();
  await row('первый.pdf').getByText('Связь прервалась, продолжаем…').waitFor();
  line.mend();
  await sent('первый.pdf');
  await sent('второй.pdf');
  await teacher.choose('Вид документа', 'таблицы с результатами профессиональной деятельности');
  await teacher.press('Сохранить');
  await teacher.read('Документы прикреплены');
  await attached('первый.pdf');
  await attached('второй.pdf');
});

test('after a reload a file goes on where it was; the form waits for it', async () => {
  await teacher.attach('Выбрать файлы', document('большой.pdf', 6 * MEBIBYTE));
  await underWay('большой.pdf');
  const before = line.sent;
  await teacher.page.reload();
  await row('большой.pdf').waitFor();
  // What came is not sent again.
  const came = Number(stack.sql("SELECT received FROM app.upload WHERE name = 'большой.pdf'"));
  assert.ok(came > 0);
  await teacher.choose('Вид документа', 'таблицы с результатами профессиональной деятельности');
  await teacher.press('Сохранить');
  await attached('большой.pdf');
  assert.ok(line.sent - before < 12 * MEBIBYTE, 'the file was sent anew');
  assert.equal(stack.sql("SELECT count(*) FROM app.upload WHERE name = 'большой.pdf'"), '1');
});

test('a file that nobody may bring is refused before it is sent, and can be put away by the keyboard', async () => {
  const path = join(stack.dir, 'заявление.docx.exe');
  writeFileSync(path, 'MZ');
  await teacher.attach('Выбрать файлы', path);
  await row('заявление.docx.exe').getByText('Принимаются файлы PDF').waitFor();
  await row('заявление.docx.exe').getByRole('button').press('Enter');
  await row('заявление.docx.exe').waitFor({ state: 'detached' });
});

test('a fault of the form loses nothing that was sent', async () => {
  await teacher.go(PAGE);
  await teacher.attach('Выбрать файлы', document('справка.pdf', 300_000));
  await teacher.press('Сохранить');
  await teacher.read('Выберите вид документа');
  await sent('справка.pdf');
  await teacher.choose('Вид документа', 'таблицы с результатами профессиональной деятельности');
  await teacher.press('Сохранить');
  await attached('справка.pdf');
  assert.equal(await row('справка.pdf').getByRole('progressbar').count(), 0);
});

test('on a phone the page is no wider than its screen', async () => {
  await teacher.page.setViewportSize({ width: 360, height: 740 });
  await teacher.attach('Выбрать файлы', document('очень длинное имя документа о результатах работы за пять лет.pdf', 4 * MEBIBYTE));
  await row('очень длинное имя').waitFor();
  const wider = await teacher.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wider <= 0, `wider by ${wider}`);
  await row('очень длинное имя').getByRole('button').click();
  await teacher.page.setViewportSize({ width: 1280, height: 720 });
});

test('without a script the form sends its files itself', async () => {
  const context = await browser.newContext({ baseURL: stack.base, locale: 'ru-RU', javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/login');
  await page.getByLabel('Имя пользователя').fill(login);
  await page.getByLabel('Пароль', { exact: true }).fill(SEEDED);
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await page.waitForURL(/\/teacher/);
  await page.goto(PAGE);
  await page.getByLabel('Выбрать файлы').setInputFiles(await scan(browser, stack.dir, 'грамота'));
  await page.getByLabel('Вид документа').selectOption({ label: 'таблицы с результатами профессиональной деятельности' });
  await page.getByRole('button', { name: 'Сохранить', exact: true }).click();
  await page.getByRole('row').filter({ hasText: 'грамота.pdf' }).waitFor();
  await context.close();
});
