// Documents looked at beside the form they are judged in: by keyboard, turned and enlarged, with what is
// typed kept; on a phone; and by plain links without a script.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, Person } from './people.js';
import { Stack } from './stack.js';

const SEEDED = 'кедровый бор у реки';
// The worker draws all documents of the demonstration first.
const DRAWN = 120_000;
const FORM = '/teacher/application/documents';

const sheet = (number, words) => `${number} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents ${number + 10} 0 R`
  + `/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n`
  + `${number + 10} 0 obj<</Length ${words.length + 33}>>stream\nBT /F 60 Tf 90 600 Td (${words}) Tj ET\nendstream endobj\n`;
const SHEETS = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n'
  + '2 0 obj<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3>>endobj\n'
  + sheet(3, 'One') + sheet(4, 'Two') + sheet(5, 'Three')
  + 'trailer<</Root 1 0 R>>\n%%EOF\n', 'latin1');

let stack, browser, teacher;

before(async () => {
  stack = await Stack.start('viewer', { seeded: true });
  browser = await openBrowser();
  teacher = await Person.open(browser, stack, 'viewer-teacher');
  await teacher.page.setViewportSize({ width: 1600, height: 1000 });
  await teacher.signIn('tomskteacher2', SEEDED);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

const picture = (page, number, pages = 3) => page.getByRole('img', { name: `Итоги.pdf, страница ${number} из ${pages}`, exact: true });
const style = (page, name) => page.locator('.app-viewer__sheet img').evaluate((image, of) => image.style[of], name);
const width = (page) => page.locator('.app-viewer__sheet').evaluate((sheet) => sheet.getBoundingClientRect().width);

test('a teacher looks at a document by keyboard and loses nothing that is typed', async () => {
  const { page } = teacher;
  await teacher.go(FORM);
  await teacher.attach('Выбрать файлы', { name: 'Итоги.pdf', mimeType: 'application/pdf', buffer: SHEETS });
  await teacher.choose('Вид документа', 'таблицы с результатами профессиональной деятельности');
  await page.getByLabel('Критерий', { exact: true }).first().selectOption({ index: 2 });
  await teacher.press('Сохранить');
  await teacher.read('Документы прикреплены');
  const before = page.url();
  await teacher.type('Описание', 'Набрано и не отправлено');
  await page.locator('tr', { hasText: 'Итоги.pdf' }).getByRole('link', { name: 'Посмотреть' }).click();
  await picture(page, 1).waitFor({ timeout: DRAWN });
  for (const [key, number] of [['ArrowRight', 2], ['PageDown', 3], ['ArrowRight', 3], ['ArrowLeft', 2], ['PageUp', 1], ['ArrowRight', 2]]) {
    await page.keyboard.press(key);
    await picture(page, number).waitFor();
  }
  await page.waitForFunction(() => document.querySelector('.app-viewer__sheet img').complete);
  const whole = await width(page);
  await page.keyboard.press('+');
  assert.ok(await width(page) > whole, 'enlarged');
  await page.keyboard.press('0');
  assert.equal(await width(page), whole);
  await page.keyboard.press('r');
  assert.match(await style(page, 'transform'), /rotate\(90deg\)/);
  await page.getByRole('button', { name: 'Повернуть' }).click();
  assert.match(await style(page, 'transform'), /rotate\(180deg\)/);
  assert.equal(page.url(), before);
  assert.equal(await page.getByLabel('Описание', { exact: true }).first().inputValue(), 'Набрано и не отправлено');
  // Beside the form: both are in sight at once.
  const [form, viewer] = await Promise.all(['form[enctype]', '#viewer'].map((place) => page.locator(place).first().boundingBox()));
  assert.ok(viewer.x >= form.x + form.width, 'beside');
  await shot(page, 'viewer-wide');
});

test('on a phone the viewer lies below and the page is no wider than the screen', async () => {
  const { page } = teacher;
  await page.setViewportSize({ width: 390, height: 844 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} px`);
  const content = await page.locator('.app-beside > div').boundingBox();
  const viewer = await page.locator('#viewer').boundingBox();
  assert.ok(viewer.y >= content.y + content.height);
  await shot(page, 'viewer-phone');
  await page.setViewportSize({ width: 1600, height: 1000 });
});

test('who rejects reads the documents while the reasons are ticked', async () => {
  const coordinator = await Person.open(browser, stack, 'viewer-coordinator');
  await coordinator.page.setViewportSize({ width: 1600, height: 1000 });
  await coordinator.signIn('tomskcoordinator', SEEDED);
  await coordinator.go('/municipal/applications');
  await coordinator.page.locator('tbody a[href^="/municipal/applications/"]').first().click();
  await coordinator.page.waitForURL(/applications\/[0-9a-f-]{36}/);
  await coordinator.page.getByRole('link', { name: 'Посмотреть' }).first().click();
  await coordinator.page.locator('.app-viewer__sheet img').waitFor({ timeout: DRAWN });
  await shot(coordinator.page, 'viewer-registrar');
  await coordinator.follow('Отклонить');
  await coordinator.type('Комментарий', 'Нет второй страницы');
  await coordinator.page.locator('.app-viewer__list a').last().click();
  await coordinator.page.locator('.app-viewer__sheet img').waitFor({ timeout: DRAWN });
  assert.equal(await coordinator.page.getByLabel('Комментарий', { exact: true }).inputValue(), 'Нет второй страницы');
  await coordinator.context.close();
});

test('an expert has the documents of a criterion beside its marks', async () => {
  const expert = await Person.open(browser, stack, 'viewer-expert');
  await expert.page.setViewportSize({ width: 1600, height: 1000 });
  await expert.signIn('tomskexpert1', SEEDED);
  await expert.go('/expert');
  const paths = await expert.page.locator('a[href^="/expert/applications/"]').evaluateAll((links) =>
    [...new Set(links.map((link) => link.getAttribute('href').split('/').slice(0, 4).join('/')))]);
  let opened = false;
  for (const path of paths) {
    await expert.go(`${path}/conclusion`);
    const proof = expert.page.locator('form a[href*="document="]').first();
    if (await proof.count() === 0) continue;
    const words = expert.page.locator('form textarea').first();
    await words.fill('Подтверждено');
    await proof.click();
    await expert.page.locator('.app-viewer__sheet img').waitFor({ timeout: DRAWN });
    assert.equal(await words.inputValue(), 'Подтверждено');
    await shot(expert.page, 'viewer-expert');
    opened = true;
    break;
  }
  assert.ok(opened, 'no conclusion to fill in with documents');
  await expert.context.close();
});

test('without a script plain links lead from page to page', async () => {
  const context = await browser.newContext({ baseURL: stack.base, locale: 'ru-RU', javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/login');
  await page.getByLabel('Имя пользователя', { exact: true }).fill('tomskteacher2');
  await page.getByLabel('Пароль', { exact: true }).fill(SEEDED);
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await page.goto(FORM);
  await page.locator('tr', { hasText: 'Итоги.pdf' }).getByRole('link', { name: 'Посмотреть' }).click();
  await picture(page, 1).waitFor({ timeout: DRAWN });
  await page.getByRole('link', { name: 'Вперёд →' }).click();
  await picture(page, 2).waitFor();
  assert.match(page.url(), /page=2/);
  await page.getByRole('link', { name: '← Назад' }).click();
  await picture(page, 1).waitFor({ timeout: DRAWN });
  await context.close();
});

async function shot(page, name) {
  if (!process.env.ATTEST_SHOTS) return;
  await page.screenshot({ path: `${process.env.ATTEST_SHOTS}/${name}.png` });
}
