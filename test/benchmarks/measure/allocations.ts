/** What processes allocate while they are measured, as `allocations.mjs` counts it in each. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** For the environment of a process that is to be asked. */
export const CAN_COUNT = { NODE_OPTIONS: `--import ${fileURLToPath(new URL('allocations.mjs', import.meta.url))}` };

const answer = z.object({ kind: z.literal('allocated'), bytes: z.number() });

/** Begins to count. @returns what ends it, and gives the bytes that all of them have allocated since */
export async function countAllocations(children: readonly ChildProcess[]): Promise<() => Promise<number>> {
  const ask = async (kind: string): Promise<number> => {
    const bytes = await Promise.all(
      children.map(async (child) => {
        const answered = once(child, 'message');
        child.send({ kind });
        return answer.parse((await answered)[0]).bytes;
      }),
    );
    return bytes.reduce((total, each) => total + each, 0);
  };
  await ask('begin to count');
  return () => ask('end counting');
}
