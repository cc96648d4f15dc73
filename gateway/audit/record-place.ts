/** Where records of access lie: one for each process that writes, in the folder `audit` of the data. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface RecordPlace {
  /** `audit`, or `audit/worker-2`; whatever is sealed there is sealed for it. */
  readonly name: string;
  readonly directory: string;
}

/** @param worker its number, where the gateway has several */
export function recordPlace(dataDirectory: string, worker?: number): RecordPlace {
  return placeOf(dataDirectory, worker === undefined ? 'audit' : `audit/worker-${worker}`);
}

/** All that there are, of workers of before as well. */
export async function recordPlaces(dataDirectory: string): Promise<readonly RecordPlace[]> {
  const { name, directory } = recordPlace(dataDirectory);
  const inside = await readdir(directory).catch((): string[] => []);
  const workers = inside.flatMap((entry) => /^worker-(\d+)$/.exec(entry)?.slice(1).map(Number) ?? []);
  return [
    ...(inside.length > workers.length ? [{ name, directory }] : []),
    ...workers.toSorted((one, other) => one - other).map((worker) => recordPlace(dataDirectory, worker)),
  ];
}

const placeOf = (dataDirectory: string, name: string): RecordPlace => ({ name, directory: join(dataDirectory, name) });
