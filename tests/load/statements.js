// The product's own statements (libs/db/.sqlx), and psql to ask them with, for the benchmarks.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const queries = new URL('../../libs/db/.sqlx/', import.meta.url);
const STATEMENTS = readdirSync(queries).map((name) => {
  const { query, describe } = JSON.parse(readFileSync(new URL(name, queries), 'utf8'));
  return { text: query.replaceAll(/\s+/g, ' '), types: describe.parameters.Left.map((type) => type.replace(/(.*)Array$/, '$1[]')) };
});

// The one statement with this part.
export function statement(part) {
  const found = STATEMENTS.filter(({ text }) => text.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} statements have «${part}»`);
  return found[0];
}

// Statements as a login of a database, the lines they answer.
export function psql(database, login, statements) {
  const url = new URL(database);
  url.username = login;
  const text = execFileSync('psql', ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', url.href, ...statements.flatMap((one) => ['-c', one])], { encoding: 'utf8' });
  return text.trim().split('\n');
}

export const LOGINS = { municipal: 'attest_tenant', operator: 'attest_operator', expert: 'attest_expert' };
export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

// A narrowed list: what it is narrowed to, by the order of its statement's parameters, and the
// parts its walks are told by (libs/db/src/applications/lists/narrowed).
export const filter = ({ tenant = 'NULL', route = 'NULL', procedure = 'NULL', status = 'NULL', category = 'NULL', before = "'9999-01-01'", experts = 'false' } = {}) =>
  [tenant, 'NULL', route, procedure, status, 'NULL', category, 'NULL', "'1970-01-01'", before, 'NULL', 'NULL', 'false', experts];
const DUE = '(a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint)';
const all = 'WHERE a.submitted_at IS NOT NULL AND ';
const one = 'WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL AND ';
export const WALKS = {
  queue: `a.procedure = $4 AND ${DUE} AND (a.due_on, a.id) > (`,
  waiting: `${all}a.status = $5 AND ${DUE} AND (a.due_on, a.id) > (`,
  oldest: `${all}${DUE} AND (a.due_on, a.id) > (`,
  newest: `${all}${DUE} AND (a.due_on, a.id) < (`,
  newestOfOne: `${one}${DUE} AND (a.due_on, a.id) < (`,
  byName: `${all}(a.surname, a.name, a.patronymic, a.id) > (`,
  byNumber: `${all}(CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id) < (`,
  counted: `${all}${DUE} ORDER BY`,
  countedWaiting: `${all}a.status = $5 AND ${DUE} ORDER BY`,
  countedQueue: `a.procedure = $4 AND ${DUE} ORDER BY`,
  countedOfOne: `${one}${DUE} ORDER BY`,
  found: 'a.id = ANY ($15) AND a.submitted_at IS NOT NULL',
};
