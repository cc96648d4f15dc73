/**
 * Loaded before a process that is measured (`NODE_OPTIONS=--import`): counts what its main thread allocates on V8's heap,
 * while its parent wants to know. Nobody counts that as it happens; but the collector says how much is in use before and
 * after each of its runs, and what came between the end of one and the beginning of the next was allocated.
 */
import { GCProfiler, getHeapStatistics } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

const used = () => getHeapStatistics().used_heap_size;

let profiler;
let usedAtFirst = 0;

function begin() {
  profiler = new GCProfiler();
  profiler.start();
  usedAtFirst = used();
  return 0;
}

function end() {
  const usedAtLast = used();
  const { statistics } = profiler.stop();
  let [allocated, left] = [0, usedAtFirst];
  for (const { beforeGC, afterGC } of statistics) {
    allocated += beforeGC.heapStatistics.usedHeapSize - left;
    left = afterGC.heapStatistics.usedHeapSize;
  }
  return allocated + usedAtLast - left;
}

if (isMainThread && process.send) {
  process.on('message', (message) => {
    if (message?.kind === 'begin to count') process.send({ kind: 'allocated', bytes: begin() });
    if (message?.kind === 'end counting') process.send({ kind: 'allocated', bytes: end() });
  });
}
