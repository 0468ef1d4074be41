// What printing costs: see tests/load/print, which fills the database and starts this.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

const [applications, lines] = process.argv.slice(2).map(Number);
const { WORK, ATTEST_BIN, ATTEST_BASE_URL, ATTEST_S3_ENDPOINT, ATTEST_S3_BUCKET, ATTEST_S3_REGION } = process.env;
const PASSWORD = 'Заря над рекой 7';
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function ask(sql) {
  const options = ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', process.env.ATTEST_DB_SUPERUSER_URL, '-c', sql];
  return execFileSync('psql', options, { encoding: 'utf8', maxBuffer: 1 << 28 }).trim();
}

// A PDF of so many pages, each a scan of some 100 kB.
function scan(pages) {
  const parts = [Buffer.from('%PDF-1.7\n')];
  const places = [];
  let size = parts[0].length;
  const add = (...pieces) => {
    places.push(size);
    for (const piece of [`${places.length} 0 obj\n`, ...pieces, '\nendobj\n']) {
      parts.push(Buffer.from(piece));
      size += parts.at(-1).length;
    }
  };
  const drawn = 'q 595 0 0 842 0 0 cm /I Do Q';
  add('<< /Type /Catalog /Pages 2 0 R >>');
  const kids = Array.from({ length: pages }, (_, n) => `${3 + 3 * n} 0 R`).join(' ');
  add(`<< /Type /Pages /Kids [${kids}] /Count ${pages} >>`);
  for (let n = 0; n < pages; n++) {
    const at = 3 + 3 * n;
    add(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${at + 1} 0 R /Resources << /XObject << /I ${at + 2} 0 R >> >> >>`);
    add(`<< /Length ${drawn.length} >> stream\n${drawn}\nendstream`);
    const noise = randomBytes(260 * 370);
    add(`<< /Type /XObject /Subtype /Image /Width 260 /Height 370 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length ${noise.length} >> stream\n`, noise, '\nendstream');
  }
  const start = size;
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(Buffer.from(`xref\n0 ${places.length + 1}\n0000000000 65535 f \n${table}trailer << /Size ${places.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`));
  return Buffer.concat(parts);
}

// Transfers of objects, as curl's configuration has them.
function s3(transfers) {
  const path = join(WORK, 'curl');
  const user = `${process.env.ATTEST_S3_ACCESS_KEY}:${process.env.ATTEST_S3_SECRET_KEY}`;
  const whose = `user = "${user}"\naws-sigv4 = "aws:amz:${ATTEST_S3_REGION}:s3"\n`;
  writeFileSync(path, transfers.map((transfer) => whose + transfer).join('next\n'), { mode: 0o600 });
  execFileSync('curl', ['-sS', '--fail', '-Z', '--parallel-max', '8', '-K', path], { stdio: ['ignore', 'ignore', 'pipe'] });
}
const address = (key) => `${ATTEST_S3_ENDPOINT}/${ATTEST_S3_BUCKET}/${key}`;

// Each application a scan of two pages and two documents of four.
function fill() {
  const chosen = ask(`SELECT tenant_id || ' ' || id || ' ' || account_id || ' ' || public_id FROM app.application
    WHERE registered_on IS NOT NULL ORDER BY registered_on, registered_number LIMIT ${applications}`).split('\n');
  const uploads = [];
  const rows = [];
  for (const pages of [2, 4]) writeFileSync(join(WORK, `${pages}.pdf`), scan(pages));
  for (const line of chosen) {
    const [tenant, id, account] = line.split(' ');
    for (const [n, pages, kind] of [[1, 2, 'scan'], [2, 4, 'results_table'], [3, 4, 'results_table']]) {
      const key = `t/print/${process.pid}/${id}-${n}`;
      uploads.push(`url = "${address(key)}"\nupload-file = "${join(WORK, `${pages}.pdf`)}"\n`);
      rows.push(`(${tenant}, ${id}, ${account}, '${key}', '${kind}', ${n})`);
    }
  }
  s3(uploads);
  writeFileSync(join(WORK, 'fill.sql'), `
    SET session_replication_role = replica;
    CREATE TEMP TABLE brought (tenant int, id bigint, account bigint, key text, kind text, n int);
    INSERT INTO brought VALUES ${rows.join(', ')};
    INSERT INTO app.file (tenant_id, public_id, application_id, s3_key, name, content_type, size, sha256, by_role, virus_state)
      SELECT tenant, gen_random_uuid(), id, key, 'скан.pdf', 'application/pdf', 1, '\\x00', 'teacher', 'clean' FROM brought ORDER BY id, n;
    INSERT INTO app.attachment (tenant_id, public_id, application_id, file_id, kind, edition, caption, by_role, by_account)
      SELECT b.tenant, gen_random_uuid(), b.id, f.id, b.kind, CASE b.kind WHEN 'scan' THEN 1 END, 'документ ' || b.n, 'teacher', b.account
      FROM brought b JOIN app.file f ON f.s3_key = b.key;
    INSERT INTO app.registration (tenant_id, year, line, kind, number, date, application_id, submitted_on, person, position,
        organisation, municipality, held_category, category, form, ground, decision, registered_by, salt, digest, previous, hash)
      SELECT a.tenant_id, extract(year FROM a.registered_on), a.registered_number, 'entry', a.registered_number, a.registered_on, a.id,
        a.submitted_at::date, concat_ws(' ', a.surname, a.name, a.patronymic), p.name, o.name, m.name, '', 'first', a.form, '', '',
        'Центров Иван Иванович', gen_random_uuid(), '\\x00', '\\x00', '\\x00'
      FROM app.application a JOIN app.ref_position p ON p.code = a.position JOIN app.municipality m ON m.id = a.tenant_id
      JOIN app.organisation o ON o.tenant_id = a.tenant_id AND o.id = a.organisation_id
      WHERE a.registered_on IS NOT NULL ORDER BY a.registered_on, a.registered_number LIMIT ${lines};
    ANALYZE;`);
  execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', process.env.ATTEST_DB_SUPERUSER_URL, '-f', join(WORK, 'fill.sql')]);
  return chosen.map((line) => line.split(' ')).map(([tenant, , , id]) => [Number(tenant), id]);
}

function start(program, more = {}) {
  const log = openSync(join(WORK, `${program}.log`), 'a');
  mkdirSync(join(WORK, 'tmp'), { recursive: true });
  const env = { ...process.env, ATTEST_HEALTH_LISTEN: '127.0.0.1:0', TMPDIR: join(WORK, 'tmp'), ATTEST_LOG: 'warn', ...more };
  return spawn(join(ATTEST_BIN, program), [], { stdio: ['ignore', log, log], env });
}

// Resident kilobytes of a process, and of it with all below it. A child that has not begun its own
// program yet still shows its parent's memory, which is not there twice.
function resident(pid) {
  try {
    const program = readlinkSync(`/proc/${pid}/exe`);
    const own = Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)?.[1] ?? 0);
    const children = readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean))
      .filter((child) => readlinkSync(`/proc/${child}/exe`) !== program);
    return [own, children.reduce((sum, child) => sum + resident(child)[1], own)];
  } catch {
    return [0, 0]; // it has ended
  }
}

async function print(what, operator, request) {
  const worker = start('worker', { ATTEST_SMTP_URL: `file://${WORK}`, ATTEST_S3_SEAL_BUCKET: 'attest-no-seals' });
  const began = performance.now();
  const id = ask(`INSERT INTO app.printout (public_id, account_id, membership_id, role, kind, request)
    VALUES (gen_random_uuid(), ${operator.account}, ${operator.member}, 'operator', '${request.kind}', '${JSON.stringify(request)}') RETURNING id`);
  const peak = [0, 0];
  let asked = 0;
  for (;;) {
    resident(worker.pid).forEach((kilobytes, n) => { peak[n] = Math.max(peak[n], kilobytes); });
    await pause(20);
    if (performance.now() - asked < 500) continue;
    asked = performance.now();
    const state = ask(`SELECT state FROM app.printout WHERE id = ${id}`);
    if (state === 'done') break;
    if (state === 'failed' || worker.exitCode !== null) throw new Error(readFileSync(join(WORK, 'worker.log'), 'utf8'));
  }
  const seconds = (performance.now() - began) / 1000;
  worker.kill();
  const [key, size] = ask(`SELECT s3_key || ' ' || size FROM app.printout WHERE id = ${id}`).split(' ');
  let pages = '';
  if (request.format !== 'zip') {
    s3([`url = "${address(key)}"\noutput = "${join(WORK, 'made.pdf')}"\n`]);
    pages = execFileSync('qpdf', ['--show-npages', join(WORK, 'made.pdf')], { encoding: 'utf8' }).trim();
  }
  const mebibytes = (kilobytes) => Math.round(kilobytes / 1024);
  console.log(`| ${what} | ${pages} | ${Math.round(Number(size) / 1048576)} | ${seconds.toFixed(1)} | ${mebibytes(peak[0])} | ${mebibytes(peak[1])} |`);
}

// A browser as far as a benchmark needs one: it keeps cookies and follows redirects.
class Client {
  cookies = new Map();

  async ask(path, form) {
    const answer = await fetch(new URL(path, ATTEST_BASE_URL), {
      method: form ? 'POST' : 'GET',
      body: form && new URLSearchParams(form),
      headers: { cookie: [...this.cookies].map((pair) => pair.join('=')).join('; '), ...(form && { 'sec-fetch-site': 'same-origin' }) },
      redirect: 'manual',
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';');
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const to = answer.headers.get('location');
    return to ? this.ask(to) : Buffer.from(await answer.arrayBuffer());
  }

  async token(path) {
    return (await this.ask(path)).toString().match(/name="_csrf" value="([^"]+)"/)[1];
  }
}

// An operator who can sign in: registered as anybody is, then given the console.
async function operator() {
  const login = `print${process.pid}`;
  const client = new Client();
  const typed = { login, password: PASSWORD, confirmation: PASSWORD };
  await client.ask('/register', { _csrf: await client.token('/register'), ...typed });
  const account = ask(`SELECT id FROM app.account WHERE login = '${login}'`);
  const member = ask(`INSERT INTO app.institute_member (public_id, account_id, role, surname, name)
    VALUES (gen_random_uuid(), ${account}, 'operator', 'Центров', 'Иван') RETURNING id`);
  ask(`INSERT INTO app.consent (account_id, kind, text_version)
    SELECT ${account}, kind, max(version) FROM app.ref_consent_text GROUP BY kind`);
  const signed = new Client();
  await signed.ask('/login', { _csrf: await signed.token('/login'), login, username: login, password: PASSWORD });
  return { account, member, signed };
}

const server = start('server');
try {
  while (!(await fetch(`${ATTEST_BASE_URL}/readyz`).then((answer) => answer.ok, () => false))) {
    if (server.exitCode !== null) throw new Error(readFileSync(join(WORK, 'server.log'), 'utf8'));
    await pause(50);
  }
  const who = await operator();
  const of = fill();
  console.log(`${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB\n`);
  console.log('| what | pages | MiB | seconds | worker, MiB | with its children, MiB |\n|---|---|---|---|---|---|');
  const began = performance.now();
  const book = await who.signed.ask('/operator/journal?format=xlsx');
  if (book.subarray(0, 2).toString() !== 'PK') throw new Error(book.toString());
  console.log(`| journal of ${lines} lines, XLSX (server) | | ${(book.length / 1048576).toFixed(1)} | ${((performance.now() - began) / 1000).toFixed(1)} | | |`);
  const dossiers = { kind: 'applications', of, reason: 'Для аттестационного дела' };
  await print(`${applications} applications, ${applications * 10} document pages, PDF`, who, { ...dossiers, format: 'pdf' });
  await print(`the same, ZIP`, who, { ...dossiers, format: 'zip' });
  await print(`journal of ${lines} lines, PDF`, who, { kind: 'journal', from: null, to: null, municipality: null });
} finally {
  server.kill();
}
