/** What our client of a version reads: for each call, and for each encrypted value, the schema that it is parsed by. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { clientFiles } from '../lint/client-calls.ts';
import type { Schema } from './json-schema.ts';

export interface CallRead {
  readonly method: string;
  readonly path: string;
  readonly schema: Schema;
}

export interface EncryptedRead {
  /** Such as `Account`. */
  readonly object: string;
  /** Such as `personal`. */
  readonly member: string;
  readonly schema: Schema;
}

export interface ClientReads {
  readonly calls: readonly CallRead[];
  readonly encrypted: readonly EncryptedRead[];
  /** Names in the client's text: what isn't among them it doesn't send. */
  readonly words: ReadonlySet<string>;
}

const CALL = /\.call\(\s*'(\w+)',\s*'([^']+)'(?:(?!\.call\().)*?schema: (\w+)/gs;
const OPEN = /\.open\(\s*[^,]+,\s*'(\w+)\.(\w+)',\s*(\w+),?\s*\)/g;

/** @param partner the partner's folder, where the records of each version stand beside its client */
export async function clientReads(partner: URL, version: string): Promise<ClientReads> {
  const files = await clientFiles(partner, version);
  const found = await Promise.all(
    files.map(async (file): Promise<ClientReads> => {
      const text = await readFile(file, 'utf8');
      const [calls, opens] = [[...text.matchAll(CALL)], [...text.matchAll(OPEN)]];
      const words = new Set(text.match(/\w+/g));
      if (calls.length + opens.length === 0) return { calls: [], encrypted: [], words };
      const records: Readonly<Record<string, unknown>> = await import(new URL('records.ts', file).href);
      return {
        calls: calls.map(([, method = '', path = '', name = '']) => ({
          method,
          path,
          schema: schemaOf(records[name]),
        })),
        encrypted: opens.map(([, object = '', member = '', name = '']) => ({
          object,
          member,
          schema: schemaOf(records[name]),
        })),
        words,
      };
    }),
  );
  return {
    calls: found.flatMap(({ calls }) => calls),
    encrypted: found.flatMap(({ encrypted }) => encrypted),
    words: new Set(found.flatMap(({ words }) => [...words])),
  };
}

/** What it takes, before it is made into ours. Of what isn't known nothing is read. */
function schemaOf(schema: unknown): Schema {
  if (!(schema instanceof z.ZodType)) return {};
  return { ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) };
}
