// The main job, as each person in turn: from the invitation to the accepted conclusion.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { members, openBrowser, PASSWORD, pdfText, Person, scan } from './people.js';
import { Stack } from './stack.js';

const TOWN = 'Асиновский район';
const SCHOOL = 'МАОУ СОШ № 4 города Асино';
let stack, browser;
const people = {};

before(async () => {
  stack = await Stack.start('main');
  browser = await openBrowser();
  stack.ctl(['operator', 'add', '--login', 'operator1', '--email', 'operator@centre.example', '--password-stdin'], PASSWORD);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

async function person(name) {
  people[name] ??= await Person.open(browser, stack, name);
  return people[name];
}

async function accept(name, email, login, profile) {
  const someone = await person(name);
  await someone.go(await stack.link(email, 'приглашение'));
  await someone.see('Приглашение');
  await someone.register(login);
  await someone.consent();
  await someone.profile({ email, ...profile });
  return someone;
}

test('the operator invites a municipal coordinator and opens a period', async () => {
  const operator = await person('operator');
  await operator.signIn('operator1');
  await operator.consent();
  await operator.profile({ surname: 'Громова', name: 'Ольга', patronymic: 'Петровна', phone: '+7 3822 90-20-50' });
  await operator.see('Консоль оператора');
  await operator.go('/operator/people');
  await operator.type('Адрес электронной почты', 'coordinator@asino.example');
  await operator.choose('Роль', 'Муниципальный координатор');
  await operator.choose('Муниципалитет', TOWN);
  await operator.press('Пригласить');
  await operator.read('coordinator@asino.example');
  await operator.go('/operator/periods');
  const year = new Date().getFullYear() + 1;
  await operator.type('Название', `февраль-март ${year}`);
  await operator.type('Начало', `01.02.${year}`);
  await operator.type('Окончание', `31.03.${year}`);
  await operator.press('Создать');
  await operator.read(`февраль-март ${year}`);
});

test('the coordinator adds an organisation and invites a school coordinator and experts', async () => {
  const coordinator = await accept('coordinator', 'coordinator@asino.example', 'asinocoord', {
    surname: 'Белова', name: 'Ирина', patronymic: 'Андреевна', phone: '+7 38241 2-20-30',
  });
  await coordinator.see('Личный кабинет муниципального координатора');
  await coordinator.go('/municipal/organisations');
  await coordinator.follow('Добавить организацию');
  await coordinator.type('Название', SCHOOL);
  await coordinator.choose('Тип образовательной организации', 'общее');
  await coordinator.pressTwice('Сохранить');
  await coordinator.read('Организация добавлена');
  assert.equal(await coordinator.page.getByRole('link', { name: SCHOOL }).count(), 1);
  for (const [email, role] of [
    ['school@asino.example', 'Координатор по аттестации в ОО'],
    ['expert1@asino.example', 'Специалист по аттестации'],
    ['expert2@asino.example', 'Специалист по аттестации'],
  ]) {
    await coordinator.go('/municipal/invitations');
    await coordinator.type('Адрес электронной почты', email);
    await coordinator.choose('Роль', role);
    if (role.startsWith('Координатор')) await coordinator.choose('Организация', SCHOOL);
    await coordinator.press('Пригласить');
    await coordinator.read(email);
  }
  const letter = await stack.letter('school@asino.example', 'приглашение');
  assert.match(letter.text, /24 час/);
  assert.match(letter.text, /Не отвечайте на это сообщение/);
});

test('a used link says so', async () => {
  const stranger = await person('stranger');
  await stranger.go(await stack.link('coordinator@asino.example', 'приглашение'));
  await stranger.read(/использован/);
});

test('school coordinator and experts accept', async () => {
  const school = await accept('school', 'school@asino.example', 'asinoschool', {
    surname: 'Зимина', name: 'Вера', patronymic: 'Ивановна', phone: '+7 38241 2-40-50', position: 'заместитель директора',
  });
  await school.see('Личный кабинет координатора по аттестации');
  for (const [name, email, login, surname] of [
    ['expert1', 'expert1@asino.example', 'asinoexpert1', 'Соколова'],
    ['expert2', 'expert2@asino.example', 'asinoexpert2', 'Кузнецова'],
  ]) {
    const expert = await accept(name, email, login, {
      surname, name: 'Анна', patronymic: 'Сергеевна', phone: '+7 913 800-10-20', position: 'методист', organisation: SCHOOL,
    });
    await expert.see('Личный кабинет специалиста');
    await expert.read('Количество аттестуемых = 0');
  }
});

test('the teacher registers, fills the card and forms the application', async () => {
  const teacher = await person('teacher');
  await teacher.go('/');
  await teacher.follow('Зарегистрироваться');
  await teacher.register('teacherlia');
  await teacher.consent();
  await teacher.profile({
    surname: 'Иванова', name: 'Алёна', patronymic: 'Сергеевна', email: 'teacher@asino.example', phone: '+7 (913) 821-00-00',
    municipality: TOWN, type: 'общее', organisation: SCHOOL, position: 'учитель',
  });
  await teacher.see('Личный кабинет аттестуемого');
  await teacher.read('Заявление не подано.');
  await stack.letter('teacher@asino.example', 'регистрация');
  await teacher.go('/teacher/card');
  await teacher.see('Карточка педагога');
  assert.equal(await teacher.page.getByLabel('Фамилия (в родительном падеже)').inputValue(), 'Ивановой');
  assert.equal(await teacher.page.getByLabel('Имя (в дательном падеже)').inputValue(), 'Алёне');
  await teacher.type('Возраст (полных лет)', '41');
  await teacher.choose('Предмет', 'математика');
  await teacher.type('Общий стаж', '19');
  await teacher.type('Педагогический стаж', '18');
  await teacher.type('Стаж в должности', '18');
  await teacher.choose('Имеющаяся квалификационная категория', 'первая');
  await teacher.type('Дата распоряжения', '29.02.2020');
  await teacher.type('Номер распоряжения', '173К');
  await teacher.type('Действует до', '01.03.2025');
  await teacher.press('Сохранить');
  await teacher.go('/teacher/application/form');
  await teacher.see('Формирование заявления');
  await teacher.choose('Квалификационная категория', 'высшая');
  await teacher.choose('Порядок прохождения', 'на общих основаниях');
  await teacher.choose('Форма аттестации', 'очная');
  await teacher.tick('без моего присутствия');
  await teacher.press('Сформировать');
  await teacher.page.getByRole('link', { name: 'Скачать заявление', exact: true }).waitFor();
  const text = pdfText(await teacher.download('Скачать заявление'));
  assert.match(text, /Ивановой\s+Алёны\s+Сергеевны/);
  assert.match(text, /на высшую\s+квалификационную\s+категорию\s+по\s+должности\s+учитель/);
  assert.match(text, /№\s*173К/);
  await teacher.go('/teacher');
  await teacher.read('Заявление сформировано.');
});

test('without results it is not submitted, with them it is, and once only', async () => {
  const teacher = await person('teacher');
  const signed = await scan(browser, stack.dir, 'заявление');
  await teacher.go('/teacher/application/submit');
  await teacher.attach('Скан подписанного заявления', signed);
  await teacher.press('Подать заявление');
  await teacher.read('Исправьте ошибки');
  await teacher.go('/teacher/application/documents');
  await teacher.attach('Выбрать файлы', [await scan(browser, stack.dir, 'результаты'), await scan(browser, stack.dir, 'диплом')]);
  await teacher.choose('Вид документа', 'таблицы с результатами профессиональной деятельности');
  await teacher.type('Описание', 'Результаты за пять лет');
  await teacher.press('Сохранить');
  await teacher.read('Результаты за пять лет');
  await teacher.go('/teacher/application/submit');
  await teacher.read('заявление.pdf');
  await teacher.press('Подать заявление');
  await teacher.go('/teacher');
  await teacher.read(/находится на рассмотрении/);
  await teacher.read(/осталось 30 дней/);
  await stack.letter('coordinator@asino.example', 'заявление подано');
  await teacher.go('/teacher/application');
  await teacher.read('Формирование заявления не доступно т.к. заявление подано');
});

test('the coordinator rejects with a reason, the teacher corrects and submits again', async () => {
  const coordinator = await person('coordinator');
  await coordinator.go('/municipal/applications');
  await coordinator.follow('Иванова Алёна Сергеевна');
  await coordinator.see('Заявление Иванова Алёна Сергеевна');
  await coordinator.follow('Отклонить');
  await coordinator.tick('Отсутствие подписи подавшего заявление');
  await coordinator.press('Отклонить заявление');
  const letter = await stack.letter('teacher@asino.example', 'отклонено');
  assert.match(letter.text, /отсутствием подписи/);
  const teacher = await person('teacher');
  await teacher.go('/teacher');
  await teacher.read('Заявление о проведении аттестации отклонено в связи с отсутствием подписи');
  await teacher.go('/teacher/application/form');
  await teacher.press('Сформировать');
  await teacher.page.getByRole('link', { name: 'Скачать заявление', exact: true }).waitFor();
  await teacher.go('/teacher/application/documents');
  await teacher.read('Результаты за пять лет');
  await teacher.go('/teacher/application/submit');
  await teacher.attach('Скан подписанного заявления', await scan(browser, stack.dir, 'заявление'));
  await teacher.press('Подать заявление');
  await teacher.go('/teacher');
  await teacher.read(/находится на рассмотрении/);
});

test('the coordinator registers: journal number, letter, status', async () => {
  const coordinator = await person('coordinator');
  await coordinator.go('/municipal/applications');
  await coordinator.follow('Иванова Алёна Сергеевна');
  await coordinator.press('Зарегистрировать');
  await coordinator.go('/municipal/applications');
  await coordinator.missing('Иванова Алёна Сергеевна');
  await stack.letter('teacher@asino.example', 'зарегистрировано');
  const teacher = await person('teacher');
  await teacher.go('/teacher');
  await teacher.read(/зарегистрировано\. № 1 от /);
});

test('period and experts: a gap first, then two experts of the own municipality', async () => {
  const coordinator = await person('coordinator');
  const year = new Date().getFullYear() + 1;
  await coordinator.go('/municipal/schedule');
  await coordinator.follow('Иванова Алёна Сергеевна');
  await coordinator.choose('Аттестационный период', `февраль-март ${year}`);
  const first = coordinator.page.getByLabel('Специалист 1', { exact: true });
  await first.selectOption({ index: 1 });
  await coordinator.press('Сохранить');
  const operator = await person('operator');
  await operator.go('/operator/schedule');
  await operator.read('Иванова Алёна Сергеевна');
  await coordinator.go('/municipal/schedule');
  await coordinator.follow('Иванова Алёна Сергеевна');
  const options = await coordinator.page.getByLabel('Специалист 2', { exact: true }).locator('option').allTextContents();
  const chosen = await coordinator.page.getByLabel('Специалист 1', { exact: true }).locator('option:checked').textContent();
  const other = options.findIndex((option) => option.trim() !== '' && /Анна/.test(option) && option !== chosen);
  await coordinator.page.getByLabel('Специалист 2', { exact: true }).selectOption({ index: other });
  await coordinator.press('Сохранить');
  await stack.letter('expert1@asino.example', 'вас назначили специалистом');
  await stack.letter('expert2@asino.example', 'вас назначили специалистом');
  const teacher = await person('teacher');
  await teacher.go('/teacher');
  await teacher.read(`Вам определен аттестационный период (предварительный, может меняться) февраль-март ${year}`);
});

test('the expert sees its teacher, documents and phone, and uploads the conclusion', async () => {
  const expert = await person('expert1');
  await expert.go('/expert');
  await expert.read('Количество аттестуемых = 1');
  await expert.read('+7 (913) 821-00-00');
  await expert.follow('Иванова Алёна Сергеевна');
  await expert.read('Результаты за пять лет');
  await expert.attach('Итоговое заключение', await scan(browser, stack.dir, 'заключение'));
  await expert.press('Сохранить');
  await stack.letter('teacher@asino.example', 'получено итоговое заключение');
});

test('the teacher downloads and signs, the coordinator returns and passes on, the operator accepts', async () => {
  const teacher = await person('teacher');
  await teacher.go('/teacher/conclusion');
  await teacher.see('Ваше итоговое заключение');
  await teacher.read('Получено итоговое заключение');
  await teacher.download('Скачать');
  await teacher.attach('Скан подписанного заключения', await scan(browser, stack.dir, 'подписано'));
  await teacher.press('Сохранить');
  await teacher.read('Итоговое заключение отправлено');
  const coordinator = await person('coordinator');
  await coordinator.go('/municipal/conclusions');
  await coordinator.press('Вернуть');
  await coordinator.tick('педагогу');
  await coordinator.type('Причина', 'нет второй страницы');
  await coordinator.press('Вернуть');
  await stack.letter('teacher@asino.example', 'заключение возвращено');
  await teacher.go('/teacher/conclusion');
  await teacher.read('нет второй страницы');
  await teacher.attach('Скан подписанного заключения', await scan(browser, stack.dir, 'подписано'));
  await teacher.press('Сохранить');
  await coordinator.go('/municipal/conclusions');
  await coordinator.press('Передать в Центр');
  const operator = await person('operator');
  await operator.go('/operator/conclusions');
  await operator.read('Иванова Алёна Сергеевна');
  await operator.press('Принять');
  await stack.letter('teacher@asino.example', 'заключение принято');
});

test('reopened and returned down to the expert, signed on paper, accepted again', async () => {
  const operator = await person('operator');
  await operator.go('/operator/conclusions');
  await operator.choose('Состояние', 'все');
  await operator.press('Показать');
  await operator.press('Открыть заново');
  await operator.go('/operator/conclusions');
  await operator.press('Вернуть');
  await operator.type('Причина', 'не хватает подписи второго специалиста');
  await operator.press('Вернуть');
  const coordinator = await person('coordinator');
  await coordinator.go('/municipal/conclusions');
  await coordinator.press('Вернуть');
  await coordinator.tick('специалисту');
  await coordinator.type('Причина', 'не хватает подписи второго специалиста');
  await coordinator.press('Вернуть');
  await stack.letter('expert1@asino.example', 'заключение возвращено');
  const expert = await person('expert2');
  await expert.go('/expert');
  await expert.follow('Иванова Алёна Сергеевна');
  await expert.read('не хватает подписи второго специалиста');
  await expert.attach('Итоговое заключение', await scan(browser, stack.dir, 'подписано всеми'));
  await expert.tick('Подписано педагогом и обоими специалистами');
  await expert.press('Сохранить');
  const teacher = await person('teacher');
  await teacher.go('/teacher');
  await teacher.read('Итоговое заключение отправлено');
  await coordinator.go('/municipal/conclusions');
  await coordinator.press('Передать в Центр');
  await operator.go('/operator/conclusions');
  await operator.press('Принять');
  await operator.read('Итоговое заключение принято');
});

test('a second teacher: withdrawals by teacher and by school', async () => {
  const second = await person('second');
  await second.go('/register');
  await second.register('teacherpetr');
  await second.consent();
  await second.profile({
    surname: 'Козырь', name: 'Дмитрий', patronymic: 'Львович', email: 'second@asino.example', phone: '+7 913 555-44-33',
    municipality: TOWN, type: 'общее', organisation: SCHOOL, position: 'учитель',
  });
  await second.go('/teacher/card');
  await second.type('Возраст (полных лет)', '33');
  await second.choose('Предмет', 'физика');
  for (const label of ['Общий стаж', 'Педагогический стаж', 'Стаж в должности']) await second.type(label, '7');
  await second.press('Сохранить');
  await second.go('/teacher/application/form');
  await second.choose('Квалификационная категория', 'первая');
  await second.choose('Порядок прохождения', 'на общих основаниях');
  await second.choose('Форма аттестации', 'дистанционная');
  await second.tick('в моем присутствии');
  await second.press('Сформировать');
  await second.go('/teacher/application/documents');
  await second.attach('Выбрать файлы', await scan(browser, stack.dir, 'мониторинг'));
  await second.choose('Вид документа', 'результаты мониторинга');
  await second.type('Описание', 'Итоги мониторинга');
  await second.press('Сохранить');
  await second.go('/teacher/application/submit');
  await second.attach('Скан подписанного заявления', await scan(browser, stack.dir, 'заявление'));
  await second.press('Подать заявление');

  await second.go('/teacher/withdrawal');
  await second.see('Отзыв заявления о проведении аттестации');
  await second.type('Отзыв заявления в связи с', 'переездом');
  await second.press('Сформировать');
  await second.read('Вы уверены?');
  await second.read('переездом');
  await second.press('Да, сформировать');
  await second.page.getByRole('link', { name: 'Скачать', exact: true }).waitFor();
  assert.match(pdfText(await second.download('Скачать')), /Козыря\s+Дмитрия\s+Львовича/);
  await second.press('Отменить отзыв');
  await second.go('/teacher');
  await second.read(/находится на рассмотрении/);

  const school = await person('school');
  await school.go('/school');
  await school.read('Количество педагогических работников, подавших заявления на аттестацию, из Вашей образовательной организации = 1.');
  await school.go('/school/documents');
  await school.read('Козырь Дмитрий Львович');
  await school.go('/school/withdrawals');
  const row = school.page.getByRole('row').filter({ hasText: 'Козырь Дмитрий Львович' });
  await row.getByRole('link', { name: 'Сформировать заявление на отзыв' }).or(row.getByRole('button', { name: 'Сформировать заявление на отзыв' })).click();
  await school.page.waitForLoadState('networkidle');
  await school.type('Отзыв заявления в связи с', 'длительной болезнью');
  await school.press('Сформировать');
  await school.press('Да, сформировать');
  await stack.letter('second@asino.example', 'отзыв сформирован');
  await school.go('/school/withdrawals');
  const again = school.page.getByRole('row').filter({ hasText: 'Козырь Дмитрий Львович' });
  await again.getByRole('link', { name: 'Прикрепить заявление на отзыв' }).click();
  await school.page.waitForLoadState('networkidle');
  await school.attach('Скан заявления', await scan(browser, stack.dir, 'отзыв'));
  await school.press('Сохранить');

  const coordinator = await person('coordinator');
  await coordinator.go('/municipal/applications');
  await coordinator.follow('Козырь Дмитрий Львович');
  await coordinator.read('Сначала рассмотрите отзыв');
  await coordinator.go('/municipal/withdrawals');
  await coordinator.read('длительной болезнью');
  await coordinator.press('Зарегистрировать отзыв');
  await stack.letter('second@asino.example', 'отзыв зарегистрирован');
  await second.go('/teacher');
  await second.read('Заявление отозвано.');
});

test('the teacher takes away everything that is kept about it', async () => {
  const teacher = await person('teacher');
  await teacher.go('/profile');
  await teacher.follow('Мои данные');
  await teacher.see('Мои данные');
  const proof = teacher.page.getByRole('link', { name: 'Подтвердить, что это Вы', exact: true });
  if (await proof.count()) {
    await proof.click();
    await teacher.type('Пароль', PASSWORD);
    await teacher.press('Продолжить');
    await teacher.see('Мои данные');
  }
  const taken = new Map(members(await teacher.paper('Получить архив', 'button', 'Скачать (ZIP)')));
  const page = taken.get('Мои данные.html').toString('utf8');
  for (const words of ['Иванова', 'teacher@asino.example', 'Согласия', 'Карточки', 'История заявлений', 'Итоговые заключения', 'Причина отклонения']) {
    assert.ok(page.includes(words), words);
  }
  assert.ok(!page.includes('Козырь'), 'another teacher');
  const kept = stack.sql(`SELECT count(*) FROM app.file f JOIN app.application a ON a.id = f.application_id
    JOIN app.account c ON c.id = a.account_id WHERE c.email = 'teacher@asino.example'`);
  const documents = [...taken].filter(([name]) => name.startsWith('Документы/'));
  assert.equal(documents.length, Number(kept));
  assert.ok(documents.length >= 5, `${documents.length} documents`);
  assert.ok(documents.every(([, bytes]) => bytes.length > 100));
  if (process.env.ATTEST_SHOTS) {
    const copy = await browser.newPage();
    await copy.setContent(page);
    await copy.screenshot({ path: `${process.env.ATTEST_SHOTS}/own-data.png`, fullPage: true });
    await copy.close();
  }
});

test('a phone shows every page without scrolling sideways', async () => {
  const pages = {
    teacher: ['/teacher', '/profile', '/profile/views', '/teacher/card'],
    school: ['/school'],
    coordinator: ['/municipal', '/municipal/applications', '/municipal/people', '/municipal/experts', '/municipal/invitations',
      '/municipal/organisations', '/municipal/schedule', '/municipal/transfers'],
    expert1: ['/expert'],
    operator: ['/operator', '/operator/queue', '/operator/applications', '/operator/people', '/operator/orders', '/operator/periods'],
  };
  for (const [name, paths] of Object.entries(pages)) {
    const someone = await person(name);
    await someone.page.setViewportSize({ width: 390, height: 844 });
    for (const path of paths) {
      await someone.go(path);
      const overflow = await someone.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${path} is ${overflow}px too wide`);
    }
  }
});

test('the log of the run has no error', () => stack.noErrors());
