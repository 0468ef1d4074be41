// A line between a person and a service: as slow as is wanted, cut and mended.
import { connect, createServer } from 'node:net';

export class Line {
  // `rate`: bytes a second, each way; none is as fast as it goes.
  static async to(port, rate = Infinity) {
    const line = new Line();
    Object.assign(line, { whole: true, sent: 0, rate, ends: new Set() });
    line.server = createServer((here) => line.#join(here, port));
    await new Promise((done) => line.server.listen(0, '127.0.0.1', done));
    line.port = line.server.address().port;
    return line;
  }

  #join(here, port) {
    if (!this.whole) return here.destroy();
    const there = connect(port, '127.0.0.1');
    here.near = true;
    for (const [from, to] of [[here, there], [there, here]]) {
      this.ends.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        this.ends.delete(from);
        if (!from.torn) to.destroy();
      });
      from.on('data', (bytes) => {
        if (from === here) this.sent += bytes.length;
        const taken = to.write(bytes);
        if (this.rate === Infinity) {
          if (!taken) { from.pause(); to.once('drain', () => from.resume()); }
          return;
        }
        from.pause();
        setTimeout(() => from.resume(), (bytes.length / this.rate) * 1000);
      });
    }
  }

  // Everything on it is lost, and nothing goes through any more. `silent`: the far end does not learn
  // of it, as when somebody walks out of the radio's reach.
  cut({ silent = false } = {}) {
    this.whole = false;
    for (const end of [...this.ends].filter((one) => one.near || !silent)) {
      end.torn = silent;
      end.destroy();
    }
  }

  mend() {
    this.whole = true;
  }

  close() {
    this.cut();
    this.server.close();
  }
}
