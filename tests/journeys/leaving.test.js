// Who registered and never submitted leaves: by the link of the coordinator's notice (R-DEL-1), or by
// withdrawing the consent (R-CONS-1).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, PASSWORD, Person, scan } from './people.js';
import { Stack } from './stack.js';
import { addOrganisation, coordinator, operator } from './steps.js';

const TOWN = 'Город Томск';
const TYPE = 'общее';
const SCHOOL = 'МАОУ СОШ № 5';
const EMAIL = 'zoya@example.test';
const BUTTON = 'Удалить регистрационные данные';
const FULL_NAME = 'Забелина Зоя Петровна';
let stack, browser, belova, zoya, yana, link;

before(async () => {
  stack = await Stack.start('leaving');
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

// A teacher from registration to the profile.
async function registers(login, surname, name, email) {
  const teacher = await Person.open(browser, stack, login);
  await teacher.go('/register');
  await teacher.register(login);
  await teacher.consent();
  await teacher.profile({
    surname, name, patronymic: 'Петровна', email, phone: '+7 913 444-55-66',
    municipality: TOWN, type: TYPE, organisation: SCHOOL, position: 'учитель',
  });
  return teacher;
}

test('a teacher registers, begins an application with a document and stops there', async () => {
  const gromova = await operator(browser, stack);
  belova = await coordinator(browser, stack, gromova, { town: TOWN, email: 'belova@town.example', login: 'belova' });
  await addOrganisation(belova, SCHOOL, TYPE);
  zoya = await registers('zoya', 'Забелина', 'Зоя', EMAIL);
  yana = await registers('yana', 'Юрьева', 'Яна', 'yana@example.test');
  await zoya.go('/teacher/card');
  await zoya.type('Возраст (полных лет)', '45');
  for (const label of ['Общий стаж', 'Педагогический стаж', 'Стаж в должности']) await zoya.type(label, '20');
  await zoya.press('Сохранить');
  await zoya.go('/teacher/application/form');
  await zoya.choose('Квалификационная категория', 'первая');
  await zoya.choose('Порядок прохождения', 'на общих основаниях');
  await zoya.choose('Форма аттестации', 'очная');
  await zoya.tick('без моего присутствия');
  await zoya.press('Сформировать');
  await zoya.go('/teacher/application/documents');
  await zoya.attach('Выбрать файлы', await scan(browser, stack.dir, 'справка'));
  await zoya.choose('Вид документа', 'результаты мониторинга');
  await zoya.type('Описание', 'Справка с места работы');
  await zoya.press('Сохранить');
});

test('the coordinator sends the notice once', async () => {
  await belova.go('/municipal');
  await belova.follow('Не подали заявление');
  await belova.see('Не подали заявление');
  await belova.read('не отправлялось');
  await belova.tick(FULL_NAME);
  await belova.press('Отправить уведомление');
  await belova.read('Отправлено уведомлений: 1 из 1.');
  await belova.follow('Вернуться к списку');
  assert.equal(await belova.row(FULL_NAME).getByText(/^отправлено \d\d\.\d\d\.\d{4}/).count(), 1);
  await belova.tick(FULL_NAME);
  await belova.tick('Юрьева Яна Петровна');
  await belova.press('Отправить уведомление');
  await belova.read('Отправлено уведомлений: 1 из 2.');
  await belova.read(/Уведомление уже отправлено, ссылка в нём действует до/);
});

test('the letter tells what the link does, and its page what will go', async () => {
  const letter = await stack.letter(EMAIL, 'регистрация не завершена');
  assert.match(letter.text, /zoya/);
  assert.match(letter.text, /14 дней/);
  link = await stack.link(EMAIL, 'регистрация не завершена');
  // Programs that look letters through open links; nothing is lost by it.
  for (let times = 0; times < 3; times += 1) assert.equal((await fetch(`${stack.base}${link}`)).status, 200);
  await zoya.go('/teacher');
  await zoya.see('Личный кабинет аттестуемого');
});

test('the button erases her, here and everywhere', async () => {
  const guest = await Person.open(browser, stack, 'guest');
  await guest.go(link);
  await guest.see('Удаление регистрации');
  await guest.read('Учётная запись zoya');
  await guest.read(/1 неподанное заявление и 1 документ к нему/);
  await guest.page.setViewportSize({ width: 360, height: 740 });
  await guest.go(link);
  await guest.page.setViewportSize({ width: 1280, height: 720 });
  await guest.press(BUTTON);
  await guest.read('Регистрационные данные удалены');
  assert.equal(await guest.page.getByRole('button', { name: BUTTON }).count(), 0);

  assert.equal(stack.sql("SELECT count(*) FROM app.account WHERE login_norm = 'zoya'"), '0');
  assert.equal(stack.sql("SELECT count(*) FROM app.membership WHERE surname = 'Забелина'"), '0');
  assert.equal(stack.sql('SELECT count(*) FROM app.file'), '0');
  assert.equal(
    stack.sql("SELECT string_agg(act, ' ' ORDER BY id) FROM app.audit_event WHERE act IN ('registration.delete', 'account.erase')"),
    'registration.delete account.erase');
  await belova.go('/municipal/not-applied');
  await belova.missing('Забелина');
  await belova.read('Юрьева Яна Петровна');
  await belova.go('/municipal/people');
  await belova.missing('Забелина');
  await belova.page.setViewportSize({ width: 360, height: 740 });
  await belova.go('/municipal/not-applied');
});

test('her session is over, her login unknown, the link says that it is done', async () => {
  await zoya.go('/teacher');
  await zoya.see('Войти');
  await zoya.signIn('zoya', PASSWORD);
  await zoya.read('Неверное имя пользователя или пароль');
  await zoya.go(link);
  await zoya.read(/уже удалены/);
});

test('another one withdraws the consent and is gone as well', async () => {
  // Who signed in long ago is asked for the password first.
  await yana.press('Выйти');
  await yana.signIn('yana');
  await yana.go('/profile');
  await yana.follow('Отзыв согласия на обработку персональных данных');
  await yana.read('Вы ещё не подавали заявление');
  await yana.page.setViewportSize({ width: 360, height: 740 });
  await yana.go('/profile/consent');
  await yana.press('Отозвать согласие и удалить данные');
  await yana.see('Войти');
  await yana.read('Согласие отозвано, Ваши данные удалены');
  assert.equal(stack.sql("SELECT count(*) FROM app.account WHERE login_norm = 'yana'"), '0');
  await belova.go('/municipal/not-applied');
  await belova.read('Все, кто зарегистрировался, подали заявление.');
  await belova.go('/profile/consent');
  await belova.read('У Вас есть или был рабочий кабинет');
});

test('the log of the run has no error', () => stack.noErrors());
