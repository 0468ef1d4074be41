// Two servers and two workers behind HAProxy, as the chart runs them, with a mail server and a
// collector; PostgreSQL, Redis and S3 are those of tests/outage/run.
import { execFileSync, spawn } from 'node:child_process';
import { openSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { freePort, pause, Stack } from '../journeys/stack.js';
import { Part } from './part.js';

const { STACK, ATTEST_ROTEL } = process.env;
const here = import.meta.dirname;
export const PLACES = ['one', 'two'];
// As in helm/values.yaml, shorter: the pod serves on, the proxy learns a little later that it is going.
const DRAIN = 1500;
const LEARNS = 500;

export class Region extends Stack {
  static async begin() {
    const region = await this.made('outage');
    try {
      await region.#stand();
      return region;
    } catch (error) {
      await region.stop();
      throw error;
    }
  }

  async #stand() {
    // The private cluster need not outlive a power cut; here a killed one must keep what it has said.
    this.sql(`ALTER DATABASE ${this.database} SET synchronous_commit = on`);
    this.relay = { port: await freePort() };
    this.collector = { port: await freePort(), other: await freePort() };
    Object.assign(this.env, {
      ATTEST_SMTP_URL: `smtp://127.0.0.1:${this.relay.port}`,
      ATTEST_OTLP_ENDPOINT: `http://127.0.0.1:${this.collector.port}`,
      ATTEST_PROXIES: '127.0.0.1/32',
      ATTEST_STOP_SECONDS: '25',
      // Everybody comes from one address.
      ATTEST_LIMIT_REGISTER_PER_HOUR: '100000',
      ATTEST_LIMIT_LOGIN_PER_ADDRESS: '100000',
      ATTEST_LIMIT_LOGIN_PER_ACCOUNT: '100000',
      ATTEST_LIMIT_UPLOAD_PER_HOUR: '100000',
    });
    this.parts = this.#parts();
    await this.parts.mail.start();
    await this.parts.collector.start();
    this.servers = {};
    for (const place of PLACES) this.servers[place] = { port: await freePort(), health: await freePort() };
    for (const place of PLACES) await this.serve(place);
    this.workers = {};
    for (const place of PLACES) this.work(place);
    await this.#startProxy();
  }

  #parts() {
    const noted = (name) => () => Number(readFileSync(join(STACK, 'run', name), 'utf8').split(' ')[0]);
    const again = (name) => async () => { execFileSync(join(here, 'part'), [name], { stdio: ['ignore', 'ignore', 'inherit'] }); };
    const postgres = () => Number(readFileSync(join(realpathSync(join(STACK, 'pg')), 'postmaster.pid'), 'utf8').split('\n')[0]);
    const own = (keeper, begin) => new Part(() => keeper.child.pid, async () => {
      keeper.child = begin();
      this.processes.push(keeper.child);
      await listens({ port: keeper.port });
    });
    return {
      postgres: new Part(postgres, again('pg')),
      redis: new Part(noted('redis'), again('redis')),
      s3: new Part(noted('s3'), again('s3')),
      mail: own(this.relay, () => {
        const child = spawn(process.execPath, [resolve(here, '../journeys/relay.js'), this.relay.port, this.mail], { stdio: ['ignore', 'pipe', 'inherit'] });
        child.stdout.on('data', (said) => this.relay.heard?.(String(said)));
        return child;
      }),
      // Nobody reads what it passes on.
      collector: own(this.collector, () => spawn(ATTEST_ROTEL, ['start', '--otlp-grpc-endpoint', `127.0.0.1:${this.collector.port}`,
        '--otlp-http-endpoint', `127.0.0.1:${this.collector.other}`, '--exporter', 'blackhole'], { stdio: 'ignore' })),
    };
  }

  // Waits until the mail server says that it is at this (`begun` or `kept`).
  relayIsAt(moment) {
    return new Promise((done) => {
      this.relay.heard = (said) => {
        if (!said.includes(moment)) return;
        this.relay.heard = undefined;
        done();
      };
    });
  }

  // Starts the server of a place and waits until it reaches what it needs.
  async serve(place) {
    const { port, health } = this.servers[place];
    const child = this.spawn('server', { ATTEST_LISTEN: `127.0.0.1:${port}`, ATTEST_HEALTH_LISTEN: `127.0.0.1:${health}` }, `server-${place}`);
    this.servers[place].child = child;
    await until(async () => {
      if (child.exitCode !== null) throw new Error(this.log(`server-${place}`).slice(-2000));
      return fetch(`http://127.0.0.1:${health}/readyz`).then((answer) => answer.ok, () => false);
    });
  }

  work(place) {
    this.workers[place] = this.spawn('worker', { ATTEST_HEALTH_LISTEN: '127.0.0.1:0' }, `worker-${place}`);
  }

  async #startProxy() {
    const config = join(this.dir, 'haproxy.cfg');
    this.socket = join(this.dir, 'haproxy.sock');
    const servers = PLACES.map((place) => `  server ${place} 127.0.0.1:${this.servers[place].port} check port ${this.servers[place].health}`);
    // Nothing is sent a second time: what fails is seen. Connections to the servers are kept and shared.
    writeFileSync(config, `
global
  stats socket ${this.socket} level admin
defaults
  mode http
  retries 0
  timeout connect 2s
  timeout client 90s
  timeout server 90s
  timeout http-keep-alive 60s
  option forwardfor
frontend pages
  bind 127.0.0.1:${this.port}
  default_backend servers
backend servers
  balance roundrobin
  http-reuse always
  option httpchk GET /healthz
  default-server inter 200ms fall 2 rise 1
${servers.join('\n')}
`);
    const log = openSync(join(this.dir, 'haproxy.log'), 'a');
    // Where Debian has it, whoever runs this.
    const proxy = spawn('/usr/sbin/haproxy', ['-db', '-f', config], { stdio: ['ignore', log, log] });
    this.processes.push(proxy);
    await listens({ path: this.socket });
    await listens({ port: this.port });
    for (const place of PLACES) await this.#serving(place);
  }

  // Says something to the proxy; its answer.
  tellProxy(words) {
    return new Promise((done, failed) => {
      let answer = '';
      const line = connect(this.socket, () => line.write(`${words}\n`));
      line.on('data', (bytes) => { answer += bytes; });
      line.once('end', () => done(answer));
      line.once('error', failed);
    });
  }

  #serving(place) {
    return until(async () => (await this.tellProxy('show stat')).split('\n').some((row) => {
      const columns = row.split(',');
      return columns[1] === place && columns[17] === 'UP';
    }));
  }

  // As a rollout does it to one pod: taken out of the Service while it serves on, told to stop,
  // another in its place, which is let in when it reaches what it needs.
  async restartServer(place) {
    const { child } = this.servers[place];
    await pause(LEARNS);
    await this.tellProxy(`set server servers/${place} state drain`);
    await pause(DRAIN - LEARNS);
    await ended(child, 'server');
    await this.serve(place);
    await this.tellProxy(`set server servers/${place} state ready`);
    await this.#serving(place);
  }

  async restartWorker(place) {
    await ended(this.workers[place], 'worker');
    this.work(place);
  }

  // Every letter as it lies at the mail server, once for each time it was taken.
  raw() {
    return readdirSync(this.mail).map((name) => readFileSync(join(this.mail, name), 'utf8'));
  }
}

async function ended(child, what) {
  const gone = new Promise((done) => child.once('exit', (code, signal) => done(code ?? signal)));
  child.kill('SIGTERM');
  const code = await gone;
  if (code !== 0) throw new Error(`the ${what} did not end well: ${code}`);
}

async function until(what) {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await what()) return;
    await pause(100);
  }
  throw new Error(`waited too long for: ${what}`);
}

function listens(where) {
  return until(() => new Promise((done) => {
    const line = connect(where, () => { line.destroy(); done(true); });
    line.once('error', () => done(false));
  }));
}
