// Arrivals that wait for nobody: people come at the moments of a Poisson process whether or not those
// before them have been served, and what they wait, for a connection too, is counted from that moment.
import { readFileSync } from 'node:fs';

const PATIENCE = 30; // seconds the last ones are waited for

// Numbers in [0, 1) that are the same for the same seed (mulberry32): both regions get the same people.
export function luck(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// What was taken for answers, and the most memory of the process meanwhile.
export class Record {
  answers = [];
  most = 0;

  constructor(pid) {
    this.sampling = setInterval(() => { this.most = Math.max(this.most, resident(pid)); }, 100);
  }

  take = (answer) => this.answers.push(answer);

  stop = () => clearInterval(this.sampling);

  quantile(share) {
    const sorted = this.answers.map((one) => one.milliseconds).sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  }
}

export const resident = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;

// Moments in milliseconds: of a Poisson process of so many a second, or of a number of people who come
// independently of each other.
export function poisson(rate, seconds, random) {
  const dues = [];
  for (let at = 0; (at -= Math.log(1 - random()) / rate) < seconds;) dues.push(at * 1000);
  return dues;
}
export const scattered = (count, seconds, random) =>
  Array.from({ length: count }, () => random() * seconds * 1000).sort((a, b) => a - b);

// Lets `come(due, n)` happen at these moments; how long all took, and who was not served in the end.
export async function arrive(dues, come) {
  const began = performance.now();
  const faults = [];
  let served = 0;
  for (let n = 0; n < dues.length;) {
    const now = performance.now() - began;
    for (; n < dues.length && dues[n] <= now; n += 1) {
      come(began + dues[n], n).catch((error) => faults.push(error.message)).finally(() => { served += 1; });
    }
    await new Promise((done) => { setTimeout(done, 1); });
  }
  const until = performance.now() + PATIENCE * 1000;
  while (served < dues.length && performance.now() < until) await new Promise((done) => { setTimeout(done, 5); });
  return { unserved: dues.length - served, seconds: (performance.now() - began) / 1000, faults };
}
