// A mail server: keeps every letter it is given as a file and says on its standard output what it is
// at, so that it can be killed or frozen in the middle. `relay.js PORT DIRECTORY`.
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

// Long enough for whoever listens to act on what was said.
const MOMENT = 150;
const [port, directory] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
let number = 0;

const relay = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  logger: false,
  // DATA was said and answered; the letter comes.
  async onData(letter, session, taken) {
    process.stdout.write('begun\n');
    await pause(MOMENT);
    number += 1;
    const file = createWriteStream(join(directory, `${Date.now()}-${process.pid}-${number}.eml`));
    letter.pipe(file);
    file.once('finish', async () => {
      // It lies here, and whoever sent it does not know.
      process.stdout.write('kept\n');
      await pause(MOMENT);
      taken();
    });
  },
});
relay.on('error', () => {});
relay.listen(Number(port), '127.0.0.1');
