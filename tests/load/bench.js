// Measures the main pages over HTTP (wrk, 1 and 32 connections) and, in the same run, the SQL
// each page sends, replayed by pgbench as the same database role: the ratio says how much of
// what the database can do the server leaves to its users.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

const base = process.env.ATTEST_BASE_URL;
const seconds = process.argv[2] ?? '5';
const dir = mkdtempSync(join(tmpdir(), 'attest-load-'));
const [, PASSWORD] = readFileSync(join(process.env.ATTEST_CLOCK_FILE, '../logins.txt'), 'utf8').match(/^Пароль у всех: (.+)$/m);

const PAGES = [
  { name: "teacher's home", login: 'tomskteacher3', path: '/teacher', role: 'tenant' },
  { name: "coordinator's list", login: 'tomskcoordinator', path: '/municipal/applications', role: 'tenant' },
  { name: "coordinator's application", login: 'tomskcoordinator', list: '/municipal/applications', role: 'tenant' },
  { name: 'schedule', login: 'tomskcoordinator', path: '/municipal/schedule', role: 'tenant' },
  { name: "operator's queue", login: 'operator', path: '/operator/queue', role: 'operator' },
];

async function startServer() {
  const log = openSync(join(dir, 'server.log'), 'a');
  const began = performance.now();
  const child = spawn(process.env.ATTEST_SERVER, [], { stdio: ['ignore', log, log], env: { ...process.env, ATTEST_LOG: 'warn' } });
  for (;;) {
    if (await fetch(`${base}/readyz`).then((answer) => answer.ok, () => false)) return [child, performance.now() - began];
    if (child.exitCode !== null) throw new Error(readFileSync(join(dir, 'server.log'), 'utf8'));
    await new Promise((done) => setTimeout(done, 5));
  }
}

// A browser as far as a benchmark needs one: it keeps cookies and follows redirects.
class Client {
  cookies = new Map();

  async ask(path, form) {
    const answer = await fetch(new URL(path, base), {
      method: form ? 'POST' : 'GET',
      body: form && new URLSearchParams(form),
      headers: { cookie: this.cookie(), ...(form && { 'sec-fetch-site': 'same-origin' }) },
      redirect: 'manual',
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';');
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const to = answer.headers.get('location');
    return to ? this.ask(to) : answer.text();
  }

  cookie() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  static async signIn(login) {
    const client = new Client();
    const token = (await client.ask('/login')).match(/name="_csrf" value="([^"]+)"/)[1];
    await client.ask('/login', { _csrf: token, login, username: login, password: PASSWORD });
    return client;
  }
}

function wrk(path, cookie, connections) {
  const text = execFileSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-H', `Cookie: ${cookie}`, base + path], { encoding: 'utf8' });
  if (/Non-2xx/.test(text)) throw new Error(`${path}: ${text}`);
  const milliseconds = (percent) => {
    const [, value, unit] = text.match(new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`));
    return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit];
  };
  return { rate: Number(text.match(/Requests\/sec:\s+([\d.]+)/)[1]), p50: milliseconds(50), p99: milliseconds(99) };
}

function psql(...statements) {
  execFileSync('psql', [process.env.ATTEST_DB_SUPERUSER_URL, '-q', ...statements.flatMap((one) => ['-c', one])]);
}

// What one request for the page sends to the database, from the server's own log of it, with
// the parameters put in.
async function statements(page, client) {
  psql("ALTER SYSTEM SET log_statement = 'all'", 'ALTER SYSTEM SET log_parameter_max_length = -1', 'SELECT pg_reload_conf()');
  await new Promise((done) => setTimeout(done, 300));
  const start = statSync(process.env.PG_LOG).size;
  await client.ask(page.path);
  await new Promise((done) => setTimeout(done, 300));
  psql("ALTER SYSTEM RESET log_statement", 'ALTER SYSTEM RESET log_parameter_max_length', 'SELECT pg_reload_conf()');
  const text = readFileSync(process.env.PG_LOG).subarray(start).toString('utf8');
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

function pgbench(page, sql, connections) {
  const script = join(dir, 'page.sql');
  writeFileSync(script, ['BEGIN;', ...sql.map((one) => `${one.replaceAll(/\s+/g, ' ')};`), 'COMMIT;'].join('\n'));
  const url = new URL(process.env[`ATTEST_DB_${page.role.toUpperCase()}_URL`]);
  const text = execFileSync(process.env.PGBENCH, ['-n', '-M', 'prepared', '-f', script, `-c${connections}`, '-j1', `-T${seconds}`,
    '-h', url.hostname, '-p', url.port, '-U', url.username, url.pathname.slice(1)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return Number(text.match(/tps = ([\d.]+)/)[1]);
}

function resident(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}

const [server, startUp] = await startServer();
try {
  console.log(`${cpus()[0].model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; ${seconds} s a figure; start to ready ${Math.round(startUp)} ms`);
  console.log('\n| page | SQL statements | connections | requests/s | p50, ms | p99, ms | pgbench, transactions/s | ratio |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const page of PAGES) {
    const client = await Client.signIn(page.login);
    if (page.list) [, page.path] = (await client.ask(page.list)).match(/href="(\/municipal\/applications\/[0-9a-f-]{36})"/);
    const sql = await statements(page, client);
    for (const connections of [1, 32]) {
      const http = wrk(page.path, client.cookie(), connections);
      const alone = pgbench(page, sql, connections);
      console.log(`| ${page.name} | ${sql.length} | ${connections} | ${http.rate.toFixed(0)} | ${http.p50.toFixed(1)} | ${http.p99.toFixed(1)} | ${alone.toFixed(0)} | ${(http.rate / alone).toFixed(2)} |`);
    }
  }
  console.log(`\nResident memory of the server after the run: ${resident(server.pid).toFixed(0)} MiB.`);
} finally {
  server.kill('SIGTERM');
}
