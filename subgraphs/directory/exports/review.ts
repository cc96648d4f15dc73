/** A page of a review as a file: ids, roles and dates. Nobody's name, and not what a grant was given for, which may hold one. */
import { createHash } from 'node:crypto';
import type { ExportedItem } from '../records/review-exports.ts';
import { writeCsv } from './csv.ts';

export interface ExportedFile {
  readonly content: string;
  readonly mediaType: string;
  /** In hexadecimal, of the content in UTF-8. */
  readonly sha256: string;
}

export function writeReview(items: readonly ExportedItem[], format: 'CSV' | 'JSON'): ExportedFile {
  const content = format === 'CSV' ? asCsv(items) : `${JSON.stringify(items, null, 1)}\n`;
  const mediaType = format === 'CSV' ? 'text/csv; charset=utf-8; header=present' : 'application/json';
  return { content, mediaType, sha256: createHash('sha256').update(content).digest('hex') };
}

const COLUMNS = [
  'review',
  'item',
  'grant',
  'subject',
  'role',
  'reach',
  'places',
  'since',
  'until',
  'grantedBy',
  'approvedBy',
  'lastUsedOn',
  'proposal',
  'because',
  'state',
  'decision',
  'decidedBy',
  'decidedAt',
  'remark',
] as const satisfies readonly (keyof ExportedItem)[];

function asCsv(items: readonly ExportedItem[]): string {
  const rows = items.map((item) => COLUMNS.map((name) => (name === 'places' ? item.places.join(' ') : item[name])));
  return writeCsv(COLUMNS, rows);
}
