// Three busy hours on a small region and a large one: see tests/load/run. Rates are raised until a
// hundredth of the answers takes longer than a second; prints a table, and a plot into load.svg.
import { writeFileSync } from 'node:fs';
import { Record, arrive, luck, poisson } from './arrivals.js';
import { Crowd } from './crowd.js';
import { evening, morning, september } from './mixes.js';
import { plot } from './plot.js';
import { REGIONS, Service } from './service.js';
import { connections } from './visitor.js';

const SECONDS = Number(process.argv[2] ?? 20);
const RATES = (process.argv[3] ?? '10,20,40,60,80,100,130,160,200,250').split(',').map(Number);
const CONNECTIONS = 200;
const BROKEN = 1000; // milliseconds
const MIXES = [["coordinators' morning", morning], ['the first of September', september], ['the last evening before the 15th', evening]];

// One rate; what the record says of it.
async function busy(crowd, steps, service, rate, seed) {
  const record = new Record(service.server.pid);
  const random = luck(seed);
  Object.assign(crowd, { random, take: record.take });
  const total = steps.reduce((sum, [share]) => sum + share, 0);
  const come = async (since) => {
    let at = random() * total;
    await steps.find(([share]) => (at -= share) < 0)[1](since);
  };
  const { seconds, unserved, faults } = await arrive(poisson(rate, SECONDS, random), come);
  record.stop();
  for (const fault of new Set(faults)) console.error(`  ${fault}`);
  return { rate, answered: record.answers.length / seconds, memory: record.most, faults: faults.length + unserved,
    p50: record.quantile(0.5), p99: record.quantile(0.99), p999: record.quantile(0.999) };
}

const lines = [];
console.log('| hour | applications | steps come a second | answers a second | p50, ms | p99, ms | p99.9, ms | server, MiB | failed |');
console.log('|---|---|---|---|---|---|---|---|---|');
for (const [size, database] of Object.entries(REGIONS)) {
  const service = await Service.start(database);
  try {
    service.work();
    const applications = Number(service.ask('SELECT count(*) FROM app.application')).toLocaleString('en');
    for (const [n, [title, prepare]] of MIXES.entries()) {
      const crowd = new Crowd({ base: service.base, agent: connections(CONNECTIONS), ask: service.ask, random: luck(1) });
      const steps = await prepare(crowd);
      const line = { title, size, applications, points: [] };
      lines.push(line);
      for (const rate of RATES) {
        const found = await busy(crowd, steps, service, rate, 100 * n + rate);
        line.points.push(found);
        console.log(`| ${title} | ${applications} | ${rate} | ${found.answered.toFixed(0)} | ${['p50', 'p99', 'p999'].map((p) => found[p].toFixed(0)).join(' | ')} | ${found.memory.toFixed(0)} | ${found.faults} |`);
        if (found.p99 > 2 * BROKEN) break;
      }
    }
  } finally {
    await service.stop();
  }
}
writeFileSync(new URL('load.svg', import.meta.url), plot(lines, BROKEN));
