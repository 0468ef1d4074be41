// What row-level security costs: the product's own statements (libs/db/.sqlx) as the role that
// sends them, under its policies, against the same text as a role that policies do not bind, with
// the predicates written by hand. Same statement cache, alternating arms, CPU time of the backend
// from /proc/self/schedstat, median of the rounds. Reads a database filled by `ctl seed --big`.
import { cpus, totalmem } from 'node:os';
import { LOGINS, WALKS, filter, median, psql as asking, statement } from './statements.js';

const base = process.env.ATTEST_DB_SUPERUSER_URL;
const ROUNDS = 5;
const BUDGET = 100e6; // nanoseconds of CPU a round and arm
const BIG = 1;

const psql = (login, statements) => asking(base, login, statements);
const ask = (sql) => psql('postgres', [sql])[0];

const EXPERT = Number(ask(`SELECT id FROM app.membership WHERE tenant_id = ${BIG} AND role = 'expert' LIMIT 1`));
const SMALL = Number(ask('SELECT count(*) FROM app.municipality')) / 2;
const one = (condition) => `'${ask(`SELECT public_id FROM app.application WHERE ${condition} LIMIT 1`)}'`;
const FIRST = ["'1970-01-01'", 0];
const LAST = ["'9999-01-01'", '9223372036854775807'];
const SEARCH = "'''ивановa'':* & ''мария'':*'".replace('a', 'а');

// The municipality, by hand, on the tables of these aliases: the parameter after the statement's own.
const municipality = (...aliases) => ({ text, types }) =>
  text.replaceAll(new RegExp(`WHERE (${aliases.join('|')})\\.(?!tenant_id|id =)`, 'g'), `WHERE $1.tenant_id = $${types.length + 1} AND $1.`);
const logins = (text) => text.replace('app.people_logins(ARRAY(SELECT account_id FROM page))',
  '(SELECT id AS account_id, login, email FROM app.account WHERE id = ANY (ARRAY(SELECT account_id FROM page)))');
const contacts = (text) => text.replace('app.contacts(ARRAY(SELECT application_id FROM page)) k ON k.application_id = a.id',
  '(app.membership m JOIN app.account k ON k.id = m.account_id) ON m.tenant_id = a.tenant_id AND m.id = a.membership_id')
  .replace('k.phone', 'm.phone');
const assigned = ({ text, types }) => `${text} AND EXISTS (SELECT FROM app.assignment x WHERE x.tenant_id = a.tenant_id
  AND x.application_id = a.id AND x.expert_account_id = $${types.length + 1} AND x.closed_at IS NULL)`;
const found = (narrower) => ({ types }) => {
  const by = narrower.replace('$', `$${types.length + 1}`);
  return `(SELECT a.id FROM app.application a WHERE a.search @@ $1::text::tsquery AND a.submitted_at IS NOT NULL ${by} LIMIT 1001)
    UNION (SELECT a.id FROM app.organisation o JOIN app.application a ON a.tenant_id = o.tenant_id AND a.organisation_id = o.id
      WHERE o.search @@ $2::text::tsquery AND a.submitted_at IS NOT NULL ${by} LIMIT 1001) LIMIT 1001`;
};
const same = ({ text }) => text;

const SCHEDULE = "WHERE a.tenant_id = $6 AND a.status = 'registered'";
const PEOPLE = 'WHERE m.ended_at IS NULL AND (m.surname, m.id) > ($1, $2)';
const FIND = 'w.id AS "withdrawal_id?"';
const HELPER = 'app.search_applications($1::text::tsquery, $2::text::tsquery)';
const waits = { route: "'municipal'", procedure: "'general'", status: "'under_review'" };
const schedule = (tenant) => [...FIRST, 'NULL', 'false', 'false', tenant, 'false'];
const ids = (tenant) => `ARRAY(SELECT id FROM app.application WHERE tenant_id = ${tenant} AND search @@ ${SEARCH}::tsquery AND submitted_at IS NOT NULL)`;

const MEASURES = [];
const measure = (name, role, part, values, plain, by = BIG) => MEASURES.push({ name, role, plain, values, by, ...statement(part) });
for (const [size, tenant] of [['the largest', BIG], ['another', SMALL]]) {
  measure(`work list, waiting; ${size} municipality`, 'municipal', WALKS.waiting, [...filter(waits), ...FIRST], municipality('a'), tenant);
  measure(`work list, all; ${size}`, 'municipal', WALKS.oldest, [...filter({ ...waits, status: 'NULL' }), ...FIRST], municipality('a'), tenant);
  measure(`schedule; ${size}`, 'municipal', SCHEDULE, schedule(tenant), same, tenant);
  measure(`people; ${size}`, 'municipal', PEOPLE, ["''", 0], (one) => logins(municipality('m')(one)), tenant);
  measure(`counters of the home page; ${size}`, 'municipal', 'AS "not_applied!"', ['current_date', 'current_date'], municipality('a', 'c', 'w', 'm'), tenant);
  measure(`search, the finds; ${size}`, 'municipal', HELPER, [SEARCH, SEARCH], found('AND a.tenant_id = $'), tenant);
  measure(`search, their rows; ${size}`, 'municipal', WALKS.found, [...filter(), ids(tenant), "'due'"], municipality('a'), tenant);
  measure(`one application; ${size}`, 'municipal', FIND, [one(`tenant_id = ${tenant} AND status = 'registered'`), 1], municipality('a'), tenant);
}
measure('queue', 'operator', WALKS.queue, [...filter({ route: "'operator'", procedure: "'simplified'", status: "'under_review'" }), ...FIRST], same);
measure('everything submitted', 'operator', WALKS.newest, [...filter(), ...LAST], same);
measure('everything of a municipality', 'operator', WALKS.newestOfOne, [...filter({ tenant: BIG }), ...LAST], same);
measure('people of all municipalities', 'operator', PEOPLE, ["''", 0], ({ text }) => logins(text));
measure('counters of the home page', 'operator', 'AS "gaps!"', [], same);
measure('search, the finds', 'operator', HELPER, [SEARCH, SEARCH], found(''));
measure('one application', 'operator', FIND, [one(`tenant_id = ${BIG} AND status = 'registered'`), 1], same);
measure('list', 'expert', 'x.expert_account_id = $1 AND x.expert_membership_id', [EXPERT, 0, 'NULL'], ({ text }) => contacts(text), EXPERT);
measure('one application', 'expert', FIND,
  [one(`id = (SELECT application_id FROM app.assignment WHERE expert_account_id = ${EXPERT} AND closed_at IS NULL LIMIT 1)`), EXPERT], assigned, EXPERT);

const BY_HAND = 'attest_backup';
psql('postgres', [
  'CREATE SCHEMA IF NOT EXISTS measure',
  // A backend's own CPU time so far, in nanoseconds.
  `CREATE OR REPLACE FUNCTION measure.cpu() RETURNS bigint LANGUAGE sql SECURITY DEFINER
     AS $$ SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint $$`,
  ...MEASURES.flatMap(({ text, types, plain }, n) => [['rls', text], ['hand', plain({ text, types })]].map(([arm, sql]) => {
    const parameters = [...types, 'int8', 'int4'];
    return `CREATE OR REPLACE FUNCTION measure.${arm}_${n}(${parameters.join(', ')}) RETURNS bigint LANGUAGE plpgsql AS $$
      #variable_conflict use_column
      DECLARE measured_row record; measured_from bigint; measured_rows bigint := 0;
      BEGIN
        measured_from := measure.cpu();
        FOR measured_round IN 1..$${parameters.length} LOOP
          FOR measured_row IN ${sql} LOOP measured_rows := measured_rows + 1; END LOOP;
        END LOOP;
        RETURN measure.cpu() - measured_from;
      END $$`;
  })),
  `GRANT USAGE ON SCHEMA app, measure TO ${BY_HAND}, ${Object.values(LOGINS).join(', ')}`,
  `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA app TO ${BY_HAND}`,
]);

// CPU of one execution in nanoseconds, in a session of its own that has settled on its plan.
function once(arm, { role, values, by }, n, executions) {
  const expert = role === 'expert';
  const context = { role, tenant: role === 'municipal' ? by : '', account: expert ? by : 1, membership: expert ? by : 1 };
  const set = Object.entries(context).map(([key, value]) => `set_config('app.${key}', '${value}', false)`);
  const call = (times) => `SELECT measure.${arm}_${n}(${[...values, by, times].join(', ')})`;
  const login = arm === 'rls' ? LOGINS[role] : BY_HAND;
  const lines = psql(login, ['SET search_path = app; SET statement_timeout = 0; SET random_page_cost = 1.1', `SELECT ${set.join(', ')}`, call(6), call(executions)]);
  return Number(lines.at(-1)) / executions;
}

const applications = Number(ask('SELECT count(*) FROM app.application'));
console.log(`${cpus()[0].model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, PostgreSQL ${ask('SHOW server_version')}; ` +
  `${ask('SELECT count(*) FROM app.municipality')} municipalities, ${applications} applications, ${ask(`SELECT count(*) FROM app.application WHERE tenant_id = ${BIG}`)} in the largest, ` +
  `${ask(`SELECT count(*) FROM app.application WHERE tenant_id = ${SMALL}`)} in another; ${ask(`SELECT count(*) FROM app.assignment WHERE expert_account_id = ${EXPERT} AND closed_at IS NULL`)} open assignments of the expert`);
console.log('\n| role | list | under RLS, µs | by hand, µs | ratio |\n|---|---|---|---|---|');
for (const [n, measured] of MEASURES.entries()) {
  const executions = Math.max(3, Math.min(3000, Math.round(BUDGET / once('rls', measured, n, 3))));
  const arms = { rls: [], hand: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const arm of round % 2 ? ['hand', 'rls'] : ['rls', 'hand']) arms[arm].push(once(arm, measured, n, executions));
  }
  const [rls, hand] = [median(arms.rls), median(arms.hand)];
  console.log(`| ${measured.role} | ${measured.name} | ${(rls / 1000).toFixed(0)} | ${(hand / 1000).toFixed(0)} | ${(rls / hand).toFixed(2)} |`);
}
