// What uploads cost: see tests/load/upload, which makes the region and starts this.
import { execFileSync, spawn } from 'node:child_process';
import { openSync, openAsBlob, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { Sending } from '../../libs/ui/assets/upload.js';
import { Line } from '../journeys/line.js';

const [large, cut] = process.argv.slice(2).map(Number);
const { WORK, ATTEST_BIN, ATTEST_BASE_URL, ATTEST_S3_ENDPOINT } = process.env;
const SEEDED = 'кедровый бор у реки';
const FORM = '/teacher/application/documents';
const MEBIBYTE = 1024 * 1024;
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);

function ask(sql) {
  const options = ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', process.env.ATTEST_DB_SUPERUSER_URL, '-c', sql];
  return execFileSync('psql', options, { encoding: 'utf8' }).trim();
}

// A browser as far as a benchmark needs one: it keeps cookies; where it goes may be a slow line.
class Client {
  cookies = new Map();
  base = ATTEST_BASE_URL;

  async fetch(path, { headers, ...options } = {}) {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await fetch(new URL(path, this.base), {
      redirect: 'manual', ...options, headers: { cookie, 'sec-fetch-site': 'same-origin', ...headers },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';');
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return answer;
  }

  async fields(path) {
    const page = await (await this.fetch(path)).text();
    return (name) => page.match(new RegExp(`name="${name}" value="([^"]+)"`))?.[1] ?? '';
  }

  async signIn(login) {
    const field = await this.fields('/login');
    const body = new URLSearchParams({ _csrf: field('_csrf'), login, username: login, password: SEEDED });
    const answer = await this.fetch('/login', { method: 'POST', body });
    if (answer.status !== 303) throw new Error(`sign-in: ${answer.status}`);
    await this.fetch(answer.headers.get('location'));
  }

  // Sends the form of documents with a file that has come by now.
  async attach(id) {
    const field = await this.fields(FORM);
    const form = new FormData();
    const typed = { _csrf: field('_csrf'), card: field('card'), kind: 'results_table', files_upload: id };
    for (const [name, value] of Object.entries(typed)) form.append(name, value);
    const answer = await this.fetch(FORM, { method: 'POST', body: form });
    if (answer.status !== 303) throw new Error(`attach: ${answer.status} ${(await answer.text()).match(/error-summary[\s\S]{0,600}/)?.[0]}`);
  }
}

// A lesson's video, as far as its first bytes go.
async function file(name, megabytes) {
  const path = join(WORK, name);
  const bytes = Buffer.alloc(megabytes * MEBIBYTE, 'урок');
  bytes.write('\0\0\0\x20ftypisom', 0, 'latin1');
  writeFileSync(path, bytes);
  const blob = await openAsBlob(path);
  return { name, size: blob.size, slice: (from, to) => blob.slice(from, to) };
}

// Sends a file as the page does; what the person was told on the way.
async function send(client, sent, each = () => {}) {
  const told = new Set();
  const field = await client.fields(FORM);
  const sending = new Sending({
    file: sent, field: 'files', token: field('_csrf'),
    ask: (path, options) => client.fetch(path, options),
    tell: (state, words) => { if (words) told.add(words); each(sending); },
  });
  await sending.run();
  return { id: sending.id, told: [...told] };
}

const resident = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;

// The most memory of the server while something is done, in MiB.
async function most(pid, act) {
  let peak = resident(pid);
  const looking = setInterval(() => { peak = Math.max(peak, resident(pid)); }, 10);
  const done = await act();
  clearInterval(looking);
  return [Math.max(peak, resident(pid)), done];
}

const store = await Line.to(Number(new URL(ATTEST_S3_ENDPOINT).port));
const log = openSync(join(WORK, 'server.log'), 'a');
const server = spawn(join(ATTEST_BIN, 'server'), [], {
  stdio: ['ignore', log, log],
  env: { ...process.env, ATTEST_HEALTH_LISTEN: '127.0.0.1:0', ATTEST_LOG: 'error', ATTEST_S3_ENDPOINT: `http://127.0.0.1:${store.port}` },
});
try {
  while (!(await fetch(`${ATTEST_BASE_URL}/readyz`).then((answer) => answer.ok, () => false))) {
    if (server.exitCode !== null) throw new Error(readFileSync(join(WORK, 'server.log'), 'utf8'));
    await pause(50);
  }
  const [id, login] = ask(`SELECT p.id || ' ' || a.login FROM app.application p JOIN app.account a ON a.id = p.account_id
    WHERE p.status = 'formed' ORDER BY a.id LIMIT 1`).split(' ');
  ask(`SET session_replication_role = replica; UPDATE app.application SET form = 'distance' WHERE id = ${id};
    INSERT INTO app.region_setting (key, value) VALUES ('video_mb', '2000') ON CONFLICT (key) DO UPDATE SET value = excluded.value`);
  const client = new Client();
  await client.signIn(login);
  console.log(`${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB\n`);
  console.log('| what | seconds | result |\n|---|---|---|');

  // Warm: what the first file costs for ever is not the next one's.
  await client.attach((await send(client, await file('разогрев.mp4', 12))).id);
  const rest = resident(server.pid);
  let began = performance.now();
  const video = await file('урок.mp4', large);
  const [peak, { id: whole }] = await most(server.pid, () => send(client, video));
  console.log(`| ${large} MB sent in pieces | ${seconds(began)} | server ${rest.toFixed(0)} MiB before, at most ${peak.toFixed(0)}: +${(peak - rest).toFixed(0)} |`);
  began = performance.now();
  const [taking] = await most(server.pid, () => client.attach(whole));
  console.log(`| a form takes them | ${seconds(began)} | at most ${taking.toFixed(0)} MiB: +${(taking - rest).toFixed(0)} |`);

  let line;
  for (const silent of [false, true]) {
    line = await Line.to(Number(new URL(ATTEST_BASE_URL).port), 8 * MEBIBYTE);
    client.base = `http://127.0.0.1:${line.port}`;
    began = performance.now();
    const broken = await file('обрывы.mp4', cut);
    let cuts = 0;
    const cutting = setInterval(() => {
      // Wherever it is just then, a twentieth of the file after the last.
      if (cuts < 20 && line.sent > ((cuts + 0.7) * broken.size) / 20) {
        cuts += 1;
        line.cut({ silent });
        setTimeout(() => line.mend(), 200);
      }
    }, 5);
    const mended = await send(client, broken);
    clearInterval(cutting);
    const what = `${cut} MB, ${cuts} cuts${silent ? ' the server does not learn of' : ''}, 8 MiB/s`;
    console.log(`| ${what} | ${seconds(began)} | sent / size = ${(line.sent / broken.size).toFixed(3)}; told «${mended.told.join('», «')}» |`);
    line.close();
    client.base = ATTEST_BASE_URL;
    await client.attach(mended.id);
  }

  line = await Line.to(Number(new URL(ATTEST_BASE_URL).port), 256_000 / 8);
  client.base = `http://127.0.0.1:${line.port}`;
  const small = await file('справка.mp4', 1);
  const little = { name: small.name, size: 300 * 1024, slice: (from, to) => small.slice(from, Math.min(to, 300 * 1024)) };
  began = performance.now();
  await send(client, little);
  console.log(`| 300 KB over 256 kbit/s | ${seconds(began)} | the line alone takes ${((300 * 1024 * 8) / 256_000).toFixed(1)} |`);
  line.close();
  client.base = ATTEST_BASE_URL;

  began = performance.now();
  let away = false;
  const kept = await send(client, await file('хранилище.mp4', 100), (sending) => {
    if (away || sending.sent < 30 * MEBIBYTE) return;
    away = true;
    store.cut();
    setTimeout(() => store.mend(), 5000);
  });
  await client.attach(kept.id);
  console.log(`| 100 MB, the store away for 5 s | ${seconds(began)} | told «${kept.told.join('», «')}»; attached |`);
} finally {
  server.kill();
  store.close();
}
