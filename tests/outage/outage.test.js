// A rolling restart while people are at it fails no request; with any part killed or frozen nothing
// that was confirmed is lost, people are told so in words, and one event has one letter (R-LET-1).
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pause } from '../journeys/stack.js';
import { Crowd } from './crowd.js';
import { PLACES, Region } from './region.js';

const TEACHERS = 4;
const AWAY = 5000;
const WORDS = { postgres: 'PostgreSQL', redis: 'Redis', s3: 'S3', mail: 'mail server', collector: 'collector' };
// Of these nobody at a page notices anything.
const UNNOTICED = ['mail', 'collector'];
// In the middle of which letter the mail server goes: it lies there and that was not said; it is on its way.
const MOMENTS = { killed: 'kept', frozen: 'begun' };

const rows = [];
let region, crowd, post;

before(async () => {
  region = await Region.begin();
  crowd = new Crowd(region);
  await crowd.begin(TEACHERS);
  await crowd.someoneNew();
});

after(async () => {
  await crowd?.end();
  await region?.stop();
});

// What people were answered while this was done.
async function watched(what, act) {
  const began = performance.now();
  const back = await act();
  const answers = crowd.answers.filter(({ at }) => at > began);
  const failed = answers.filter(({ status }) => status === 0 || status >= 400);
  const told = new Map();
  for (const { status, words, seconds } of failed) {
    const said = `${status} «${words}»`;
    const { count = 0, longest = 0 } = told.get(said) ?? {};
    told.set(said, { count: count + 1, longest: Math.max(longest, seconds) });
  }
  const { registered, documents, submitted } = crowd.confirmed;
  const row = {
    what, failed, told, requests: answers.length, lost: crowd.lost(),
    longest: Math.max(0, ...answers.map(({ seconds }) => seconds)),
    recovered: back && Math.max(0, ...failed.map(({ at }) => (at - back) / 1000)),
    confirmed: [registered.length, documents.size, submitted.size],
    surprises: crowd.surprises.filter(({ at }) => at > began).map((one) => one.what),
  };
  rows.push(row);
  return row;
}

test('a rolling restart fails no request', { timeout: 120_000 }, async () => {
  const row = await watched('servers and workers one by one', async () => {
    for (const place of PLACES) {
      await region.restartServer(place);
      await region.restartWorker(place);
    }
    await crowd.someoneNew();
  });
  assert.deepEqual([row.failed, row.surprises], [[], []]);
  assert.ok(row.requests > 100, `only ${row.requests} requests`);
  assert.deepEqual(row.lost, []);
});

describe('a part is away', () => {
  for (const name of Object.keys(WORDS)) {
    for (const how of ['killed', 'frozen']) {
      test(`${WORDS[name]} ${how}`, { timeout: 120_000 }, async () => {
        const part = region.parts[name];
        if (name === 'mail') await region.relayIsAt(MOMENTS[how]);
        const row = await watched(`${WORDS[name]} ${how}`, async () => {
          if (how === 'killed') await part.kill(); else part.freeze();
          await pause(AWAY);
          if (how === 'killed') await part.start(); else part.thaw();
          const back = performance.now();
          await crowd.someoneNew();
          return back;
        });
        assert.deepEqual(row.lost, [], 'confirmed, and lost');
        const rude = row.failed.filter(({ status }) => status !== 503);
        assert.deepEqual(rude, [], 'neither done nor told to come again');
        if (UNNOTICED.includes(name)) assert.deepEqual(row.failed, []);
      });
    }
  }
});

test('one event has one letter under one Message-ID', { timeout: 120_000 }, async () => {
  await crowd.end();
  // Whoever could not send waits for some minutes: they pass at once here.
  const waiting = "(SELECT state FROM app.letter UNION ALL SELECT state FROM app.account_letter) l WHERE state = 'queued'";
  for (let tries = 0; tries < 200 && region.sql(`SELECT count(*) FROM ${waiting}`) !== '0'; tries += 1) {
    for (const table of ['letter', 'account_letter']) region.sql(`UPDATE app.${table} SET run_after = now() WHERE state = 'queued'`);
    await pause(300);
  }
  const sent = region.sql("SELECT public_id FROM app.letter WHERE state = 'sent' UNION ALL SELECT public_id FROM app.account_letter WHERE state = 'sent' ORDER BY 1").split('\n');
  const twice = region.sql('SELECT account_id, application_id, kind FROM app.letter WHERE application_id IS NOT NULL GROUP BY 1, 2, 3 HAVING count(*) > 1');
  const letters = region.raw();
  const ids = letters.map((letter) => letter.match(/^Message-ID: <([^@>]+)@/im)?.[1]);
  const whole = new Set(ids.filter(Boolean));
  assert.equal(twice, '', 'two letters of one event');
  assert.deepEqual([...whole].sort(), sent, 'every letter is sent, under the number it was written with');
  const submitted = Number(region.sql("SELECT count(*) FROM app.letter WHERE kind = 'submitted' AND state = 'sent'"));
  assert.equal(submitted, 2 * Number(region.sql("SELECT count(*) FROM app.application WHERE status = 'under_review'")));
  post = `${sent.length} letters under as many Message-IDs, taken by the mail server ${letters.length} times`;
});

test('every document is in the store as it was brought', { timeout: 120_000 }, () => {
  region.ctl(['verify', '--bytes']);
  assert.deepEqual(crowd.lost(), []);
  print();
});

function print() {
  const cell = ({ told }) => [...told].map(([said, { count, longest }]) => `${said} × ${count}, ${longest.toFixed(1)} s`).join('; ') || '';
  const table = [
    '| what | requests | not served | told instead: how often, after how long at most | longest answer, s | none since, s after it was back | confirmed so far: registered, documents, submitted | lost |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${[row.what, row.requests, row.failed.length, cell(row), row.longest.toFixed(1), row.recovered?.toFixed(1) ?? '',
      row.confirmed.join(', '), row.lost.length].join(' | ')} |`),
    '',
    `In the end: ${post}; ${crowd.confirmed.documents.size + crowd.confirmed.submitted.size} documents lie as they were brought.`,
  ].join('\n');
  console.log(table);
  if (!process.env.OUTAGE_KEEP) return;
  const file = resolve(import.meta.dirname, '../../deploy/README.md');
  const [begin, end] = ['<!-- tests/outage -->', '<!-- /tests/outage -->'];
  const text = readFileSync(file, 'utf8');
  const [head, tail] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  assert.ok(head >= begin.length && tail > head, 'deploy/README.md has no place for the table');
  writeFileSync(file, `${text.slice(0, head)}\n\n${table}\n\n${text.slice(tail)}`);
}
