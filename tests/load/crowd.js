// The people of a region who come in a load test: found in its database by what there is to do for
// them, each of another municipality while there are such, signed in before anything is measured.
import { readFileSync } from 'node:fs';
import { Visitor } from './visitor.js';

export const PAPER = readFileSync(new URL('../../libs/app/src/seed/document.pdf', import.meta.url));
const APART = 'row_number() OVER (PARTITION BY tenant ORDER BY login), tenant';

const PEOPLE = {
  coordinator: `SELECT 'coordinator' || t.id AS login,
      ARRAY(SELECT public_id FROM app.application a WHERE a.tenant_id = t.id AND a.submitted_at IS NOT NULL ORDER BY a.due_on DESC LIMIT 50) AS cases,
      ARRAY(SELECT public_id FROM app.application a WHERE a.tenant_id = t.id AND a.status = 'under_review' AND a.route = 'municipal'
        AND NOT EXISTS (SELECT FROM app.withdrawal w WHERE w.tenant_id = a.tenant_id AND w.application_id = a.id)
        ORDER BY a.due_on LIMIT 30) AS waiting
    FROM app.municipality t WHERE t.id > 1 ORDER BY t.id LIMIT 200`,
  expert: `SELECT login, cases, writing FROM (SELECT k.login, x.tenant_id AS tenant, array_agg(a.public_id) AS cases,
        coalesce(array_agg(a.public_id) FILTER (WHERE c.place = 'at_expert'), '{}') AS writing
      FROM app.assignment x JOIN app.account k ON k.id = x.expert_account_id
      JOIN app.application a ON a.tenant_id = x.tenant_id AND a.id = x.application_id
      JOIN app.conclusion c ON c.tenant_id = a.tenant_id AND c.application_id = a.id
      WHERE x.closed_at IS NULL AND x.slot = 1 AND x.tenant_id BETWEEN 2 AND 200 GROUP BY k.login, x.tenant_id) e ORDER BY ${APART} LIMIT 200`,
  // A conclusion waits for their signature.
  signer: `SELECT login, conclusion FROM (SELECT k.login, a.public_id AS conclusion, c.tenant_id AS tenant FROM app.conclusion c
      JOIN app.application a ON a.tenant_id = c.tenant_id AND a.id = c.application_id JOIN app.account k ON k.id = a.account_id
      WHERE c.place = 'at_teacher' AND c.tenant_id BETWEEN 2 AND 200) s ORDER BY ${APART} LIMIT 200`,
  // What they applied for before is final.
  teacher: `SELECT login FROM (SELECT k.login, m.tenant_id AS tenant FROM app.account k JOIN app.membership m ON m.account_id = k.id
      WHERE m.role = 'teacher' AND k.login LIKE 'teacher%' AND m.tenant_id > 1 AND NOT EXISTS (SELECT FROM app.application a WHERE a.tenant_id = m.tenant_id
        AND a.account_id = k.id AND a.status IN ('draft', 'formed', 'under_review', 'registered'))) t ORDER BY ${APART} LIMIT 5000`,
  // The same in the last municipalities, where no other load was.
  applicant: `SELECT k.login FROM app.account k JOIN app.membership m ON m.account_id = k.id
      WHERE m.role = 'teacher' AND k.login LIKE 'teacher%' AND m.tenant_id = ANY (ARRAY(SELECT id FROM app.municipality ORDER BY id DESC LIMIT 40))
        AND NOT EXISTS (SELECT FROM app.application a WHERE a.tenant_id = m.tenant_id AND a.account_id = k.id
          AND a.status IN ('draft', 'formed', 'under_review', 'registered')) ORDER BY hashint8(k.id), k.id`,
  // Who registers what they submit.
  registrar: `SELECT 'coordinator' || id AS login, id AS tenant FROM app.municipality ORDER BY id DESC LIMIT 40`,
  operator: `SELECT 'operator' AS login, ARRAY(SELECT public_id FROM app.application WHERE submitted_at IS NOT NULL ORDER BY due_on DESC LIMIT 50) AS cases`,
};

// Does one thing after another with a list, so many at a time.
export async function each(list, together, act) {
  const waiting = [...list];
  await Promise.all(Array.from({ length: together }, async () => {
    for (let one; (one = waiting.shift());) await act(one);
  }));
}

// `take` is who is told of every answer.
export class Crowd {
  listed = {};
  take = () => {};

  constructor({ base, agent, ask, random }) {
    Object.assign(this, { base, agent, ask, random });
  }

  // The next so many, or as many as there are.
  async people(role, count) {
    this.listed[role] ??= JSON.parse(this.ask(`SELECT coalesce(json_agg(p), '[]') FROM (${PEOPLE[role]}) p`));
    const chosen = this.listed[role].splice(0, count).map((one) => ({ ...one, visitor: this.stranger() }));
    await each(chosen, 4, (one) => one.visitor.signIn(one.login));
    return chosen;
  }

  // Teachers whose application is formed and printed.
  async formed(count, role = 'teacher') {
    const chosen = await this.people(role, count);
    await each(chosen, 8, ({ visitor }) => form(visitor));
    return chosen;
  }

  stranger = () => new Visitor(this.base, this.agent, (answer) => this.take(answer));

  any = (list) => list[Math.floor(this.random() * list.length)];

  // A page somebody of these opens.
  page = (list, name, path) => (since) => {
    const one = this.any(list);
    return one.visitor.page(path(one), { name, since });
  };

  // A form somebody of these sends, at no other form meanwhile.
  sent = (list, act) => async (since) => {
    const free = list.filter((one) => !one.busy);
    if (!free.length) throw new Error('everybody is at a form');
    await this.alone(this.any(free), act, since);
  };

  // A form that can be sent once for each of these, [who, what]; when all are, something else is done.
  once = (list, act, otherwise) => async (since) => {
    const at = list.findIndex(([one]) => !one.busy);
    if (at < 0) return otherwise(since);
    const [[one, what]] = list.splice(at, 1);
    return this.alone(one, () => act(one, since, what), since);
  };

  async alone(one, act, since) {
    one.busy = true;
    try { await act(one, since); } finally { one.busy = false; }
  }
}

const FORM = '/teacher/application/form';
export const DOCUMENTS = '/teacher/application/documents';
const SUBMIT = '/teacher/application/submit';

export const form = (visitor, since) =>
  visitor.send(FORM, FORM, { category: 'first', procedure: 'general', ground: '', form: 'in_person', presence: 'absent' }, [], { name: 'form', since });
export const attach = (visitor, since) =>
  visitor.send(DOCUMENTS, DOCUMENTS, { kind: 'results_table', caption: 'Результаты' }, [['files', 'Результаты.pdf', PAPER]], { name: 'attach', since });
export const submit = (visitor, since) =>
  visitor.send(SUBMIT, SUBMIT, {}, [['scan', 'Заявление.pdf', PAPER]], { name: 'submit', since });
