/** The processes of a side. */
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import type { TestProcess } from '../../../processes.ts';

export function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}

/** @throws {Error} with what it said when one of them hasn't started. */
export function processIds(processes: readonly TestProcess[]): readonly number[] {
  return processes.map(({ child, output }) => {
    if (child.pid === undefined || child.exitCode !== null) throw new Error(`a side did not start:\n${output()}`);
    return child.pid;
  });
}

export async function stopAll(processes: readonly TestProcess[]): Promise<void> {
  await Promise.all(processes.map((running) => running.stop()));
}
