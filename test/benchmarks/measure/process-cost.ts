/** What the kernel counted for processes: CPU time of all their threads, and memory (proc(5)). */
import { readFile } from 'node:fs/promises';

const TICKS_PER_SECOND = 100;

/** Seconds of CPU, in user and kernel mode, that the processes have used so far. */
export async function cpuSeconds(processIds: readonly number[]): Promise<number> {
  const ticks = await Promise.all(
    processIds.map(async (id) => {
      const text = await readFile(`/proc/${id}/stat`, 'utf8');
      // The name stands in brackets and may hold spaces; utime and stime are the 14th and 15th of all fields.
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return Number(fields[11]) + Number(fields[12]);
    }),
  );
  return sum(ticks) / TICKS_PER_SECOND;
}

/** The processes and those that they have started. */
export async function withChildren(processIds: readonly number[]): Promise<readonly number[]> {
  const children = await Promise.all(
    processIds.map(async (id) => {
      const text = await readFile(`/proc/${id}/task/${id}/children`, 'utf8');
      return text
        .split(' ')
        .filter((child) => child !== '')
        .map(Number);
    }),
  );
  return [...processIds, ...children.flat()];
}

/** Megabytes in memory now. */
export async function residentMegabytes(processIds: readonly number[]): Promise<number> {
  const kilobytes = await Promise.all(
    processIds.map(async (id) =>
      Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0),
    ),
  );
  return sum(kilobytes) / 1024;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
