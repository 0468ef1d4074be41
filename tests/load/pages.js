// Measures the main pages over HTTP (wrk) on a small region and a large one and, in the same run, the
// SQL each page sends, replayed by pgbench as the same database role: what the server leaves of what the
// database can do, and what the size of the region costs. See tests/load/run.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { Record } from './arrivals.js';
import { REGIONS, Service, asking } from './service.js';
import { Visitor, connections } from './visitor.js';

const seconds = process.argv[2] ?? '5';
const CONNECTIONS = 32;
const MANY = 200;
const { PGBENCH, PG_LOG, WORK } = process.env;
const superuser = asking(process.env.ATTEST_DB_SUPERUSER_URL);

// A page's address may be asked of the region's database. The second municipality is like any other,
// the first has every fiftieth application.
const TEACHER = `SELECT k.login FROM app.application a JOIN app.account k ON k.id = a.account_id
  WHERE a.tenant_id = 2 AND a.status = 'registered' ORDER BY a.id LIMIT 1`;
const CASE = "SELECT '/municipal/applications/' || public_id FROM app.application WHERE tenant_id = 2 AND status = 'under_review' ORDER BY due_on LIMIT 1";
const EXPERT = `SELECT k.login FROM app.assignment x JOIN app.account k ON k.id = x.expert_account_id
  WHERE x.expert_tenant_id = 2 AND x.closed_at IS NULL GROUP BY k.login ORDER BY count(*) DESC LIMIT 1`;
const PAGES = [
  { name: "teacher's home", who: TEACHER, path: '/teacher', role: 'tenant' },
  { name: "coordinator's home", login: 'coordinator2', path: '/municipal', role: 'tenant' },
  { name: "coordinator's list", login: 'coordinator2', path: '/municipal/applications', role: 'tenant' },
  { name: "coordinator's list, the largest municipality", login: 'coordinator1', path: '/municipal/applications', role: 'tenant' },
  { name: "coordinator's application", login: 'coordinator2', where: CASE, role: 'tenant' },
  { name: 'schedule', login: 'coordinator2', path: '/municipal/schedule', role: 'tenant' },
  { name: "expert's list", who: EXPERT, path: '/expert', role: 'expert' },
  { name: "operator's queue", login: 'operator', path: '/operator/queue', role: 'operator' },
  { name: "operator's list", login: 'operator', path: '/operator/applications', role: 'operator' },
];

// What wrk says of a page asked for by as many connections as it gets.
async function wrk(service, path, visitor, connections, lasting = seconds) {
  const script = join(WORK, 'quantiles.lua');
  writeFileSync(script, `function done(summary, latency)
    io.write(string.format("found %f %f %f %f %d\\n", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
      latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3, summary.errors.status + summary.errors.timeout + summary.errors.connect + summary.errors.read))
  end`);
  const record = new Record(service.server.pid);
  const child = service.spawn('wrk', ['-t1', `-c${connections}`, `-d${lasting}s`, '--timeout', '30s', '-s', script, '-H', `Cookie: ${visitor.cookie()}`, service.base + path], 'pipe');
  let text = '';
  child.stdout.on('data', (part) => { text += part; });
  await new Promise((done) => { child.on('close', done); });
  record.stop();
  const [rate, p50, p99, p999, failed] = text.match(/found (.+)/)[1].split(' ').map(Number);
  if (failed) throw new Error(`${path}: ${text}`);
  return { rate, p50, p99, p999, memory: record.most };
}

// What one request for the page sends to the database, from the database's own log of it, with the
// parameters put in.
async function statements(visitor, path) {
  const settle = () => new Promise((done) => { setTimeout(done, 300); });
  superuser("ALTER SYSTEM SET log_statement = 'all'");
  superuser('ALTER SYSTEM SET log_parameter_max_length = -1');
  superuser('SELECT pg_reload_conf()');
  await settle();
  const start = statSync(PG_LOG).size;
  await visitor.page(path);
  await settle();
  superuser('ALTER SYSTEM RESET log_statement');
  superuser('ALTER SYSTEM RESET log_parameter_max_length');
  superuser('SELECT pg_reload_conf()');
  const text = readFileSync(PG_LOG).subarray(start).toString('utf8');
  const found = [];
  for (const entry of text.split(/\n(?=\d{4}-\d\d-\d\d )/)) {
    const said = entry.match(/LOG: {2}(?:execute [^:]+|statement): ([\s\S]*)$/);
    if (said && !/ALTER SYSTEM|pg_reload_conf|^\s*(BEGIN|COMMIT|ROLLBACK)\b/i.test(said[1])) found.push(said[1].trim());
    const given = entry.match(/DETAIL: {2}[Pp]arameters: ([\s\S]*)$/);
    if (given && found.length > 0) {
      const values = [...given[1].matchAll(/\$(\d+) = (NULL|'(?:[^']|'')*')/g)];
      for (const [, number, value] of values.reverse()) found[found.length - 1] = found.at(-1).replaceAll(`$${number}`, value);
    }
  }
  return found;
}

function pgbench(service, role, sql) {
  const script = join(WORK, 'page.sql');
  writeFileSync(script, ['BEGIN;', ...sql.map((one) => `${one.replaceAll(/\s+/g, ' ')};`), 'COMMIT;'].join('\n'));
  const url = new URL(service.env[`ATTEST_DB_${role.toUpperCase()}_URL`]);
  const text = execFileSync(PGBENCH, ['-n', '-M', 'prepared', '-f', script, `-c${CONNECTIONS}`, '-j1', `-T${seconds}`,
    '-h', url.hostname, '-p', url.port, '-U', url.username, url.pathname.slice(1)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return Number(text.match(/tps = ([\d.]+)/)[1]);
}

async function measured(service) {
  const agent = connections(1);
  const found = [];
  for (const page of PAGES) {
    const visitor = new Visitor(service.base, agent);
    await visitor.signIn(page.login ?? service.ask(page.who));
    const path = page.path ?? service.ask(page.where);
    const sql = await statements(visitor, path);
    // Fresh connections prepare their statements, and plan each five times.
    await wrk(service, path, visitor, CONNECTIONS, 2);
    const http = await wrk(service, path, visitor, CONNECTIONS);
    const alone = pgbench(service, page.role, sql);
    found.push({ ...http, sql: sql.length, ratio: http.rate / alone, many: (await wrk(service, path, visitor, MANY)).memory });
  }
  return found;
}

const found = {};
const size = {};
for (const [region, database] of Object.entries(REGIONS)) {
  // The private cluster logs no parameters; these are of invented people.
  superuser(`ALTER DATABASE ${database.split('/').at(-1)} SET log_error_verbosity = 'default'`);
  const service = await Service.start(database);
  try {
    size[region] = Number(service.ask('SELECT count(*) FROM app.application')).toLocaleString('en');
    found[region] = await measured(service);
    if (region === 'small') console.log(`${cpus()[0].model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; ${seconds} s a figure; start to ready ${Math.round(service.ready)} ms`);
  } finally {
    await service.stop();
  }
}
const headings = ['small', 'large'].map((region) => `${size[region]}: requests/s | p50, ms | p99, ms | p99.9, ms | of pgbench`);
console.log(`\n| page | SQL statements | ${headings.join(' | ')} | large / small |\n|---|---|${'---|'.repeat(11)}`);
for (const [n, { name }] of PAGES.entries()) {
  const [small, large] = [found.small[n], found.large[n]];
  const line = ({ rate, p50, p99, p999, ratio }) => `${rate.toFixed(0)} | ${p50.toFixed(0)} | ${p99.toFixed(0)} | ${p999.toFixed(0)} | ${ratio.toFixed(2)}`;
  console.log(`| ${name} | ${large.sql} | ${line(small)} | ${line(large)} | ${(small.rate / large.rate).toFixed(2)} |`);
}
const most = (region) => Math.max(...found[region].map(({ many }) => many)).toFixed(0);
console.log(`\nMost resident memory of the server at ${MANY} connections: ${most('small')} and ${most('large')} MiB.`);
