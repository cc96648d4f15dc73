/** The processes of a side. */
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { startProcess, type TestProcess } from '../../../processes.ts';
import { CAN_COUNT, countAllocations } from '../../measure/allocations.ts';
import type { Side } from './side.ts';

export function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}

/** A process of a side, as `startProcess` starts it. */
export function startMeasured(entry: string, environment: NodeJS.ProcessEnv): Promise<TestProcess> {
  return startProcess(entry, { ...CAN_COUNT, ...environment });
}

/** What a side tells of its processes. @throws {Error} when one of them hasn't started */
export function measured(processes: readonly TestProcess[]): Pick<Side, 'countAllocations' | 'processIds'> {
  return {
    processIds: processIds(processes),
    countAllocations: () => countAllocations(processes.map(({ child }) => child)),
  };
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
