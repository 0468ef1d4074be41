// What people do about their own way in: the letter of a new device, a forgotten password, codes of the
// second factor, a passkey on a virtual authenticator.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openBrowser, PASSWORD, Person } from './people.js';
import { Stack } from './stack.js';

const EMAIL = 'vera@example.test';
const NEW_PASSWORD = 'тихая заводь под ивой 73';
const INSIDE = 'Согласие на обработку персональных данных';
const KEY = 'Войти с ключом доступа';
let stack, browser, vera;

before(async () => {
  stack = await Stack.start('account');
  browser = await openBrowser();
  vera = await Person.open(browser, stack, 'vera');
  await vera.go('/register');
  await vera.register('vera');
  stack.sql(`UPDATE app.account SET email = '${EMAIL}', email_confirmed_at = now() WHERE login_norm = 'vera'`);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

const lettersOf = (subject) => stack.sql(`SELECT count(*) FROM app.account_letter WHERE kind = '${subject}'`);

// The code an application with this secret shows at a step from now (RFC 6238).
function code(secret, step = 0) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + step));
  const mac = createHmac('sha1', key).update(count).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

async function typeCode(person, typed) {
  await person.type('Код подтверждения', typed);
  await person.press('Подтвердить');
}

test('a sign-in from a new browser is told by letter, one from a known browser is not', async () => {
  await vera.press('Выйти');
  await vera.signIn('vera');
  await vera.see(INSIDE);
  assert.equal(lettersOf('new_device'), '0');

  const elsewhere = await Person.open(browser, stack, 'elsewhere');
  await elsewhere.signIn('vera');
  await elsewhere.see(INSIDE);
  const letter = await stack.letter(EMAIL, 'новый вход');
  assert.match(letter.text, /учётную запись vera/);
  assert.match(letter.text, /Устройство: Chrome, Linux/);
  assert.match(letter.text, /Когда: \d\d\.\d\d\.\d{4} \d\d:\d\d/);
  // Where the letter leads, every other session is ended.
  await vera.go(await stack.link(EMAIL, 'новый вход'));
  await vera.see('Мои сеансы');
  await vera.press('Выйти везде');
  await elsewhere.go('/profile/sessions');
  await elsewhere.see('Войти');
  await elsewhere.signIn('vera');
  await elsewhere.see(INSIDE);
  assert.equal(lettersOf('new_device'), '1');
  await elsewhere.context.close();
});

test('a forgotten password is set anew by the link of a letter, once', async () => {
  const guest = await Person.open(browser, stack, 'guest');
  await guest.go('/password/forgot');
  await guest.type('Введите логин', 'vera');
  await guest.press('Сбросить пароль');
  const link = await stack.link(EMAIL, 'сброс пароля');
  // Looking does not use it.
  await guest.go(link);
  await guest.go(link);
  await guest.type('Новый пароль', NEW_PASSWORD);
  await guest.type('Подтверждение пароля', NEW_PASSWORD);
  await guest.press('Сохранить');
  await guest.see('Войти');
  await guest.go(link);
  await guest.read('Ссылка уже использована');
  await stack.letter(EMAIL, 'адрес изменён');
  // Every session is over, the old password too.
  await vera.go('/profile/sessions');
  await vera.see('Войти');
  await vera.signIn('vera', PASSWORD);
  await vera.read('Неверное имя пользователя или пароль');
  await vera.signIn('vera', NEW_PASSWORD);
  await vera.see(INSIDE);
  await guest.context.close();
});

test('a code of the device signs in once, a recovery code once', async () => {
  await vera.go('/profile/factor');
  await vera.press('Включить');
  const secret = await vera.page.getByText('Ключ:').locator('strong').innerText();
  await typeCode(vera, code(secret));
  await vera.see('Коды восстановления');
  const recovery = await vera.page.locator('main li code').first().innerText();
  for (const known of [secret, recovery]) stack.canaries.secret(known);

  await vera.press('Выйти');
  const next = code(secret, 1);
  await vera.signIn('vera', NEW_PASSWORD);
  await vera.see('Код подтверждения');
  await typeCode(vera, next);
  await vera.see(INSIDE);
  await vera.press('Выйти');
  await vera.signIn('vera', NEW_PASSWORD);
  await typeCode(vera, next);
  await vera.read('каждый код действует один раз');
  await typeCode(vera, recovery);
  await vera.see(INSIDE);
  await vera.press('Выйти');
  await vera.signIn('vera', NEW_PASSWORD);
  await typeCode(vera, recovery);
  await vera.read('каждый код действует один раз');
  const recoveryLeft = stack.sql('SELECT cardinality(recovery) FROM app.second_factor');
  assert.equal(recoveryLeft, '9');
  await stack.letter(EMAIL, 'изменён второй фактор');
});

test('a passkey is added, signs in without password and code, and is removed', async () => {
  const cdp = await vera.context.newCDPSession(vera.page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  });
  // The journey's own way round the code: the factor is off for one sign-in.
  stack.sql('UPDATE app.second_factor SET confirmed_at = NULL');
  await vera.signIn('vera', NEW_PASSWORD);
  await vera.see(INSIDE);
  stack.sql('UPDATE app.second_factor SET confirmed_at = now()');

  await vera.go('/profile/passkeys');
  await vera.read('Ключей доступа пока нет.');
  await vera.type('Название', 'Рабочий ноутбук');
  await vera.press('Добавить ключ');
  await vera.read('Ключ доступа добавлен.');
  await vera.read('С ним ещё не входили.');
  await stack.letter(EMAIL, 'добавлен ключ доступа');
  // The device has a key of this account already, and says so.
  await vera.type('Название', 'Ещё один');
  await vera.page.getByRole('button', { name: 'Добавить ключ', exact: true }).click();
  await vera.read('На этом устройстве ключ доступа к Вашей учётной записи уже есть.');

  await vera.press('Выйти');
  await vera.go('/login');
  await vera.press(KEY);
  await vera.see(INSIDE);
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);

  // Whoever does not prove to be the owner of the device does not come in.
  await vera.press('Выйти');
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await vera.go('/login');
  await vera.page.getByRole('button', { name: KEY, exact: true }).click();
  await vera.read('Ключ доступа не получен');
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await vera.press(KEY);
  await vera.see(INSIDE);

  await vera.go('/profile/passkeys');
  await vera.press('Удалить');
  await vera.read('Ключ доступа удалён.');
  await stack.letter(EMAIL, 'удалён ключ доступа');
  await vera.press('Выйти');
  await vera.go('/login');
  await vera.press(KEY);
  await vera.read('Войти с этим ключом доступа не удалось');
});

test('without scripts there is no button for a passkey, and the password does', async () => {
  stack.sql('DELETE FROM app.second_factor');
  const context = await browser.newContext({ baseURL: stack.base, locale: 'ru-RU', javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/login');
  assert.equal(await page.getByRole('button', { name: KEY, exact: true }).count(), 0);
  await page.getByLabel('Имя пользователя', { exact: true }).fill('vera');
  await page.getByLabel('Пароль', { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Войти', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: INSIDE, exact: true }).waitFor();
  await context.close();
});
