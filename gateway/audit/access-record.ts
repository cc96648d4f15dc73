/**
 * The record of access: who asked for which personal data, and who changed what. One writer appends; entries that come
 * together are written and synced together, then the head is sealed.
 */
import { type FileHandle, mkdir, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { type AccessEvent, sealEntry } from './entry.ts';
import { type Head, headFile, recordFile, sealHead, verifyRecord } from './verify.ts';

export interface AccessRecord {
  /** Takes note; written within moments. */
  append(event: AccessEvent): void;
  /** @throws {Error} when an entry could not be written: nothing has been since. */
  assertWritable(): void;
  /** Writes what is left, and lets the next writer in. */
  close(): Promise<void>;
}

/**
 * @param onFailure is told of each entry that could not be written: the disk is full or gone
 * @throws {StartupError} when the record is broken, or another process writes it
 */
export async function openAccessRecord(
  directory: string,
  key: Uint8Array,
  onFailure: (error: unknown) => void,
): Promise<AccessRecord> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await lock(directory);
  let head = await resume(directory, key);
  const file = await open(recordFile(directory), 'a', 0o600);
  const waiting: AccessEvent[] = [];
  let writing: Promise<void> | undefined;
  let failure: unknown;

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      head = await writeBatch(waiting.splice(0), head, file, directory, key);
    }
  };
  const start = (): void => {
    writing ??= write()
      .catch((error: unknown) => {
        // What was written last may be half an entry; anything after it would not fit.
        failure = error;
        onFailure(error);
      })
      .finally(() => {
        writing = undefined;
        if (waiting.length > 0 && failure === undefined) start();
      });
  };
  return {
    append(event) {
      if (failure !== undefined) return onFailure(failure);
      waiting.push(event);
      start();
    },
    assertWritable() {
      if (failure !== undefined) throw failure;
    },
    async close() {
      while (writing) await writing;
      await file.close();
      await rm(lockFile(directory), { force: true });
    },
  };
}

async function writeBatch(
  events: readonly AccessEvent[],
  head: Head,
  file: FileHandle,
  directory: string,
  key: Uint8Array,
): Promise<Head> {
  let last = head;
  let text = '';
  for (const event of events) {
    const { line, ...link } = sealEntry(event, last, key);
    text += `${line}\n`;
    last = link;
  }
  await file.appendFile(text);
  await file.datasync();
  await replaceFile(headFile(directory), sealHead(last, key));
  return last;
}

/** Whoever reads meets the old head or the new one, never half of it. */
async function replaceFile(file: string, text: string): Promise<void> {
  const unfinished = `${file}.new`;
  const handle = await open(unfinished, 'w', 0o600);
  await handle.writeFile(text);
  await handle.datasync();
  await handle.close();
  await rename(unfinished, file);
}

/** Goes on where the last writer stopped. A line that it didn't finish was never sealed, and is taken away. */
async function resume(directory: string, key: Uint8Array): Promise<Head> {
  const verdict = await verifyRecord(directory, key);
  if (verdict.kind === 'broken') {
    await rm(lockFile(directory), { force: true });
    throw new StartupError(
      `The record of access is broken at entry ${verdict.entry} (${verdict.reason})`,
      'keep the folder audit as evidence elsewhere, and start with an empty one',
    );
  }
  if (verdict.entries > 0) await truncate(recordFile(directory), verdict.bytes);
  return { sequence: verdict.entries, hash: verdict.lastHash };
}

const lockFile = (directory: string): string => join(directory, 'writer.pid');

async function lock(directory: string): Promise<void> {
  const file = lockFile(directory);
  const own = `${process.pid} ${(await startOf(process.pid)) ?? ''}`;
  const take = (): Promise<boolean> =>
    writeFile(file, own, { flag: 'wx', mode: 0o600 }).then(
      () => true,
      () => false,
    );
  if (await take()) return;
  if (!(await isHeld(await readFile(file, 'utf8').catch(() => '')))) {
    await rm(file, { force: true });
    if (await take()) return;
  }
  throw new StartupError(
    'Another process writes the record of access in this data folder',
    'stop it, or give each gateway a DATA_DIR of its own',
  );
}

/** @param holder its process id and start, or its id alone: another process may have that id by now */
async function isHeld(holder: string): Promise<boolean> {
  const [pid, start] = holder.split(' ');
  return isAlive(Number(pid)) && (!start || start === (await startOf(Number(pid))));
}

/** When a process was started, as Linux counts it (proc(5)); undefined where that isn't told. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name stands in brackets and may hold spaces; the start is the 22nd of all fields.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
