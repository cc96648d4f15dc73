/**
 * What the directory tells those who follow changes of access: one JSON object a line, over one long answer.
 *
 * 1. `hello`: the version of each company's access as it was `age` milliseconds ago.
 * 2. `change`: each change, in the order of a company's versions, which leave out none.
 * 3. `heartbeat`: all that had changed `elapsed` milliseconds after the stream was opened has been told.
 */
import { z } from 'zod';

const id = z.string().min(1).max(255);

const change = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('subject'), subject: id }),
  z.object({ kind: z.literal('session'), session: id }),
  z.object({ kind: z.literal('token'), token: id }),
  /** What it was isn't known any more: whatever was known of the company's people is outdated. */
  z.object({ kind: z.literal('everything') }),
]);

/** What may have changed of a company's access: of somebody, of a login session, of an access token. */
export type AccessChange = z.output<typeof change>;

const version = z.number().int().nonnegative();

const message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), age: z.number().nonnegative(), versions: z.record(z.string(), version) }),
  z.object({
    kind: z.literal('change'),
    tenant: id,
    version,
    /** Left out for those who needn't know whom it concerns. */
    change: change.default({ kind: 'everything' }),
  }),
  z.object({ kind: z.literal('heartbeat'), elapsed: z.number().nonnegative() }),
]);

export type FeedMessage = z.output<typeof message>;

/** @throws {Error} when the line is no message */
export function parseMessage(line: string): FeedMessage {
  return message.parse(JSON.parse(line));
}

/** As it goes over the wire, the end of the line included. */
export function formatMessage(told: z.input<typeof message>): string {
  return `${JSON.stringify(told)}\n`;
}
