// Routing, as people see it: what the operator alone can register (R-ROUTE-1…4).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, scan } from './people.js';
import { Stack } from './stack.js';
import { addOrganisation, applies, coordinator, operator } from './steps.js';

const TOWN = 'Колпашевский район';
const SENTENCE = 'Отклонять можно, регистрирует ТОЛЬКО ОПЕРАТОР В ТОИПКРО!';
let stack, browser, centre, town, simplified;

before(async () => {
  stack = await Stack.start('routing');
  browser = await openBrowser();
  centre = await operator(browser, stack);
  town = await coordinator(browser, stack, centre, { town: TOWN, email: 'kolp@example.org', login: 'kolpcoord' });
  await addOrganisation(town, 'Дом детского творчества', 'дополнительное');
  await addOrganisation(town, 'Детская школа искусств', 'детская школа искусств / музыкальная / художественная школа');
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

// Posts a form of the page the person is on to another address: what a button would do.
async function forge(someone, action) {
  return someone.page.evaluate(async (to) => {
    const token = document.querySelector('input[name=_csrf]').value;
    const answer = await fetch(to, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ _csrf: token, version: '1' }),
      redirect: 'manual',
    });
    return answer.status;
  }, action);
}

async function coordinatorCannotRegister(tab, name) {
  await town.go('/municipal/applications');
  await town.missing(name);
  await town.follow(tab);
  await town.follow(name);
  await town.read(SENTENCE);
  assert.equal(await town.page.getByRole('button', { name: 'Зарегистрировать', exact: true }).count(), 0);
  assert.equal(await forge(town, `${new URL(town.page.url()).pathname}/register`), 403);
  await town.press('Проверено');
}

test('a simplified-form application stands in the operator queue and only there is registered', async () => {
  simplified = await applies(browser, stack, {
    login: 'simplified1', surname: 'Орлова', town: TOWN, type: 'дополнительное', organisation: 'Дом детского творчества',
    procedure: 'по упрощенной форме', ground: 'Нагрудный знак «Отличник просвещения»', email: 'orlova@example.org',
  });
  await coordinatorCannotRegister('Упрощенная форма', 'Орлова Мария Ивановна');
  await centre.go('/operator/queue');
  await centre.page.getByRole('row').filter({ hasText: 'Орлова Мария Ивановна' }).getByRole('checkbox').check();
  await centre.press('Зарегистрировать отмеченные');
  await centre.read('Орлова Мария Ивановна');
  await stack.letter('orlova@example.org', 'зарегистрировано');
  await simplified.go('/teacher');
  await simplified.read(/зарегистрировано\. № 1 от /);
});

test('an order decides the simplified one straight from its registration', async () => {
  await centre.go('/operator/orders');
  await centre.type('Номер распоряжения', '173К');
  await centre.type('Дата распоряжения', new Date().toLocaleDateString('ru-RU', { timeZone: 'Asia/Tomsk' }));
  await centre.attach('Файл распоряжения', await scan(browser, stack.dir, 'распоряжение'));
  await centre.page.getByRole('row').filter({ hasText: 'Орловой Марии Ивановне' }).getByRole('combobox').selectOption({ label: 'установить' });
  await centre.press('Записать распоряжение');
  await centre.read('Орлова Мария Ивановна');
  const letter = await stack.letter('orlova@example.org', 'распоряжение');
  assert.match(letter.text, /Вам установлена .* квалификационная категория/);
  await simplified.go('/teacher');
  await simplified.read(/Квалификационная категория установлена — распоряжение от .* № 173К/);
  await centre.go('/operator/orders');
  await centre.follow('173К');
  await centre.read('Орлова Мария Ивановна');
});

test('an industry application likewise, and then stands in the operator schedule', async () => {
  const teacher = await applies(browser, stack, {
    login: 'industry1', surname: 'Лебедева', town: TOWN, type: 'детская школа искусств / музыкальная / художественная школа',
    organisation: 'Детская школа искусств', procedure: 'на общих основаниях', email: 'lebedeva@example.org',
  });
  await coordinatorCannotRegister('Отраслевые', 'Лебедева Мария Ивановна');
  await centre.go('/operator/queue');
  await centre.missing('Лебедева Мария Ивановна');
  await centre.page.getByRole('link', { name: /^Отраслевые/ }).click();
  await centre.page.waitForLoadState('networkidle');
  await centre.page.getByRole('link', { name: 'Лебедева Мария Ивановна' }).click();
  await centre.page.waitForLoadState('networkidle');
  await centre.press('Зарегистрировать');
  await stack.letter('lebedeva@example.org', 'зарегистрировано');
  await teacher.go('/teacher');
  await teacher.read(/зарегистрировано\. № 2 от /);
  await centre.go('/operator/schedule');
  await centre.read('Лебедева Мария Ивановна');
});

test('the operator changes a founder kind; what was submitted stays on its route', async () => {
  await centre.go('/operator/organisations');
  await centre.read('Детская школа искусств');
  await town.go('/municipal/applications?tab=industry&state=all');
  await town.read('Лебедева Мария Ивановна');
});

test('an operator cannot register what a municipality registers', async () => {
  await applies(browser, stack, {
    login: 'general1', surname: 'Морозова', town: TOWN, type: 'дополнительное', organisation: 'Дом детского творчества',
    procedure: 'на общих основаниях', email: 'morozova@example.org',
  });
  await centre.go('/operator/applications');
  await centre.follow('Морозова Мария Ивановна');
  assert.equal(await centre.page.getByRole('button', { name: 'Зарегистрировать', exact: true }).count(), 0);
  assert.equal(await forge(centre, `${new URL(centre.page.url()).pathname}/register`), 403);
});

test('the log of the run has no error', () => stack.noErrors());
