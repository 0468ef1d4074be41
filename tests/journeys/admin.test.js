// The administrator keeps the region: its people, its lists and its settings.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { openBrowser, PASSWORD, Person } from './people.js';
import { Stack } from './stack.js';

const OPERATOR = 'novikova@centre.example';
const TABLE = new URL('../../libs/app/src/seed/results_first.xlsx', import.meta.url).pathname;
const POSITION = 'учитель-дефектолог высшей школы';
let stack, browser, boss, operator;

before(async () => {
  stack = await Stack.start('admin');
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

test('an administrator invites an operator, who comes in by the letter', async () => {
  stack.ctl(['admin', 'add', '--login', 'boss', '--email', 'boss@centre.example', '--password-stdin'], PASSWORD);
  boss = await Person.open(browser, stack, 'boss');
  await boss.signIn('boss');
  await boss.consent();
  await boss.profile({ surname: 'Соколов', name: 'Павел', patronymic: 'Ильич', phone: '+7 3822 90-20-51' });
  await boss.go('/admin/operators');
  await boss.type('Адрес электронной почты', `${OPERATOR} и опечатка@`);
  await boss.choose('Роль', 'Оператор');
  await boss.press('Пригласить');
  await boss.read('Исправьте ошибки');
  await boss.type('Адрес электронной почты', OPERATOR);
  await boss.press('Пригласить');
  operator = await Person.open(browser, stack, 'invited');
  await operator.go(await stack.link(OPERATOR, 'приглашение'));
  await operator.register('novikova');
  await operator.consent();
  await operator.profile({ surname: 'Новикова', name: 'Вера', patronymic: 'Олеговна', phone: '+7 3822 90-20-52' });
  await operator.go('/operator/queue');
  await boss.go('/admin/operators');
  await boss.read('Новикова Вера Олеговна');
});

test('what is changed in a list is chosen from at once, and the lists are open to operators', async () => {
  await boss.go('/admin/reference');
  await boss.follow('Должности');
  await boss.follow('Добавить строку');
  await boss.type('Название', POSITION);
  await boss.choose('Можно аттестовать', 'да');
  await boss.choose('Используется', 'да');
  await boss.press('Сохранить');
  await boss.read('Справочник сохранён');
  const teacher = await Person.open(browser, stack, 'teacher');
  await teacher.go('/register');
  await teacher.register('teacher1');
  await teacher.consent();
  await teacher.choose('Должность', POSITION);
  await operator.go('/operator/reference');
  await operator.follow('Должности');
  await operator.read(POSITION);
  await boss.go('/admin/reference/positions');
  await boss.follow(POSITION);
  await boss.choose('Используется', 'нет');
  await boss.press('Сохранить');
  await teacher.go('/profile');
  assert.equal(await teacher.page.getByRole('option', { name: POSITION, exact: true }).count(), 0);
});

test('a table of results is published, and everybody takes it away', async () => {
  await boss.go('/admin/reference');
  await boss.follow('Бланки и образцы');
  await boss.follow('Добавить файл');
  await boss.type('Название', 'Таблица результатов');
  await boss.choose('Раздел', 'На первую квалификационную категорию');
  await boss.attach('Файл', TABLE);
  await boss.press('Сохранить');
  await boss.read('Бланки и образцы сохранены');
  await boss.follow('Таблица результатов');
  const stranger = await Person.open(browser, stack, 'stranger');
  await stranger.go('/forms');
  const taken = await stranger.download('Таблица результатов');
  assert.deepEqual(readFileSync(taken), readFileSync(TABLE));
});

test('a setting holds in every form from then on, nonsense changes none', async () => {
  await boss.go('/admin/settings');
  const largest = 'Наибольший размер документа, МБ';
  const kept = () => stack.sql("SELECT value FROM app.region_setting WHERE key = 'document_mb'");
  const before = kept();
  await boss.type(largest, 'много');
  await boss.press('Сохранить');
  await boss.read('Исправьте ошибки');
  assert.equal(kept(), before);
  await boss.type(largest, '7');
  await boss.press('Сохранить');
  await boss.read('Настройки сохранены');
  assert.equal(kept(), '7');
});

test('an operator whose place is ended is out with the next request', async () => {
  await boss.go('/admin/operators');
  await boss.row('Новикова Вера Олеговна').getByRole('button', { name: 'Отключить', exact: true }).click();
  await boss.page.waitForLoadState('networkidle');
  await operator.page.goto('/operator/queue');
  assert.doesNotMatch(operator.page.url(), /\/operator\/queue/);
});

test('a phone shows these pages without scrolling sideways', async () => {
  await boss.page.setViewportSize({ width: 390, height: 844 });
  for (const path of ['/admin', '/admin/operators', '/admin/reference', '/admin/reference/positions', '/admin/reference/positions/add', '/admin/reference/forms', '/admin/reference/forms/add', '/admin/settings', '/admin/retention', '/profile/data']) {
    await boss.go(path);
    const overflow = await boss.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${path} is ${overflow}px too wide`);
  }
});
