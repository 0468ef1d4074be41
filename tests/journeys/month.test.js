// A month of the coordinator: registered, given a period and experts, the schedule signed, the
// conclusion filled in on screen, the month closed with a register that the Centre confirms.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, pdfText, scan, sheetText } from './people.js';
import { Stack } from './stack.js';
import { addOrganisation, applies, coordinator, expert, inviteExpert, operator } from './steps.js';

const TOWN = 'Колпашевский район';
const HOUSE = 'Дом детского творчества';
const READY = 'Орлова Мария Ивановна';
const LATE = 'Лебедева Мария Ивановна';
const PERIOD = 'текущий месяц';
let stack, browser, centre, town, first, ready;

before(async () => {
  stack = await Stack.start('month');
  browser = await openBrowser();
  centre = await operator(browser, stack);
  town = await coordinator(browser, stack, centre, { town: TOWN, email: 'kolp@example.org', login: 'kolpcoord' });
  await addOrganisation(town, HOUSE, 'дополнительное');
  await inviteExpert(town, 'expert1@example.org');
  await inviteExpert(town, 'expert2@example.org');
  const asked = { town: TOWN, type: 'дополнительное', organisation: HOUSE, procedure: 'на общих основаниях' };
  [first, , ready] = await Promise.all([
    expert(browser, stack, { email: 'expert1@example.org', login: 'kolpexpert1', surname: 'Соколова', organisation: HOUSE }),
    expert(browser, stack, { email: 'expert2@example.org', login: 'kolpexpert2', surname: 'Кузнецова', organisation: HOUSE }),
    applies(browser, stack, { ...asked, login: 'ready1', surname: 'Орлова', email: 'orlova@example.org' }),
    applies(browser, stack, { ...asked, login: 'late1', surname: 'Лебедева', email: 'lebedeva@example.org' }),
    openPeriod(),
  ]);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

// The period of this month and the next.
async function openPeriod() {
  const today = new Date().toLocaleDateString('ru-RU', { timeZone: 'Asia/Tomsk' });
  const [month, year] = today.split('.').slice(1).map(Number);
  await centre.go('/operator/periods');
  await centre.type('Название', PERIOD);
  await centre.type('Начало', `01.${month}.${year}`);
  await centre.type('Окончание', new Date(Date.UTC(year, month + 1, 0)).toLocaleDateString('ru-RU', { timeZone: 'UTC' }));
  await centre.press('Создать');
  await centre.read(PERIOD);
}

test('two applications are registered at once', async () => {
  await town.go('/municipal');
  await town.follow('Работа с заявлениями');
  for (const name of [READY, LATE]) await town.row(name).getByRole('checkbox').check();
  await town.press('Зарегистрировать отмеченные');
  await town.read('Зарегистрировано: 2 из 2.');
  await stack.letter('lebedeva@example.org', 'зарегистрировано');
});

test('both get the period, and the experts that are proposed, row by row', async () => {
  for (const name of [READY, LATE]) {
    await town.go('/municipal/schedule');
    await town.follow(name);
    await town.choose('Аттестационный период', PERIOD);
    await town.press('Сохранить');
  }
  for (const name of [READY, LATE]) {
    await town.go('/municipal/schedule');
    await town.follow('Предложение специалистов');
    await town.choose('Период', PERIOD);
    await town.press('Показать');
    await town.row(name).getByRole('checkbox').check();
    await town.press('Принять отмеченные');
    await town.see('Результат назначения');
    await town.read('Назначено: 1 из 1.');
    await town.follow('Вернуться к предложению');
    await town.missing(name);
  }
  await town.read('Строк с пустыми местами в этом периоде нет.');
  for (const email of ['expert1@example.org', 'expert2@example.org']) {
    await stack.letter(email, 'вас назначили специалистом');
  }
});

test('the schedule is downloaded, signed, attached and so agreed', async () => {
  await town.go('/municipal/schedule');
  await town.read('предварительный');
  const paper = pdfText(await town.paper('Скачать график (PDF)'));
  const sheet = sheetText(await town.download('Скачать график (XLSX)'));
  for (const surname of ['Орлова', 'Лебедева', 'Соколова', 'Кузнецова']) {
    assert.match(paper, new RegExp(surname));
    assert.match(sheet, new RegExp(surname));
  }
  await town.attach('Скан подписанного графика', await scan(browser, stack.dir, 'график'));
  await town.press('Прикрепить подписанный график');
  await town.read('Подписанный график прикреплён: график согласован');
  await town.row(PERIOD).getByText('согласован', { exact: true }).waitFor();
  await centre.go('/operator/periods');
  await centre.follow(PERIOD);
  await centre.row(TOWN).getByText('согласован', { exact: true }).waitFor();
});

test('the expert fills the conclusion in on screen and the paper says it', async () => {
  await first.go('/expert');
  await first.read('Количество аттестуемых = 2');
  await first.follow(READY);
  await first.follow('Заполнить итоговое заключение');
  await first.see('Итоговое заключение');
  await first.press('Сформировать заключение');
  await first.read('Исправьте ошибки');
  const asked = first.page.getByRole('group').filter({ has: first.page.getByRole('radio') });
  const questions = await asked.count();
  assert.ok(questions > 1);
  for (let place = 0; place < questions; place += 1) await asked.nth(place).getByRole('radio').first().check();
  const words = first.page.getByLabel('Чем подтверждено, чего не хватает');
  for (let place = 0; place < await words.count(); place += 1) await words.nth(place).fill(`Подтверждение ${place + 1}`);
  await first.type('Рекомендации', 'Поделиться опытом с коллегами');
  await first.tick('Специалист 1');
  await first.tick('Специалист 2');
  await first.press('Сохранить черновик');
  await first.read('Черновик сохранён');
  assert.equal(await first.page.getByLabel('Рекомендации', { exact: true }).inputValue(), 'Поделиться опытом с коллегами');
  await first.tick('Специалист 1');
  await first.tick('Специалист 2');
  await first.press('Сформировать заключение');
  // The page asks for itself until the worker has printed.
  await first.page.getByText('Документ готовится…').waitFor({ state: 'detached', timeout: 90_000 });
  await stack.letter('orlova@example.org', 'получено итоговое заключение');
  await ready.go('/teacher/conclusion');
  await ready.read('Получено итоговое заключение');
  const text = pdfText(await ready.download('Скачать'));
  assert.match(text, /Орлов/);
  assert.match(text.replace(/\s+/g, ' '), /Подтверждение 1.*Поделиться опытом с коллегами/);
  await ready.attach('Скан подписанного заключения', await scan(browser, stack.dir, 'подписано'));
  await ready.press('Сохранить');
  await ready.read('Итоговое заключение отправлено');
});

test('the month says what is missing and with whom; all are reminded, once a day', async () => {
  await town.go('/municipal/conclusions');
  await town.follow('Закрытие месяца');
  await town.see('Закрытие месяца');
  await town.row(READY).getByText('у Вас').waitFor();
  await town.row(LATE).getByText(/у специалистов: .*Соколова/).waitFor();
  await town.press('Напомнить всем');
  await town.see('Результат напоминания');
  await town.read('Писем отправлено: 2.');
  for (const email of ['expert1@example.org', 'expert2@example.org']) await stack.letter(email, 'срок истекает');
  await town.go('/municipal/conclusions/month');
  await town.row(LATE).getByText('сегодня').waitFor();
  await town.press('Напомнить всем');
  await town.read('Писем отправлено: 0.');
});

test('what is signed is passed on and stands in a register the Centre confirms', async () => {
  await town.go('/municipal/conclusions');
  await town.press('Передать в Центр');
  await town.follow('Закрытие месяца');
  await town.missing(READY);
  await town.press('Сформировать реестр передачи');
  await town.see('Реестр передачи № 1');
  await town.row(READY).waitFor();
  await town.missing(LATE);
  const paper = pdfText(await town.paper('Скачать реестр (PDF)'));
  assert.match(paper, /Орлов/);
  assert.doesNotMatch(paper, /Лебедев/);
  assert.match(sheetText(await town.download('Скачать реестр (XLSX)')), new RegExp(READY));
  const register = new URL(town.page.url()).pathname;
  await centre.go('/operator');
  await centre.follow('Заключения');
  await centre.follow('Реестры передачи');
  await centre.row(TOWN).getByText('ждёт подтверждения').waitFor();
  await centre.follow('Реестр передачи № 1');
  await centre.row(READY).getByLabel('Получено Центром', { exact: true }).selectOption({ label: 'получено' });
  await centre.row(READY).getByLabel('Примечание', { exact: true }).fill('два экземпляра');
  await centre.press('Подтвердить получение');
  await centre.read('Получение подтверждено');
  await centre.row(READY).getByText('два экземпляра').waitFor();
  await town.go(register);
  await town.read('подтверждён');
  await town.row(READY).getByText('получено', { exact: true }).waitFor();
});

test('the log of the run has no error', () => stack.noErrors());
