// Steps several journeys share: a town with its coordinator, a teacher who applies.
import { PASSWORD, Person, scan } from './people.js';

export async function operator(browser, stack, login = 'operator1') {
  stack.ctl(['operator', 'add', '--login', login, '--email', `${login}@centre.example`, '--password-stdin'], PASSWORD);
  const someone = await Person.open(browser, stack, 'operator');
  await someone.signIn(login);
  await someone.consent();
  await someone.profile({ surname: 'Громова', name: 'Ольга', patronymic: 'Петровна', phone: '+7 3822 90-20-50' });
  return someone;
}

export async function coordinator(browser, stack, inviter, { town, email, login }) {
  await inviter.go('/operator/people');
  await inviter.type('Адрес электронной почты', email);
  await inviter.choose('Роль', 'Муниципальный координатор');
  await inviter.choose('Муниципалитет', town);
  await inviter.press('Пригласить');
  const someone = await Person.open(browser, stack, login);
  await someone.go(await stack.link(email, 'приглашение'));
  await someone.register(login);
  await someone.consent();
  await someone.profile({ surname: 'Белова', name: 'Ирина', patronymic: 'Андреевна', email, phone: '+7 38241 2-20-30' });
  return someone;
}

export async function addOrganisation(someone, name, type) {
  await someone.go('/municipal/organisations');
  await someone.follow('Добавить организацию');
  await someone.type('Название', name);
  await someone.choose('Тип образовательной организации', type);
  await someone.press('Сохранить');
}

export async function inviteExpert(inviter, email) {
  await inviter.go('/municipal/invitations');
  await inviter.type('Адрес электронной почты', email);
  await inviter.choose('Роль', 'Специалист по аттестации');
  await inviter.press('Пригласить');
}

// An expert who was invited, from the letter to the cabinet.
export async function expert(browser, stack, { email, login, surname, organisation }) {
  const someone = await Person.open(browser, stack, login);
  await someone.go(await stack.link(email, 'приглашение'));
  await someone.register(login);
  await someone.consent();
  await someone.profile({
    surname, name: 'Анна', patronymic: 'Сергеевна', email, phone: '+7 913 800-10-20', organisation, position: 'методист',
  });
  return someone;
}

// A teacher from registration to the submitted application.
export async function applies(browser, stack, { login, surname, town, type, organisation, procedure, ground, email }) {
  const teacher = await Person.open(browser, stack, login);
  await teacher.go('/register');
  await teacher.register(login);
  await teacher.consent();
  await teacher.profile({
    surname, name: 'Мария', patronymic: 'Ивановна', email, phone: '+7 913 111-22-33',
    municipality: town, type, organisation, position: 'педагог дополнительного образования',
  });
  await teacher.go('/teacher/card');
  await teacher.type('Возраст (полных лет)', '45');
  for (const label of ['Общий стаж', 'Педагогический стаж', 'Стаж в должности']) await teacher.type(label, '20');
  await teacher.press('Сохранить');
  await teacher.go('/teacher/application/form');
  await teacher.choose('Квалификационная категория', 'первая');
  await teacher.choose('Порядок прохождения', procedure);
  if (ground) await teacher.choose('Основание для прохождения аттестации по упрощенной форме', ground);
  await teacher.choose('Форма аттестации', 'очная');
  await teacher.tick('без моего присутствия');
  await teacher.press('Сформировать');
  await teacher.go('/teacher/application/documents');
  await teacher.attach('Выбрать файлы', await scan(browser, stack.dir, 'награда'));
  await teacher.choose('Вид документа', 'награда, звание (основание упрощенной формы)');
  await teacher.type('Описание', 'Почётная грамота');
  await teacher.press('Сохранить');
  await teacher.go('/teacher/application/submit');
  await teacher.attach('Скан подписанного заявления', await scan(browser, stack.dir, 'заявление'));
  await teacher.press('Подать заявление');
  await teacher.go('/teacher');
  await teacher.read(/находится на рассмотрении/);
  return teacher;
}
