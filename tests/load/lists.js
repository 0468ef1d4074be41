// What the size of the region costs: the product's own statements, as the role that sends them and
// under its policies, on a large region and a small one in turns. CPU time of the backend from
// /proc/self/schedstat, median of the rounds, after the session has settled on its plans. A page is
// the sum of its statements: the walk, its rows, the count. Reads databases filled by `ctl seed --big`.
import { cpus, totalmem } from 'node:os';
import { LOGINS, WALKS, filter, median, psql, statement } from './statements.js';

const REGIONS = { small: process.env.SMALL, large: process.env.LARGE };
const ROUNDS = 5;
const BUDGET = 60e6; // nanoseconds of CPU a round, statement and region

const ask = (region, sql) => psql(REGIONS[region], 'postgres', [sql])[0];
const FIRST = ["'1970-01-01'", 0];
const LAST = ["'9999-01-01'", '9223372036854775807'];
const TODAY = 'current_date';
const LINES = 'JOIN unnest($1::bigint[]) WITH ORDINALITY i(id, place)';

// The rows of a page: fifty submitted by chance.
const page = (tenant) => [`ARRAY(SELECT id FROM app.application WHERE submitted_at IS NOT NULL
  AND (${tenant || 'NULL'}::int IS NULL OR tenant_id = ${tenant || 'NULL'}) ORDER BY due_on LIMIT 50)`];

// Each with the statements it is made of; `tenant` is the coordinator's municipality.
const waits = { route: "'municipal'", procedure: "'general'", status: "'under_review'" };
const queue = { route: "'operator'", procedure: "'simplified'", status: "'under_review'" };
const MEASURES = [
  ['operator', 'queue', [[WALKS.queue, [...filter(queue), ...FIRST]], [LINES, page()], [WALKS.countedQueue, filter(queue)]]],
  ['operator', 'everything, newest first', [[WALKS.newest, [...filter(), ...LAST]], [LINES, page()], [WALKS.counted, filter()]]],
  ['operator', 'everything by ФИО', [[WALKS.byName, [...filter(), "''", "''", "''", 0]], [LINES, page()], [WALKS.counted, filter()]]],
  ['operator', 'everything by number', [[WALKS.byNumber, [...filter(), "'9999-01-01'", 2147483647, '9223372036854775807']], [LINES, page()], [WALKS.counted, filter()]]],
  ['operator', 'overdue', [[WALKS.waiting, [...filter({ status: "'under_review'", before: TODAY }), ...FIRST]], [LINES, page()],
    [WALKS.countedWaiting, filter({ status: "'under_review'", before: TODAY })]]],
  ['operator', 'without experts', [[WALKS.waiting, [...filter({ status: "'registered'", experts: 'true' }), ...FIRST]], [LINES, page()],
    [WALKS.countedWaiting, filter({ status: "'registered'", experts: 'true' })]]],
  ['operator', 'a municipality', [[WALKS.newestOfOne, [...filter({ tenant: 2 }), ...LAST]], [LINES, page(2)], [WALKS.countedOfOne, filter({ tenant: 2 })]]],
  ['operator', 'counters of the home page', [['AS "gaps!"', []]]],
  ['operator', 'municipalities at a glance, a page of 50 (the small region has 20)', [["m.status <> 'removed' AND (m.name, m.id) > (", [TODAY, 'NULL']]]],
  ['municipal', 'waiting', [[WALKS.waiting, [...filter(waits), ...FIRST]], [LINES, page(2)], [WALKS.countedWaiting, filter(waits)]]],
  ['municipal', 'all', [[WALKS.oldest, [...filter({ ...waits, status: 'NULL' }), ...FIRST]], [LINES, page(2)], [WALKS.counted, filter({ ...waits, status: 'NULL' })]]],
  ['municipal', 'counters of the home page', [['AS "not_applied!"', [TODAY, TODAY]]]],
  ['municipal', 'figures, twelve months', [['LIMIT 100000) w GROUP BY', ['current_date - 365']]]],
  ['operator', 'figures, twelve months (grow to 100,000 applications)', [['LIMIT 100000) w GROUP BY', ['current_date - 365']]]],
].map(([role, name, parts]) => ({ role, name, parts: parts.map(([part, values]) => ({ values, ...statement(part) })) }));

for (const region of Object.keys(REGIONS)) {
  psql(REGIONS[region], 'postgres', [
    'CREATE SCHEMA IF NOT EXISTS measure',
    // A backend's own CPU time so far, in nanoseconds.
    `CREATE OR REPLACE FUNCTION measure.cpu() RETURNS bigint LANGUAGE sql SECURITY DEFINER
       AS $$ SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint $$`,
    ...MEASURES.flatMap(({ parts }, n) => parts.map(({ text, types }, part) => `CREATE OR REPLACE FUNCTION
      measure.list_${n}_${part}(${[...types, 'int4'].join(', ')}) RETURNS bigint LANGUAGE plpgsql AS $$
      #variable_conflict use_column
      DECLARE measured_row record; measured_from bigint; measured_rows bigint := 0;
      BEGIN
        measured_from := measure.cpu();
        FOR measured_round IN 1..$${types.length + 1} LOOP
          FOR measured_row IN ${text} LOOP measured_rows := measured_rows + 1; END LOOP;
        END LOOP;
        RETURN measure.cpu() - measured_from;
      END $$`)),
    `GRANT USAGE ON SCHEMA app, measure TO ${Object.values(LOGINS).join(', ')}`,
  ]);
}

// CPU of one execution in nanoseconds, in a session of its own that has settled on its plan.
function once(region, role, n, part, values, executions) {
  const context = { role, tenant: role === 'municipal' ? 2 : '', account: 1, membership: 1 };
  const set = Object.entries(context).map(([key, value]) => `set_config('app.${key}', '${value}', false)`);
  const call = (times) => `SELECT measure.list_${n}_${part}(${[...values, times].join(', ')})`;
  const lines = psql(REGIONS[region], LOGINS[role], ['SET search_path = app; SET statement_timeout = 0; SET random_page_cost = 1.1', `SELECT ${set.join(', ')}`, call(6), call(executions)]);
  return Number(lines.at(-1)) / executions;
}

const size = (region) => `${ask(region, 'SELECT count(*) FROM app.application')} over ${ask(region, 'SELECT count(*) FROM app.municipality')}`;
console.log(`${cpus()[0].model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, PostgreSQL ${ask('small', 'SHOW server_version')}`);
console.log(`\n| role | list | ${size('small')}, µs | ${size('large')}, µs | ratio |\n|---|---|---|---|---|`);
for (const [n, { role, name, parts }] of MEASURES.entries()) {
  const times = { small: 0, large: 0 };
  for (const [part, { values }] of parts.entries()) {
    const executions = {};
    for (const region of Object.keys(REGIONS)) executions[region] = Math.max(3, Math.min(3000, Math.round(BUDGET / once(region, role, n, part, values, 3))));
    const arms = { small: [], large: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const region of round % 2 ? ['large', 'small'] : ['small', 'large']) arms[region].push(once(region, role, n, part, values, executions[region]));
    }
    for (const region of Object.keys(REGIONS)) times[region] += median(arms[region]);
  }
  const [small, large] = [times.small / 1000, times.large / 1000];
  console.log(`| ${role} | ${name} | ${small.toFixed(0)} | ${large.toFixed(0)} | ${(large / small).toFixed(2)} |`);
}
