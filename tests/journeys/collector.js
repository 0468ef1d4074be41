// A collector of one journey: takes what the processes tell of themselves (OTLP by gRPC) and adds it to the
// files `traces` and `metrics` of the directory it is given; texts stand there as they are. A thread of its
// own (`new Worker`), for journeys stand still while they run a program; says its port when it listens. The
// real collector is for tests/it/telemetry.rs.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http2';
import { join } from 'node:path';
import { parentPort, workerData as directory } from 'node:worker_threads';

// Taken, and nothing to say: a message of no bytes.
const TAKEN = Buffer.alloc(5);

const server = createServer();
server.on('stream', (stream, headers) => {
  const file = join(directory, headers[':path'].includes('TraceService') ? 'traces' : 'metrics');
  const told = [];
  stream.on('data', (bytes) => told.push(bytes));
  // A process may be killed in the middle.
  stream.on('error', () => {});
  stream.on('end', () => {
    appendFileSync(file, Buffer.concat(told));
    if (stream.destroyed || stream.closed) return;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(TAKEN);
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
