// The product's real processes for a journey: a database of its own, server and worker as
// they are built, the mailbox, and the log to be judged at the end.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import PostalMime from 'postal-mime';

const root = resolve(import.meta.dirname, '../..');

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
  const number = ['main', 'routing', 'kill', 'towns', 'week', 'month', 'upload', 'viewer', 'signin', 'leaving'].indexOf(name) + 1;
  if (number === 0) throw new Error(`no Redis database for the journey ${name}`);
  url.pathname = `/${number}`;
  return url.href;
}

export class Stack {
  // `seeded`: with the demonstration region, made before a worker finds its letters of weeks ago.
  // `prepare`: what has to stand before the processes, once it is known where the pages will.
  static async start(name, { seeded = false, prepare = async () => {} } = {}) {
    const stack = new Stack();
    stack.dir = mkdtempSync(join(tmpdir(), `attest-${name}-`));
    stack.mail = join(stack.dir, 'mail');
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
    if (seeded) stack.ctl(['seed', '--demo']);
    stack.processes = [];
    await prepare(stack);
    await stack.startServer();
    stack.startWorker();
    return stack;
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

  #spawn(name, extra = {}) {
    const log = openSync(join(this.dir, `${name}.log`), 'a');
    const child = spawn(join(needed('ATTEST_BIN'), name), [], { env: { ...this.env, ...extra }, stdio: ['ignore', log, log] });
    this.processes.push(child);
    return child;
  }

  async startServer() {
    this.server = this.#spawn('server');
    for (let tries = 0; tries < 100; tries += 1) {
      const ready = await fetch(`${this.base}/readyz`).then((answer) => answer.ok, () => false);
      if (ready) return;
      if (this.server.exitCode !== null) break;
      await pause(100);
    }
    throw new Error(`the server did not become ready:\n${this.log('server')}`);
  }

  startWorker() {
    this.worker = this.#spawn('worker', { ATTEST_HEALTH_LISTEN: '127.0.0.1:0' });
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
    return execFileSync('psql', [url.href, '-v', 'ON_ERROR_STOP=1', '-Atqc', query], { encoding: 'utf8' }).trim();
  }

  log(name) {
    return readFileSync(join(this.dir, `${name}.log`), 'utf8');
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
    for (const child of this.processes) {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((done) => child.once('exit', done));
        child.kill('SIGTERM');
        await Promise.race([gone, pause(8000).then(() => child.kill('SIGKILL'))]);
      }
    }
    this.#psql('postgres', '-c', `DROP DATABASE IF EXISTS ${this.database} WITH (FORCE)`);
  }
}

export function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
