// Sign-in with a certified identity provider: linking after the proof of both, never by e-mail, a
// new account, and a provider that is down.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, PASSWORD, Person } from './people.js';
import { IdentityProvider, signInThere } from './provider.js';
import { Stack } from './stack.js';

const THROUGH = 'Войти через Врата';
const EMAIL = 'olesya@example.test';
let stack, browser, idp;

before(async () => {
  stack = await Stack.start('signin', { prepare: async (stack) => { idp = await IdentityProvider.of(stack, EMAIL); } });
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await idp?.down();
  await stack?.stop();
});

// From the link on the page of sign-in to where the provider's answer leads.
async function come(person, name) {
  stack.canaries.login(name);
  await person.go('/login');
  await person.page.getByRole('link', { name: THROUGH, exact: true }).click();
  await signInThere(person.page, idp.issuer, name);
}

test('an e-mail that is somebody’s here links nothing; the password does', async () => {
  const olesya = await Person.open(browser, stack, 'olesya');
  await olesya.go('/register');
  await olesya.register('olesya');
  stack.sql(`UPDATE app.account SET email = '${EMAIL}', email_confirmed_at = now() WHERE login_norm = 'olesya'`);
  await olesya.context.close();

  const guest = await Person.open(browser, stack, 'guest');
  await come(guest, 'subject-of-olesya');
  await guest.see('Привязать учётную запись');
  await guest.missing(EMAIL);
  await guest.type('Имя пользователя', 'olesya');
  await guest.type('Пароль', 'не тот пароль');
  await guest.press('Войти и привязать');
  await guest.read('Неверное имя пользователя или пароль');
  assert.equal(stack.sql('SELECT count(*) FROM app.identity'), '0');
  await guest.type('Пароль', PASSWORD);
  await guest.press('Войти и привязать');
  await guest.see('Согласие на обработку персональных данных');
  await guest.context.close();

  const again = await Person.open(browser, stack, 'again');
  await come(again, 'subject-of-olesya');
  await again.see('Согласие на обработку персональных данных');
  await again.context.close();
});

test('the owner of the account is told by letter', async () => {
  const letter = await stack.letter(EMAIL, 'добавлен вход через другую систему');
  assert.match(letter.text, /olesya/);
});

test('who is nobody here yet makes an account without a password', async () => {
  const newcomer = await Person.open(browser, stack, 'newcomer');
  await come(newcomer, 'newcomer');
  await newcomer.type('Новое имя пользователя', 'newcomer');
  await newcomer.press('Зарегистрироваться');
  await newcomer.see('Согласие на обработку персональных данных');
  assert.equal(stack.sql("SELECT password_phc IS NULL FROM app.account WHERE login_norm = 'newcomer'"), 't');
  // Linked to this account it is nobody else's: the last way to sign in stays.
  await newcomer.go('/profile/identities');
  await newcomer.press('Отвязать');
  await newcomer.read('Это единственный способ войти в Вашу учётную запись.');
  await newcomer.context.close();
});

test('a provider that is down costs a word, and the password still does', async () => {
  await idp.down();
  const olesya = await Person.open(browser, stack, 'olesya-down');
  // A server that has just come up knows nothing of the provider from before.
  stack.processes.splice(stack.processes.indexOf(stack.server), 1);
  await stack.kill(stack.server);
  await stack.startServer();
  await olesya.go('/login');
  await olesya.follow(THROUGH);
  await olesya.read('Вход через Врата сейчас не работает. Войдите по имени и паролю.');
  await olesya.type('Имя пользователя', 'olesya');
  await olesya.type('Пароль', PASSWORD);
  await olesya.press('Войти');
  await olesya.see('Согласие на обработку персональных данных');
  await idp.up();
  await olesya.context.close();
});
