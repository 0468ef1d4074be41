// The product's real processes for a journey: a database of its own, server and worker as
// they are built, the mailbox; and what they left, searched for people's data at the end.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import PostalMime from 'postal-mime';
import { Canaries } from './canaries.js';

const root = resolve(import.meta.dirname, '../..');

// The token of a one-time link: 256 bits. A number of something shown is shorter.
const TOKEN = /\/([\w-]{43})(?![\w-])/g;
const LINK = /\/(invitation|password\/reset|email\/confirm|registration\/delete)\//;

// Redis: each key with its value, of the kinds the product keeps.
const HELD = `
  local held = {}
  for _, key in ipairs(redis.call('KEYS', '*')) do
    local kind = redis.call('TYPE', key).ok
    held[key] = kind == 'zset' and redis.call('ZRANGE', key, 0, -1) or redis.call('GET', key)
  end
  return cjson.encode(held)`;

// Whom nobody types: the people of the demonstration.
const DEMONSTRATION = `
  WITH people AS (SELECT surname, phone FROM app.membership UNION SELECT surname, phone FROM app.institute_member)
  SELECT 'surname', surname FROM people UNION SELECT 'word', phone FROM people WHERE phone <> ''
  UNION SELECT 'login', login FROM app.account`;

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run deploy/dev/test`);
  return value;
}

export function freePort() {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

// A Redis database of its own: sessions are known by account ids, which databases share.
function redisOf(name) {
  const url = new URL(needed('ATTEST_REDIS_URL'));
  const journeys = ['main', 'routing', 'kill', 'towns', 'week', 'month', 'upload', 'viewer', 'signin', 'account', 'leaving', 'admin', 'outage'];
  const number = journeys.indexOf(name) + 1;
  if (number === 0) throw new Error(`no Redis database for the journey ${name}`);
  url.pathname = `/${number}`;
  return url.href;
}

export class Stack {
  // `seeded`: with the demonstration region, made before a worker finds its letters of weeks ago.
  // `prepare`: what has to stand before the processes, once it is known where the pages will.
  static async start(name, { seeded = false, prepare = async () => {} } = {}) {
    const stack = await this.made(name);
    await stack.#watch();
    if (seeded) stack.#seed();
    await prepare(stack);
    await stack.startServer();
    stack.startWorker();
    return stack;
  }

  // Settings and a database, and no process yet.
  static async made(name) {
    const stack = new this();
    stack.dir = mkdtempSync(join(tmpdir(), `attest-${name}-`));
    stack.mail = join(stack.dir, 'mail');
    stack.canaries = new Canaries();
    stack.port = await freePort();
    stack.base = `http://localhost:${stack.port}`;
    stack.superuser = new URL(needed('ATTEST_DB_SUPERUSER_URL'));
    stack.database = `journey_${name}_${process.pid}`;
    stack.env = { ...process.env };
    for (const key of Object.keys(stack.env).filter((key) => /^ATTEST_DB_.*_URL$/.test(key))) {
      const url = new URL(stack.env[key]);
      url.pathname = `/${stack.database}`;
      stack.env[key] = url.href;
    }
    Object.assign(stack.env, {
      ATTEST_LISTEN: `127.0.0.1:${stack.port}`,
      ATTEST_HEALTH_LISTEN: `127.0.0.1:${await freePort()}`,
      ATTEST_BASE_URL: stack.base,
      ATTEST_REDIS_URL: redisOf(name),
      ATTEST_SMTP_URL: `file://${stack.mail}`,
      ATTEST_LOG: 'info',
      ATTEST_CLOCK_FILE: join(stack.dir, 'clock'),
    });
    stack.#prepare();
    stack.processes = [];
    return stack;
  }

  // From here on what is left somewhere is of this run.
  async #watch() {
    this.logged = Number(this.sql("SELECT (pg_stat_file('log')).size"));
    this.watcher = new Worker(new URL('collector.js', import.meta.url), { workerData: this.dir });
    const [port] = await once(this.watcher, 'message');
    // A journey that failed to begin is not kept from ending.
    this.watcher.unref();
    this.env.ATTEST_OTLP_ENDPOINT = `http://127.0.0.1:${port}`;
  }

  #seed() {
    this.ctl(['seed', '--demo']);
    for (const line of this.sql(DEMONSTRATION).split('\n')) {
      const [kind, value] = line.split('|');
      this.canaries[kind](value);
    }
  }

  #psql(database, ...args) {
    const url = new URL(this.superuser);
    url.pathname = `/${database}`;
    execFileSync('psql', [url.href, '-v', 'ON_ERROR_STOP=1', '-q', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  #prepare() {
    this.#psql('postgres', '-c', `CREATE DATABASE ${this.database}`);
    this.#psql(this.database, '-f', join(root, 'deploy/database.sql'));
    this.ctl(['migrate']);
    this.ctl(['reference', 'sync']);
  }

  ctl(args, input = '') {
    return execFileSync(join(needed('ATTEST_BIN'), 'ctl'), args, { env: this.env, input, encoding: 'utf8' });
  }

  spawn(name, extra = {}, called = name) {
    const log = openSync(join(this.dir, `${called}.log`), 'a');
    const child = spawn(join(needed('ATTEST_BIN'), name), [], { env: { ...this.env, ...extra }, stdio: ['ignore', log, log] });
    this.processes.push(child);
    return child;
  }

  async startServer() {
    this.server = this.spawn('server');
    for (let tries = 0; tries < 100; tries += 1) {
      const ready = await fetch(`${this.base}/readyz`).then((answer) => answer.ok, () => false);
      if (ready) return;
      if (this.server.exitCode !== null) break;
      await pause(100);
    }
    throw new Error(`the server did not become ready:\n${this.log('server')}`);
  }

  startWorker() {
    this.worker = this.spawn('worker', { ATTEST_HEALTH_LISTEN: '127.0.0.1:0' });
  }

  // Ends a process as a power cut would, and waits until it is gone.
  async kill(child) {
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await gone;
  }

  // What the database holds, past every policy: one line a row, columns by «|».
  sql(query) {
    const url = new URL(this.superuser);
    url.pathname = `/${this.database}`;
    return execFileSync('psql', [url.href, '-v', 'ON_ERROR_STOP=1', '-Atqc', query], { encoding: 'utf8', maxBuffer: Infinity }).trim();
  }

  log(name) {
    return readFileSync(join(this.dir, `${name}.log`), 'utf8');
  }

  // No process told of a fault of ours.
  noErrors() {
    for (const name of ['server', 'worker']) {
      assert.deepEqual(this.log(name).split('\n').filter((line) => /\bERROR\b|panicked/.test(line)), [], name);
    }
  }

  // All letters so far, oldest first.
  async letters() {
    let names = [];
    try {
      names = readdirSync(this.mail).filter((name) => name.endsWith('.eml')).sort();
    } catch {
      return [];
    }
    return Promise.all(names.map((name) => PostalMime.parse(readFileSync(join(this.mail, name)))));
  }

  // The newest letter to an address whose subject contains these words, waited for.
  async letter(to, subject) {
    for (let tries = 0; tries < 150; tries += 1) {
      const found = (await this.letters()).filter(
        (letter) => letter.to?.some((person) => person.address === to) && letter.subject.includes(subject),
      );
      if (found.length > 0) return found.at(-1);
      await pause(100);
    }
    throw new Error(`no letter «${subject}» to ${to}\n${this.log('worker').slice(-3000)}`);
  }

  // The one-time link of the newest such letter, as a local path.
  async link(to, subject) {
    const letter = await this.letter(to, subject);
    const found = letter.text.match(new RegExp(`${this.base}(/[^\\s<>]+)`));
    if (!found) throw new Error(`no link in the letter:\n${letter.text}`);
    return found[1];
  }

  async stop() {
    if (this.watcher) await this.#lastVisit();
    for (const child of this.processes) {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((done) => child.once('exit', done));
        child.kill('SIGTERM');
        await Promise.race([gone, pause(8000).then(() => child.kill('SIGKILL'))]);
      }
    }
    try {
      if (this.watcher) await this.#search();
    } finally {
      await this.watcher?.terminate();
      this.#psql('postgres', '-c', `DROP DATABASE IF EXISTS ${this.database} WITH (FORCE)`);
    }
  }

  // However little of the journey was run, each place has something of it; the question is a canary. Where
  // the server is gone already, the search says so.
  async #lastVisit() {
    const asked = `вопрос-${randomUUID()}`;
    this.canaries.word(asked);
    await fetch(`${this.base}/login?q=${encodeURIComponent(asked)}`).then((answer) => answer.text()).catch(() => {});
  }

  // Nothing of anybody is in what the run left behind it (SEC-83); all of it lies beside the logs for whoever
  // looks why. The values in Redis are sessions, which hold a login: only what opens a door may not be there.
  async #search() {
    for (const { text = '' } of await this.letters()) {
      const tokens = [...text.matchAll(TOKEN)];
      assert.ok(tokens.length > 0 || !LINK.test(text), 'a link of a letter has no token that is searched for');
      for (const [, token] of tokens) this.canaries.secret(token);
    }
    const held = JSON.parse(execFileSync('redis-cli', ['-u', this.env.ATTEST_REDIS_URL, 'EVAL', HELD, '0'],
      { encoding: 'utf8', maxBuffer: Infinity }));
    const left = {
      'postgres.log': this.#postgresLog(),
      'redis.keys': Object.keys(held).join('\n'),
      'redis.values': Object.values(held).flat().join('\n'),
    };
    for (const [name, what] of Object.entries(left)) writeFileSync(join(this.dir, name), what);
    const places = ['server.log', 'worker.log', 'traces', 'metrics', ...Object.keys(left)];
    // They came, and not packed.
    for (const name of ['traces', 'metrics']) {
      assert.ok(readFileSync(join(this.dir, name)).includes('/login'), `no visit of /login in ${name}`);
    }
    const found = places.flatMap((name) => this.canaries.in(join(this.dir, name), { secretsOnly: name === 'redis.values' }));
    assert.equal(found.length, 0, `the run left people's data (SEC-83):\n${found.slice(0, 30).join('\n')}`);
    console.log(`SEC-83: ${this.canaries.size} canaries in none of ${places.length} places`);
  }

  // What PostgreSQL logged since the run began, other journeys' lines among it; the last one is ours, which
  // says that this is the log it writes.
  #postgresLog() {
    const end = `the end of ${this.database}`;
    this.sql(`DO $$ BEGIN RAISE LOG '${end}'; END $$`);
    const bytes = this.sql(`SELECT pg_read_binary_file('log', ${this.logged}, (pg_stat_file('log')).size - ${this.logged})`);
    const log = Buffer.from(bytes.slice('\\x'.length), 'hex').toString();
    assert.ok(log.includes(end), 'PostgreSQL does not log where it was searched');
    return log;
  }
}

export function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
