// Server and worker killed with -9 again and again: what a page confirmed is there, what was
// not committed sent no letter, and every letter leaves under one Message-ID (R-LET-1, SEC-73).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from './people.js';
import { pause, Stack } from './stack.js';
import { operator } from './steps.js';

const ROUNDS = 8;
const EACH = 6;
let stack, browser, centre;

before(async () => {
  stack = await Stack.start('kill');
  browser = await openBrowser();
  centre = await operator(browser, stack);
});

after(async () => {
  await browser?.close();
  await stack?.stop();
});

// Fills in the form of invitations, presses and has the server die some moments later. Says
// whether a page confirmed.
async function inviteAndDie(addresses, moment) {
  const page = centre.page;
  await page.goto('/operator/people');
  await centre.type('Адрес электронной почты', addresses.join('\n'));
  await centre.choose('Роль', 'Специалист по аттестации');
  await centre.choose('Муниципалитет', 'Город Томск');
  await page.getByRole('button', { name: 'Пригласить', exact: true }).click({ noWaitAfter: true });
  await pause(moment);
  // What the person has been told by now: the list with the address in it, or nothing yet.
  const confirmed = (await page.getByRole('cell', { name: addresses[0] }).count().catch(() => 0)) > 0;
  await stack.kill(stack.server);
  await stack.startServer();
  return confirmed;
}

test('nothing confirmed is lost, nothing uncommitted is sent', async () => {
  let serving = true;
  const dying = (async () => {
    while (serving) {
      await pause(150 + Math.random() * 350);
      await stack.kill(stack.worker);
      stack.startWorker();
    }
  })();
  let [confirmed, kept] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const addresses = Array.from({ length: EACH }, (_, one) => `round${round}.person${one}@kill.example`);
    const told = await inviteAndDie(addresses, round * 120);
    const rows = Number(stack.sql(`SELECT count(*) FROM app.invitation WHERE email LIKE 'round${round}.%'`));
    const letters = Number(stack.sql(`SELECT count(*) FROM app.letter l JOIN app.invitation i ON i.tenant_id = l.tenant_id
      AND i.id = l.invitation_id WHERE i.email LIKE 'round${round}.%'`));
    assert.ok(rows === 0 || rows === EACH, `${rows} of ${EACH} invitations in round ${round}`);
    assert.equal(letters, rows, `letters of round ${round}`);
    if (told) assert.equal(rows, EACH, `round ${round} was confirmed and is lost`);
    confirmed += told ? 1 : 0;
    kept += rows;
  }
  serving = false;
  await dying;
  assert.ok(kept > 0, 'the server died before it did anything in every round');

  // Whoever claimed a letter and died holds it for some minutes more: they pass at once here.
  for (let tries = 0; tries < 100 && stack.sql("SELECT count(*) FROM app.letter WHERE state = 'queued'") !== '0'; tries += 1) {
    stack.sql("UPDATE app.letter SET run_after = now() WHERE state = 'queued'");
    await pause(300);
  }
  const sent = stack.sql("SELECT public_id FROM app.letter WHERE state = 'sent' ORDER BY 1").split('\n');
  const letters = (await stack.letters()).filter((letter) => letter.to.some((person) => person.address.endsWith('@kill.example')));
  const ids = letters.map((letter) => letter.messageId.replace(/^<|@.*$/g, '')).sort();
  assert.equal(sent.length, kept, 'every committed letter is sent');
  assert.deepEqual(ids, sent, 'one Message-ID a letter, and no letter without its row');
  console.log(`${ROUNDS} deaths of the server, ${confirmed} after the answer; ${kept} letters through a dying worker`);
});
