/**
 * A file that holds a secret: nobody but its owner may read it, its owner is this user or root, and it lies where it
 * seems to lie. What was looked at is what is read: the checks are made on the open file.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { StartupError } from '../../startup-error.ts';

export interface ProtectedFile {
  readonly bytes: Buffer;
  /** When it was written. */
  readonly writtenAt: Date;
}

export interface ProtectedFileOptions {
  readonly file: string;
  /** Such as `The file named by MASTER_KEY_FILE`. */
  readonly called: string;
  readonly greatestBytes: number;
  /** A symbolic link may not lead out of this folder, which nobody else may write to. */
  readonly folder?: string;
}

const OTHERS_MAY_DO_ANYTHING = 0o077;
const OTHERS_MAY_WRITE = 0o022;

/**
 * @returns undefined when there is no such file
 * @throws {StartupError} when others may read it, it is another user's, too large, or lies elsewhere
 */
export async function readProtectedFile(options: ProtectedFileOptions): Promise<ProtectedFile | undefined> {
  const { file, called, greatestBytes, folder } = options;
  const place = await realpath(file).catch(() => undefined);
  if (place === undefined) return undefined;
  if (folder !== undefined && !place.startsWith((await checkedFolder(folder)) + sep)) {
    throw new StartupError(`${called} is a link out of its folder`, 'put the file itself there');
  }
  const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new StartupError(`${called} can't be read`, 'let this user own it');
  });
  if (!handle) return undefined;
  try {
    return await readChecked(handle, called, greatestBytes);
  } finally {
    await handle.close();
  }
}

async function readChecked(handle: FileHandle, called: string, greatestBytes: number): Promise<ProtectedFile> {
  const found = await handle.stat();
  const { mode, uid, mtime, size } = found;
  if (!found.isFile()) throw new StartupError(`${called} is not a file`, 'put a file there');
  if ((mode & OTHERS_MAY_DO_ANYTHING) !== 0) {
    throw new StartupError(`${called} can be read by others`, 'set its mode to 0600 or 0400');
  }
  if (!isOwn(uid)) throw new StartupError(`${called} belongs to another user`, 'let this user or root own it');
  if (size > greatestBytes) throw new StartupError(`${called} is too large`, `it has ${greatestBytes} bytes at most`);
  // It may grow while it is read.
  const bytes = Buffer.alloc(greatestBytes + 1);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length > greatestBytes) throw new StartupError(`${called} is too large`, `it has ${greatestBytes} bytes at most`);
  return { bytes: bytes.subarray(0, length), writtenAt: mtime };
}

/** @returns where the folder really is */
async function checkedFolder(folder: string): Promise<string> {
  const place = await realpath(folder);
  const { mode, uid } = await stat(place);
  if ((mode & OTHERS_MAY_WRITE) !== 0 || !isOwn(uid)) {
    throw new StartupError('Others may change the folder of secrets', 'let this user or root own it, with mode 0700');
  }
  return place;
}

/** Where there are no users, as on Windows, there is nothing to compare. */
function isOwn(uid: number): boolean {
  const self = process.getuid?.();
  return self === undefined || uid === self || uid === 0;
}
