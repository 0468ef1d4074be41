// Three busy hours as mixes of steps, each with its share of a hundred: a page, or a form with the page
// it stands on. A step is told since when its person has waited.
import { DOCUMENTS, PAPER, attach, form, submit } from './crowd.js';
import { PASSWORD } from './visitor.js';

const pairs = (list, what) => list.flatMap((one) => one[what].map((id) => [one, id]));

// Experts write and upload conclusions, teachers sign them and apply, coordinators look on.
export async function evening(crowd) {
  const [experts, coordinators, signers, operators] = [await crowd.people('expert', 100), await crowd.people('coordinator', 100),
    await crowd.people('signer', 40), await crowd.people('operator', 1)];
  const formed = await crowd.formed(400);
  const submitters = formed.splice(100).map((one) => [one]);
  // An expert's first conclusion is drafted over and over, the others are uploaded.
  const writers = experts.filter((one) => one.writing.length);
  const uploads = pairs(writers, 'writing').filter(([one, id]) => id !== one.writing[0]);
  const of = (id) => `/expert/applications/${id}`;
  const expertCase = crowd.page(experts, 'expert: a case', (one) => of(crowd.any(one.cases)));
  const toSign = crowd.page(signers, 'teacher: the conclusion', () => '/teacher/conclusion');
  const attached = crowd.sent(formed, ({ visitor }, since) => attach(visitor, since));
  return [
    [12, crowd.page(experts, 'expert: home', () => '/expert')],
    [15, expertCase],
    [8, crowd.sent(writers, ({ visitor, writing: [id] }, since) => visitor.send(`${of(id)}/conclusion`, `${of(id)}/conclusion/draft`,
      { mark1: 'proved', words1: 'Подтверждено' }, [], { name: 'expert: a draft', of: `${of(id)}/conclusion/form`, since }))],
    [1, crowd.once(uploads, ({ visitor }, since, id) => visitor.send(of(id), `${of(id)}/conclusion`, {},
      [['conclusion', 'Заключение.pdf', PAPER]], { name: 'expert: a conclusion', since }), expertCase)],
    [17, crowd.page([...signers, ...formed], 'teacher: home', () => '/teacher')],
    [6, toSign],
    [1, crowd.once(signers.map((one) => [one]), ({ visitor, conclusion }, since) => visitor.send('/teacher/conclusion', `/teacher/conclusion?application=${conclusion}`, {},
      [['scan', 'Заключение.pdf', PAPER]], { name: 'teacher: signs', since }), toSign)],
    [9, crowd.page(formed, 'teacher: documents', () => DOCUMENTS)],
    [6, attached],
    [3, crowd.once(submitters, async ({ visitor }, since) => { await attach(visitor, since); await submit(visitor); }, attached)],
    [9, crowd.page(coordinators, 'coordinator: conclusions', () => '/municipal/conclusions')],
    [8, crowd.page(coordinators, 'coordinator: a case', (one) => `/municipal/applications/${crowd.any(one.cases)}`)],
    [5, crowd.page(operators, 'operator: conclusions', () => '/operator/conclusions')],
  ];
}

// Coordinators go through what came in, and register it; the operators look at the region.
export async function morning(crowd) {
  const [coordinators, operators] = [await crowd.people('coordinator', 100), await crowd.people('operator', 1)];
  const of = (id) => `/municipal/applications/${id}`;
  const one = crowd.page(coordinators, 'coordinator: a case', (who) => of(crowd.any(who.cases)));
  return [
    [13, crowd.page(coordinators, 'coordinator: home', () => '/municipal')],
    [28, crowd.page(coordinators, 'coordinator: the list', () => '/municipal/applications')],
    [25, one],
    [3, crowd.once(pairs(coordinators, 'waiting'), ({ visitor }, since, id) =>
      visitor.send(of(id), `${of(id)}/register`, {}, [], { name: 'coordinator: registers', since }), one)],
    [7, crowd.page(coordinators, 'coordinator: schedule', () => '/municipal/schedule')],
    [4, crowd.page(coordinators, 'coordinator: people', () => '/municipal/people')],
    [4, crowd.page(coordinators, 'coordinator: journal', () => '/municipal/journal')],
    [4, crowd.page(coordinators, 'coordinator: a search', () => `/municipal/applications?q=${encodeURIComponent('иванова мария')}`)],
    [6, crowd.page(operators, 'operator: queue', () => '/operator/queue')],
    [3, crowd.page(operators, 'operator: a case', (who) => `/operator/applications/${crowd.any(who.cases)}`)],
    [3, crowd.page(operators, 'operator: home', () => '/operator')],
  ];
}

// The school year begins: people sign in and register, fill in cards and form applications.
export async function september(crowd) {
  const teachers = await crowd.people('teacher', 150);
  const forming = (await crowd.people('teacher', 200)).map((one) => [one]);
  const [place] = JSON.parse(crowd.ask(`SELECT json_agg(p) FROM (SELECT m.public_id AS municipality, o.public_id AS organisation,
    o.type AS organisation_type, (SELECT code FROM app.ref_position WHERE attestable ORDER BY ordinal LIMIT 1) AS position
    FROM app.municipality m JOIN app.organisation o ON o.tenant_id = m.id WHERE m.id = 2 ORDER BY o.id LIMIT 1) p`));
  let registered = 0;
  const card = crowd.page(teachers, 'teacher: card', () => '/teacher/card');
  return [
    [10, (since) => crowd.stranger().page('/', { name: 'landing', since })],
    [12, async (since) => {
      const visitor = crowd.stranger();
      await visitor.page(await visitor.signIn(crowd.any(teachers).login, since), { name: 'teacher: home' });
    }],
    [4, async (since) => {
      const visitor = crowd.stranger();
      registered += 1;
      const login = `load${process.pid}n${registered}`;
      await visitor.send('/register', '/register', { login, password: PASSWORD, confirmation: PASSWORD }, [], { name: 'register', since });
      await visitor.send('/consent', '/consent', { agree: 'yes' });
      await visitor.send('/profile', '/profile', { ...place, surname: 'Иванова', name: 'Анна', patronymic: 'Ивановна',
        email: `${login}@region.example`, phone: '+7 913 000-00-00' });
    }],
    [28, crowd.page(teachers, 'teacher: home', () => '/teacher')],
    [18, card],
    [12, crowd.sent(teachers, ({ visitor }, since) => visitor.send('/teacher/card', '/teacher/card', { age: '45' }, [], { name: 'teacher: saves the card', since }))],
    [13, crowd.page(teachers, 'teacher: application', () => '/teacher/application')],
    [3, crowd.once(forming, ({ visitor }, since) => form(visitor, since), card)],
  ];
}
