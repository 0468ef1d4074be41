// Two thousand teachers submit with a document and a scan within one minute, each come at a moment of
// its own; then coordinators register them, and what is in the database and in the store is counted:
// see tests/load/run. Anything missing or twice ends it with an error.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Record, arrive, luck, scattered } from './arrivals.js';
import { Crowd, attach, each, submit } from './crowd.js';
import { REGIONS, Service } from './service.js';
import { connections } from './visitor.js';

const COUNT = Number(process.argv[2] ?? 2000);
const SECONDS = 60;
const { ATTEST_BIN, ATTEST_S3_ACCESS_KEY, ATTEST_S3_BUCKET, ATTEST_S3_ENDPOINT, ATTEST_S3_REGION, ATTEST_S3_SECRET_KEY, WORK } = process.env;

// The SHA-256 of objects, fetched from the store.
function checksums(keys) {
  const dir = join(WORK, 'objects');
  mkdirSync(dir, { recursive: true });
  const whose = `user = "${ATTEST_S3_ACCESS_KEY}:${ATTEST_S3_SECRET_KEY}"\naws-sigv4 = "aws:amz:${ATTEST_S3_REGION}:s3"\n`;
  const transfers = keys.map((key, n) => `${whose}url = "${ATTEST_S3_ENDPOINT}/${ATTEST_S3_BUCKET}/${key}"\noutput = "${join(dir, String(n))}"\n`);
  writeFileSync(join(WORK, 'curl'), transfers.join('next\n'), { mode: 0o600 });
  execFileSync('curl', ['-sS', '--fail', '-Z', '--parallel-max', '16', '-K', join(WORK, 'curl')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const found = keys.map((_, n) => createHash('sha256').update(readFileSync(join(dir, String(n)))).digest('hex'));
  rmSync(dir, { recursive: true });
  return found;
}

const service = await Service.start(REGIONS.large);
try {
  service.work();
  const crowd = new Crowd({ base: service.base, agent: connections(200), ask: service.ask, random: luck(1) });
  const teachers = await crowd.formed(COUNT, 'applicant');
  if (teachers.length < COUNT) throw new Error(`only ${teachers.length} may apply`);
  const before = service.ask('SELECT clock_timestamp()');
  const record = new Record(service.server.pid);
  crowd.take = record.take;
  const { seconds, unserved, faults } = await arrive(scattered(COUNT, SECONDS, luck(2)), async (since, n) => {
    const { visitor } = teachers[n];
    await attach(visitor, since);
    await submit(visitor);
  });
  record.stop();
  for (const fault of new Set(faults)) console.error(`  ${fault}`);
  console.log(`${COUNT} submissions that came within ${SECONDS} s, ${record.answers.length} answers in ${seconds.toFixed(1)} s: ` +
    `p50 ${record.quantile(0.5).toFixed(0)} ms, p99 ${record.quantile(0.99).toFixed(0)} ms, p99.9 ${record.quantile(0.999).toFixed(0)} ms; ` +
    `server at most ${record.most.toFixed(0)} MiB; failed ${faults.length}, without an answer ${unserved}`);

  // Who registers takes what waits of them in its municipality.
  const ids = service.ask(`SELECT string_agg(k.id::text, ',') FROM app.account k WHERE k.login IN (${teachers.map(({ login }) => `'${login}'`).join(', ')})`);
  const NEW = `app.application a WHERE a.account_id IN (${ids}) AND a.submitted_at >= '${before}'`;
  const coordinators = await crowd.people('registrar', 40);
  await each(coordinators, 16, async ({ tenant, visitor }) => {
    const waiting = service.ask(`SELECT coalesce(string_agg(a.public_id::text, ','), '') FROM ${NEW} AND a.tenant_id = ${tenant} AND a.route = 'municipal'`);
    for (const id of waiting.split(',').filter(Boolean)) {
      await visitor.send(`/municipal/applications/${id}`, `/municipal/applications/${id}/register`, {}, [], { name: 'register' });
    }
  });

  // What was carried over from the application before is in the store under another's key.
  const files = JSON.parse(service.ask(`SELECT json_agg(json_build_object('key', f.s3_key, 'sha256', encode(f.sha256, 'hex')))
    FROM ${NEW.replace(' WHERE', ' JOIN app.attachment t ON t.tenant_id = a.tenant_id AND t.application_id = a.id JOIN app.file f ON f.tenant_id = t.tenant_id AND f.id = t.file_id WHERE')} AND f.s3_key LIKE 't/%'`));
  const stored = checksums(files.map(({ key }) => key));
  const count = (what) => Number(service.ask(`SELECT ${what} FROM ${NEW}`));
  const events = (act) => `sum((SELECT count(*) FROM app.application_event e WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id AND e.act = '${act}'))`;
  const registered = count("count(*) FILTER (WHERE a.status = 'registered')");
  const found = [
    ['applications submitted', count('count(*)'), COUNT],
    ['by as many teachers', count('count(DISTINCT a.account_id)'), COUNT],
    ['lines «submitted» in their histories', count(events('application.submit')), COUNT],
    ['applications with exactly one', count(`count(*) FILTER (WHERE (SELECT count(*) FROM app.application_event e
      WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id AND e.act = 'application.submit') = 1)`), COUNT],
    ['letters of it to the teacher', count(`sum((SELECT count(*) FROM app.letter l WHERE l.application_id = a.id AND l.account_id = a.account_id AND l.kind = 'submitted'))`), COUNT],
    ['documents and scans', files.length, 2 * COUNT],
    ['objects of their own', new Set(files.map(({ key }) => key)).size, 2 * COUNT],
    ['objects in the store with the checksum of the row', stored.filter((sum, n) => sum === files[n].sha256).length, 2 * COUNT],
    ['registered by coordinators', registered, count("count(*) FILTER (WHERE a.route = 'municipal')")],
    ['numbers of their own', count("count(DISTINCT a.registered_number) FILTER (WHERE a.status = 'registered')"), registered],
    ['numbers from the first to the last', count('coalesce(1 + max(a.registered_number) - min(a.registered_number), 0)'), registered],
  ];
  console.log('\n| what | there | expected |\n|---|---|---|');
  for (const [what, there, expected] of found) console.log(`| ${what} | ${there} | ${expected} |`);
  if (found.some(([, there, expected]) => there !== expected)) throw new Error('something is missing or twice');
  console.log(`\n${execFileSync(join(ATTEST_BIN, 'ctl'), ['journal', 'verify'], { encoding: 'utf8', env: service.env, stdio: ['ignore', 'pipe', 'ignore'] }).trim()}`);
} finally {
  await service.stop();
}
