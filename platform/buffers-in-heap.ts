/** How V8 counts the memory of buffers, which isn't part of its heap. */
import { setFlagsFromString } from 'node:v8';

/**
 * By itself, this V8 marks its whole heap each time that some 64 MB of buffers were made, however soon they are let go. A
 * process that hands answers of a hundred kilobytes on spends a quarter of its time on that. Counted with the heap,
 * buffers let it be collected as anything else does: by how much there is.
 */
export function countBuffersWithHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
