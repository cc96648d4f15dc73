/**
 * Remembers over a restart which operations are asked for most, and plans them ahead. An operation may hold values that
 * somebody wrote into it, so the file is sealed; plans themselves aren't kept, since the supergraph may be another by
 * then.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Log } from '@commonhold/platform/log.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { Planning } from './plan.ts';

export interface KeptOperations {
  /** Writes them down. */
  close(): Promise<void>;
}

export interface KeptOperationsParts {
  readonly file: string;
  readonly masterKey: MasterKey;
  readonly planning: Planning;
  readonly log: Log;
}

const MOST_OPERATIONS = 200;
const WRITTEN_EVERY_MILLISECONDS = 5 * 60_000;
const PLACE = 'gateway:operations';

const operations = z
  .array(
    z.object({
      operation: z.string(),
      operationName: z.string().optional(),
      overrides: z.array(z.string()).optional(),
    }),
  )
  .max(MOST_OPERATIONS);

/** Begins to plan what was asked for before, and returns at once. */
export function keepOperations({ file, masterKey, planning, log }: KeptOperationsParts): KeptOperations {
  const envelope = createEnvelope(masterKey.ring('envelope:gateway'));
  const abort = new AbortController();

  const write = async (): Promise<void> => {
    const sealed = await envelope.seal(JSON.stringify(planning.hottest(MOST_OPERATIONS)), PLACE);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(`${file}.new`, sealed, { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
  const keep = (): Promise<void> =>
    write().catch((error: unknown) => log.warn({ err: error }, 'the operations asked for most cannot be written down'));

  const prepared = prepare();
  const timer = setInterval(keep, WRITTEN_EVERY_MILLISECONDS).unref();
  return {
    async close() {
      clearInterval(timer);
      abort.abort();
      await prepared;
      await keep();
    },
  };

  async function prepare(): Promise<void> {
    const sealed = await readFile(file, 'utf8').catch(() => undefined);
    if (sealed === undefined) return;
    try {
      const known = operations.parse(JSON.parse(await envelope.open(sealed, PLACE)));
      for (const task of known) {
        if (abort.signal.aborted) return;
        await planning.prepare(task).catch(unlessRefused);
      }
    } catch (error) {
      // Another master key, or another supergraph in which the operation isn't valid any more: they are learnt anew.
      log.info({ err: error }, 'operations of before are not planned ahead');
    }
  }
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof GraphQLError)) throw error;
}
