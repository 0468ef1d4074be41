// The life of a municipality, as people see it: made from the console in a minute, a door of its
// own, a teacher who moves between two, suspended and resumed, exported and removed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser, PASSWORD, Person } from './people.js';
import { pause, Stack } from './stack.js';
import { addOrganisation } from './steps.js';

const RIVER = 'Речной округ';
const FOREST = 'Лесной округ';
const SCHOOL = 'Школа у реки';
const OTHER_SCHOOL = 'Школа в лесу';
let stack, browser, admin;
const towns = {};

before(async () => {
  stack = await Stack.start('towns');
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

// A municipality with its coordinator, both from the administrator's console.
async function make({ name, slug, email, login, surname, school }) {
  await admin.go('/admin/municipalities');
  await admin.follow('Добавить муниципалитет');
  await admin.type('Название', name);
  await admin.type('Краткое имя в адресе', slug);
  await admin.type('Контакты для публикации', `${surname} А. А., тел. 8 (38241) 2-20-30`);
  await admin.type('E-mail координатора', email);
  await admin.press('Добавить');
  await admin.read('Муниципалитет добавлен, приглашение координатору отправлено');
  const coordinator = await Person.open(browser, stack, login);
  await coordinator.go(await stack.link(email, 'приглашение'));
  await coordinator.read(name);
  await coordinator.register(login);
  await coordinator.consent();
  await coordinator.profile({ surname, name: 'Анна', patronymic: 'Андреевна', email, phone: '+7 38241 2-20-30' });
  await coordinator.see('Личный кабинет муниципального координатора');
  await addOrganisation(coordinator, school, 'общее');
  towns[slug] = coordinator;
}

async function openTown(name) {
  await admin.go('/admin/municipalities');
  await admin.follow(name);
  await admin.see(name);
}

test('the administrator makes two municipalities', async () => {
  stack.ctl(['admin', 'add', '--login', 'keeper', '--email', 'keeper@centre.example', '--password-stdin'], PASSWORD);
  admin = await Person.open(browser, stack, 'admin');
  await admin.signIn('keeper');
  await admin.consent();
  await admin.profile({ surname: 'Ключева', name: 'Ольга', patronymic: 'Петровна', phone: '+7 3822 90-20-50' });
  await admin.see('Главная');
  await make({ name: RIVER, slug: 'rechnoj', email: 'river@example.org', login: 'rivercoord', surname: 'Белова', school: SCHOOL });
  await make({ name: FOREST, slug: 'lesnoj', email: 'forest@example.org', login: 'forestcoord', surname: 'Елова', school: OTHER_SCHOOL });
});

test('each has a door of its own, by address and by host name', async () => {
  const stranger = await Person.open(browser, stack, 'stranger');
  for (const door of ['/m/rechnoj/login', `http://rechnoj.localhost:${stack.port}/login`]) {
    await stranger.go(door);
    await stranger.see('Войти');
    await stranger.read(RIVER);
    await stranger.read('2-20-30');
  }
  assert.equal(await stranger.go('/m/nothere/login'), 404);
  // The other municipality's coordinator is told where to go, after the right password only.
  await stranger.go('/m/rechnoj/login');
  await stranger.type('Имя пользователя', 'forestcoord');
  await stranger.type('Пароль', PASSWORD);
  await stranger.press('Войти');
  assert.ok(new URL(stranger.page.url()).pathname.endsWith('/login'), stranger.page.url());
});

test('a teacher moves when both coordinators agree, and not before', async () => {
  const teacher = await Person.open(browser, stack, 'teacher');
  await teacher.go('/m/rechnoj/register');
  await teacher.register('riverteacher');
  await teacher.consent();
  await teacher.profile({
    surname: 'Рыбакова', name: 'Мария', patronymic: 'Ивановна', email: 'teacher@example.org', phone: '+7 913 111-22-33',
    municipality: RIVER, type: 'общее', organisation: SCHOOL, position: 'учитель',
  });
  await teacher.see('Личный кабинет аттестуемого');
  const { rechnoj, lesnoj } = towns;
  await rechnoj.go('/municipal/people?q=рыбакова');
  await rechnoj.read('Рыбакова Мария Ивановна');
  await rechnoj.follow('Перевести Рыбакова Мария Ивановна');
  await rechnoj.choose('Муниципалитет, в который переводят', FOREST);
  await rechnoj.type('Причина', 'переезд');
  await rechnoj.press('Запросить перевод');
  await rechnoj.read('Перевод запрошен');
  await lesnoj.go('/municipal/people?q=рыбакова');
  await lesnoj.missing('Рыбакова Мария Ивановна');
  await lesnoj.go('/municipal/transfers');
  await lesnoj.follow('Рыбакова Мария Ивановна');
  await lesnoj.choose('Место работы в Вашем муниципалитете', OTHER_SCHOOL);
  await lesnoj.press('Согласовать');
  await lesnoj.read('Перевод согласован и выполнен');
  await lesnoj.go('/municipal/people?q=рыбакова');
  await lesnoj.read('Рыбакова Мария Ивановна');
  await rechnoj.go('/municipal/people?q=рыбакова');
  await rechnoj.missing('Рыбакова Мария Ивановна');
  await stack.letter('teacher@example.org', 'перевод');
  await teacher.go('/teacher');
  await teacher.go('/profile');
  await teacher.read(FOREST);
  await teacher.read(OTHER_SCHOOL);
  await teacher.go('/profile/views');
  await teacher.read('Ваши документы никто, кроме Вас, не открывал.');
});

test('suspended, its cabinets say so; resumed, they open', async () => {
  await openTown(RIVER);
  await admin.follow('Приостановить');
  await admin.see('Вы уверены?');
  await admin.press('Да, приостановить');
  await admin.read('Муниципалитет приостановлен');
  await towns.rechnoj.go('/municipal');
  await towns.rechnoj.see('Кабинет закрыт');
  await admin.press('Возобновить');
  await admin.read('Работа муниципалитета возобновлена');
  await towns.rechnoj.go('/municipal');
  await towns.rechnoj.see('Личный кабинет муниципального координатора');
});

test('what was done stands in the journal of acts, what may be done on its page', async () => {
  await admin.go('/admin/audit');
  await admin.see('Журнал действий');
  await admin.choose('Действие', 'Приостановка муниципалитета');
  await admin.press('Показать');
  assert.equal(await admin.page.locator('tbody tr').count(), 1);
  await admin.missing('Рыбакова');
  await admin.go('/admin/policy');
  await admin.see('Права доступа');
  await admin.choose('Роль', 'Муниципальный координатор');
  await admin.press('Показать');
});

test('exported and removed, it is gone', async () => {
  await openTown(RIVER);
  await admin.follow('Приостановить');
  await admin.press('Да, приостановить');
  await admin.follow('Выгрузка');
  await admin.see('Выгрузка муниципалитета');
  await admin.press('Начать выгрузку');
  for (let tries = 0; tries < 60 && !(await admin.page.getByText('готова', { exact: true }).count()); tries += 1) {
    await pause(500);
    await admin.go(new URL(admin.page.url()).pathname);
  }
  await admin.read('SHA-256 файла');
  const file = join(stack.dir, 'rechnoj.tar');
  const [first] = stack.ctl(['municipality', 'export', 'rechnoj', '--out', file]).split('\n');
  const id = first.match(/[0-9a-f-]{36}/)[0];
  assert.match(execFileSync('tar', ['-tf', file], { encoding: 'utf8' }), /manifest\.json/);
  assert.throws(() => stack.ctl(['municipality', 'remove', 'lesnoj', '--export', id, '--yes']));
  stack.ctl(['municipality', 'remove', 'rechnoj', '--export', id, '--yes', '--with-export']);
  await towns.rechnoj.go('/municipal');
  await towns.rechnoj.see('Войти');
  const stranger = await Person.open(browser, stack, 'stranger');
  assert.equal(await stranger.go('/m/rechnoj/login'), 404);
  await admin.go('/admin/municipalities');
  await admin.missing(RIVER);
  await towns.lesnoj.go('/municipal/people?q=рыбакова');
  await towns.lesnoj.read('Рыбакова Мария Ивановна');
  assert.match(stack.ctl(['journal', 'verify']), /./);
});

test('the log of the run has no error', () => stack.noErrors());
