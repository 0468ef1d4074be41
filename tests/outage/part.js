// A process of the run with everything it has started: killed, frozen, brought back.
import { readFileSync, readdirSync } from 'node:fs';
import { pause } from '../journeys/stack.js';

export class Part {
  // `pid`: whose it is just now; `start`: begins it anew, where it was.
  constructor(pid, start) {
    Object.assign(this, { pid, start });
  }

  async kill() {
    const family = this.#family();
    for (const pid of family) send(pid, 'SIGKILL');
    while (family.some(runs)) await pause(20);
  }

  freeze() {
    for (const pid of this.#family()) send(pid, 'SIGSTOP');
  }

  thaw() {
    for (const pid of this.#family()) send(pid, 'SIGCONT');
  }

  // The first is stopped before its children are, so that none is born meanwhile.
  #family() {
    const parents = new Map();
    for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
      const parent = status(name)?.parent;
      if (parent) parents.set(Number(name), parent);
    }
    const family = [this.pid()];
    for (const one of family) family.push(...[...parents].filter(([, parent]) => parent === one).map(([child]) => child));
    return family;
  }
}

function status(pid) {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

const runs = (pid) => !['Z', 'X', undefined].includes(status(pid)?.state);

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Gone by itself.
    if (error.code !== 'ESRCH') throw error;
  }
}
