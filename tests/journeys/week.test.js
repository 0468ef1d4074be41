// A week of the operator in the demonstration region: the queue, the gaps, the approved period and
// what is published of it, papers, the journal, an order.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, pdfText, Person, scan, sheetText } from './people.js';
import { Stack } from './stack.js';

const SEEDED = 'кедровый бор у реки';
const TODAY = new Date().toLocaleDateString('ru-RU', { timeZone: 'Asia/Tomsk' });
const TOWN = 'Город Томск';
// What the registrations of the week are known by: [name, number], in the journal's order.
let registered;
let stack, browser, centre, period, gap;

before(async () => {
  stack = await Stack.start('week', { seeded: true });
  browser = await openBrowser();
  centre = await Person.open(browser, stack, 'operator');
  await centre.signIn('operator', SEEDED);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

// The words of a table's cells, a row each.
async function cells(someone) {
  return someone.page.locator('tbody tr').evaluateAll((rows) =>
    rows.map((row) => [...row.cells].map((cell) => cell.textContent.replace(/\s+/g, ' ').trim())));
}

function inOrder(text, words) {
  const flat = text.replace(/\s+/g, ' ');
  let from = 0;
  for (const word of words) {
    const at = flat.indexOf(word, from);
    assert.ok(at >= 0, `«${word}» is not in its place of: ${flat.slice(0, 3000)}`);
    from = at;
  }
}

test('twenty of the queue are looked over and registered at once', async () => {
  await centre.go('/operator');
  await centre.follow('Очередь');
  await centre.see('Очередь');
  await centre.read('упрощенная форма — 20');
  await centre.press('Проверить все по фильтру');
  await centre.see('Проверка перед регистрацией');
  await centre.read('20 можно, 0 нельзя.');
  await centre.follow('Вернуться в очередь');
  await centre.page.locator('thead').getByRole('checkbox').check();
  assert.equal(await centre.page.locator('tbody').getByRole('checkbox', { checked: true }).count(), 20);
  await centre.press('Зарегистрировать отмеченные');
  await centre.see('Результат регистрации');
  await centre.read('Зарегистрировано: 20 из 20.');
  const answers = await cells(centre);
  registered = answers
    .map(([name, answer]) => [name, Number(answer.match(/№ (\d+) от/)[1])])
    .sort(([, one], [, other]) => one - other);
  assert.equal(new Set(registered.map(([, number]) => number)).size, 20);
  await centre.follow('Вернуться в очередь');
  await centre.read('упрощенная форма — 0');
  const teacher = await Person.open(browser, stack, 'registered');
  await teacher.signIn('tomskteacher7', SEEDED);
  await teacher.go('/teacher');
  await teacher.read(/зарегистрировано\. № \d+ от /);
  await teacher.context.close();
});

test('the place a municipality left empty is filled from the proposal', async () => {
  await centre.follow('График');
  await centre.see('График');
  const gaps = centre.page.getByRole('table', { name: 'Назначить специалистов' });
  assert.equal(await gaps.locator('tbody tr').count(), 1);
  gap = await gaps.locator('tbody a').first().textContent();
  period = (await gaps.locator('tbody td').nth(4).textContent()).replace('период выбран', '').trim();
  await centre.follow('Предложение специалистов');
  await centre.read('Выберите период');
  await centre.choose('Период', period);
  await centre.choose('Муниципалитет', TOWN);
  await centre.press('Показать');
  await centre.row(gap).getByRole('checkbox').check();
  await centre.press('Принять отмеченные');
  await centre.see('Результат назначения');
  await centre.read('Назначено: 1 из 1.');
  await centre.follow('Вернуться к предложению');
  await centre.missing(gap);
  await centre.go('/operator/schedule');
  await centre.read('Пустых мест, которые ждут оператора, нет.');
});

test('the period is approved, and published without the name of a teacher', async () => {
  await centre.follow('Периоды');
  await centre.follow('Утвердить график', centre.row(period));
  await centre.see('Утверждение графика');
  await centre.read(/^Можно утвердить строк: [1-9]/);
  await centre.type('Номер распоряжения', '201');
  await centre.type('Дата распоряжения', TODAY);
  await centre.press('Утвердить');
  await centre.see('График утверждён');
  await centre.read('Опубликована версия графика № 1.');
  await centre.follow('Версии графика');
  await centre.see(period);
  const anyone = await Person.open(browser, stack, 'anyone');
  await anyone.go('/');
  await anyone.follow('Графики аттестации');
  await anyone.choose('Период', period);
  await anyone.choose('Муниципалитет', TOWN);
  await anyone.press('Показать');
  await anyone.see('Графики аттестации');
  await anyone.read(new RegExp(`Аттестационный период: ${period}, распоряжение от .* № 201`));
  const rows = await cells(anyone);
  assert.ok(rows.length > 0);
  const experts = rows.map((row) => row.at(-1)).join(' ');
  assert.match(experts, /методист/);
  await anyone.missing(gap);
  await anyone.context.close();
});

test('what was registered is printed in the journal order', async () => {
  await centre.follow('Печать');
  await centre.see('Печать заявлений');
  await centre.type('Период с', TODAY);
  await centre.press('Показать');
  const [first, second, third] = [registered[2], registered[7], registered[19]].map(([name]) => name);
  for (const name of [third, first, second]) await centre.row(name).getByRole('checkbox').check();
  await centre.press('Напечатать отмеченные');
  await centre.see('Документ готов');
  const text = pdfText(await centre.download('Скачать (PDF)'));
  inOrder(text, [first, second, third]);
  for (const [name] of registered) {
    assert.equal(text.replace(/\s+/g, ' ').includes(name), [first, second, third].includes(name), name);
  }
  await centre.follow('Печать');
  await centre.read('Заявления: 3. Для аттестационного дела');
});

test('the journal says the same on the page, in the workbook and on paper', async () => {
  await centre.follow('Журнал');
  await centre.see('Журнал регистрации заявлений');
  await centre.type('Период с', TODAY);
  await centre.press('Показать');
  await centre.read('Записей: 20');
  assert.deepEqual((await cells(centre)).map((line) => [line[3], Number(line[0])]), registered);
  const names = registered.map(([name]) => name);
  inOrder(sheetText(await centre.download('Скачать журнал (XLSX)', 'button')), names);
  const paper = pdfText(await centre.paper('Скачать журнал (PDF)', 'button'));
  assert.match(paper, /Журнал регистрации/i);
  for (const [name, number] of registered) {
    assert.ok(paper.includes(name.split(' ')[0]) && paper.includes(String(number)), name);
  }
});

test('an order decides them, one of them otherwise', async () => {
  await centre.go('/operator');
  await centre.follow('Распоряжения');
  await centre.choose('Отметить всем', 'установить');
  await centre.press('Показать');
  const offered = centre.page.getByRole('table', { name: 'Заявления, по которым можно принять решение' }).locator('tbody tr');
  const all = await offered.count();
  assert.ok(all >= 20, `${all} are offered`);
  await offered.filter({ hasText: 'Колпашевский район' }).getByRole('combobox').selectOption({ label: 'отказать' });
  await centre.type('Номер распоряжения', '173К');
  await centre.type('Дата распоряжения', TODAY);
  await centre.attach('Файл распоряжения', await scan(browser, stack.dir, 'распоряжение'));
  await centre.press('Записать распоряжение');
  await centre.see('Результат записи распоряжения');
  await centre.read(`Записано решений: ${all} из ${all}.`);
  for (const [login, words] of [
    ['tomskteacher7', /Вам установлена .* квалификационная категория/], ['kolpashevskiyteacher7', /отказано/],
  ]) {
    const letter = await stack.letter(`${login}@attestation.example`, 'распоряжение');
    assert.match(letter.text, words);
  }
  const anyone = await Person.open(browser, stack, 'anyone');
  await anyone.go('/results');
  await anyone.see('Итоги аттестации');
  await anyone.read(/распоряжение от .* № 173К/);
  await anyone.choose('Муниципалитет', TOWN);
  await anyone.press('Показать');
  for (const [name] of registered) await anyone.missing(name);
  await centre.go('/operator/orders');
  await centre.follow('173К');
  for (const [name] of registered) await centre.read(name);
  const refused = await Person.open(browser, stack, 'refused');
  await refused.signIn('kolpashevskiyteacher7', SEEDED);
  await refused.go('/teacher');
  await refused.read(/распоряжение от .* № 173К/);
});

test('the log of the run has no error', () => stack.noErrors());
