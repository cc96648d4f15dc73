/** What the issuer tells the directory of its own accord. */
import { z } from 'zod';
import type { Directory } from './directory.ts';

export const directoryMessage = z.object({
  path: z.enum(['/ended', '/notices', '/recovery']),
  tenant: z.string(),
  /** Whom it concerns, as far as the route asks for that. */
  subject: z.string().optional(),
  body: z.record(z.string(), z.unknown()),
});

export type DirectoryMessage = z.output<typeof directoryMessage>;

/** @throws {DirectoryUnavailable} */
export async function tellDirectory(directory: Directory, message: DirectoryMessage): Promise<void> {
  const { path, tenant, subject, body } = message;
  await directory.post(path, { tenant, ...(subject !== undefined && { sub: subject }) }, body);
}
