/** Looks for values in files, in every form in which they could have got there. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Canary {
  /** What it is, for the report: the value itself is never shown. */
  readonly kind: string;
  readonly value: string | Uint8Array;
}

export interface Trace {
  readonly kind: string;
  readonly form: string;
  readonly file: string;
}

const NOTHING_FOUND = 1;
const LARGEST_REPORT_BYTES = 64 * 1024 * 1024;

/** Which kinds of `canaries` stand in which file of `places`: files, and folders with all that is in them. */
export async function findTraces(canaries: readonly Canary[], places: readonly string[]): Promise<readonly Trace[]> {
  const patterns = new Map(
    canaries.flatMap(({ kind, value }) => Object.entries(formsOf(value)).map(([form, text]) => [text, { kind, form }])),
  );
  const found = await searchTexts([...patterns.keys()], places);
  const texts = found.flatMap(({ file, text }) => ({ ...(patterns.get(text) ?? { kind: '?', form: '?' }), file }));
  const traces = [...texts, ...(await findBytes(canaries, places))];
  return [...new Map(traces.map((trace) => [JSON.stringify(trace), trace])).values()];
}

/** Each match of an extended regular expression, by file. */
export async function findMatches(expression: string, places: readonly string[]): Promise<readonly string[]> {
  const found = await grep(['--extended-regexp', '--regexp', expression], places);
  return [...new Set(found.map(({ file }) => file))];
}

/** How a value may be written, by the name of the form. */
export function formsOf(value: string | Uint8Array): Readonly<Record<string, string>> {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const binary = {
    'hex in capitals': hex.toUpperCase(),
    hex,
    ...alignments(bytes, 'base64'),
    ...alignments(bytes, 'base64url'),
  };
  if (typeof value !== 'string') return binary;
  return {
    ...binary,
    'in a form': new URLSearchParams({ v: value }).toString().slice(2),
    'in a URL': encodeURIComponent(value),
    'in JSON': JSON.stringify(value).slice(1, -1),
    'in clear': value,
  };
}

/** What of the base64 of a text with the value in it is the same whatever stands before and behind. */
function alignments(bytes: Buffer, encoding: 'base64' | 'base64url'): Readonly<Record<string, string>> {
  const offsets = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString(encoding);
    const inside = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [`${encoding} at ${before}`, inside];
  });
  return Object.fromEntries(offsets);
}

interface Found {
  readonly file: string;
  readonly text: string;
}

/** All patterns at once: there are a hundred thousand. */
async function searchTexts(texts: readonly string[], places: readonly string[]): Promise<readonly Found[]> {
  const folder = await mkdtemp(join(tmpdir(), 'patterns-'));
  const file = join(folder, 'patterns');
  try {
    await writeFile(file, texts.join('\n'), { mode: 0o600 });
    return await grep(['--fixed-strings', '--file', file], places);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function grep(pattern: readonly string[], places: readonly string[]): Promise<readonly Found[]> {
  const options = ['--recursive', '--text', '--only-matching', '--with-filename', '--null'];
  const output = await new Promise<string>((resolve, reject) => {
    const environment = { ...process.env, LC_ALL: 'C' };
    execFile(
      'grep',
      [...options, ...pattern, '--', ...places],
      { env: environment, maxBuffer: LARGEST_REPORT_BYTES, encoding: 'latin1' },
      (error, stdout) => (error && error.code !== NOTHING_FOUND ? reject(error) : resolve(stdout)),
    );
  });
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [file = '', text = ''] = line.split('\0');
    return { file, text: Buffer.from(text, 'latin1').toString() };
  });
}

async function findBytes(canaries: readonly Canary[], places: readonly string[]): Promise<readonly Trace[]> {
  const raw = canaries.flatMap(({ kind, value }) =>
    typeof value === 'string' ? [] : { kind, bytes: Buffer.from(value) },
  );
  const traces: Trace[] = [];
  for (const file of (await Promise.all(places.map(filesIn))).flat()) {
    const content = await readFile(file);
    for (const { kind, bytes } of raw) {
      if (content.includes(bytes)) traces.push({ kind, form: 'as bytes', file });
    }
  }
  return traces;
}

async function filesIn(place: string): Promise<readonly string[]> {
  if ((await stat(place)).isFile()) return [place];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
