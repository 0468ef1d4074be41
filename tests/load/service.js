// Server and worker on a region, as they are built, and its database asked as the superuser. A worker
// has what people leave over of the processor, as on a node where they come first.
import { execFileSync, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const { ATTEST_BIN, WORK } = process.env;
const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

export const REGIONS = { small: process.env.SMALL, large: process.env.LARGE };

// One value asked of a database.
export const asking = (database) => (sql) =>
  execFileSync('psql', ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', sql], { encoding: 'utf8', maxBuffer: 1 << 28 }).trim();

function free() {
  return new Promise((done) => {
    const listening = createServer().listen(0, '127.0.0.1', () => {
      const { port } = listening.address();
      listening.close(() => done(port));
    });
  });
}

export class Service {
  running = [];

  constructor(database, port) {
    this.base = `http://127.0.0.1:${port}`;
    this.ask = asking(database);
    const urls = Object.keys(process.env).filter((name) => /^ATTEST_DB_.*_URL$/.test(name));
    const name = database.split('/').at(-1);
    this.env = {
      ...process.env, ...Object.fromEntries(urls.map((url) => [url, process.env[url].replace(/[^/]*$/, name)])),
      ATTEST_LISTEN: `127.0.0.1:${port}`, ATTEST_BASE_URL: this.base, ATTEST_HEALTH_LISTEN: '127.0.0.1:0', ATTEST_TENANT_HOSTS: 'off',
      MALLOC_MMAP_THRESHOLD_: '1048576', // as the image has it
      ATTEST_LOG: 'warn', ATTEST_SMTP_URL: `file://${WORK}`, ATTEST_S3_SEAL_BUCKET: `${name.replaceAll('_', '-')}-seals`,
      // All of them come from this machine.
      ATTEST_LIMIT_LOGIN_PER_ADDRESS: '1000000', ATTEST_LIMIT_LOGIN_PER_ACCOUNT: '1000000',
      ATTEST_LIMIT_REGISTER_PER_HOUR: '1000000', ATTEST_LIMIT_UPLOAD_PER_HOUR: '1000000',
    };
  }

  static async start(database) {
    const service = new Service(database, await free());
    const began = performance.now();
    service.server = service.spawn(join(ATTEST_BIN, 'server'));
    while (!(await fetch(`${service.base}/readyz`).then((answer) => answer.ok, () => false))) {
      if (service.server.exitCode !== null) throw new Error(service.log());
      await pause(5);
    }
    service.ready = performance.now() - began;
    return service;
  }

  spawn(program, args = [], output = undefined) {
    const log = openSync(join(WORK, 'log'), 'a');
    const child = spawn(program, args, { stdio: ['ignore', output ?? log, log], env: this.env });
    this.running.push(child);
    return child;
  }

  work() {
    this.worker = this.spawn('nice', ['-n', '19', join(ATTEST_BIN, 'worker')]);
  }

  log = () => readFileSync(join(WORK, 'log'), 'utf8').slice(-4000);

  async stop() {
    const ended = this.running.filter(({ exitCode }) => exitCode === null).map((child) => new Promise((done) => { child.on('exit', done); }));
    for (const child of this.running) child.kill('SIGTERM');
    await Promise.all(ended);
  }
}
