/**
 * How a sandbox partner misbehaves when a test asks it to: a fault for an operation, or for all (`*`).
 *
 * Operations are named by their `operationId`, those of one version alone as `v2:<operationId>`; beside them there are
 * `token` and `jwks`.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Problem } from './problem.ts';

const BAD_JWE = ['cut-tag', 'zip', 'dir', 'p2c', 'wrong-key', 'other-key-id'] as const;
export type BadJwe = (typeof BAD_JWE)[number];

/** How often; undefined: until it is taken away. */
const times = z.number().int().min(1).optional();
const simple = <const Kind extends string>(kind: Kind) => z.strictObject({ kind: z.literal(kind), times });

const fault = z.discriminatedUnion('kind', [
  /** 503. */
  simple('down'),
  /** The connection is cut. */
  simple('reset'),
  /** Never answers. */
  simple('slow'),
  /** Answers a byte every 50 ms, without an end. */
  simple('endless'),
  /** 200 with HTML. */
  simple('garbage'),
  /** The right answer, with every value of another type. */
  simple('wrong-type'),
  /** The right answer, with its lists in another order. */
  simple('reversed'),
  /** 200 with an `error` inside. */
  z.strictObject({ kind: z.literal('error-in-200'), times, code: z.string().default('internal') }),
  /** The handler answers with records of other companies, too (`call.companies`). */
  simple('foreign-record'),
  /** 429. */
  z.strictObject({ kind: z.literal('rate-limited'), times, retryAfterSeconds: z.number().int().min(0).default(30) }),
  /** 50 MB. */
  simple('huge'),
  /** 302, by default to the sandbox itself, which is a loopback address. */
  z.strictObject({ kind: z.literal('redirect'), times, location: z.url().optional() }),
  /** The right answer, with `__proto__` and `constructor` members. */
  simple('prototype'),
  /** Personal values are encrypted in a way that must be refused. */
  z.strictObject({ kind: z.literal('bad-jwe'), times, variant: z.enum(BAD_JWE).default('cut-tag') }),
  /** A status of the test's choice. */
  z.strictObject({ kind: z.literal('status'), times, status: z.number().int().min(400).max(599), type: z.string() }),
  /** Does what it was asked to, and cuts the connection instead of answering. */
  simple('lost-answer'),
]);

export type Fault = z.output<typeof fault>;

export interface Faults {
  /** The fault for this call of an operation, by the first of its names that has one; counts down `times`. */
  take(...names: readonly string[]): Fault | undefined;
  /** @throws {Problem} 422 for an unknown kind of fault, or one for something that isn't among `operations` */
  set(faults: unknown, operations: readonly string[]): void;
  clear(): void;
}

export function createFaults(): Faults {
  let faults = new Map<string, Fault>();
  return {
    take: (...names) => {
      const name = names.find((each) => faults.has(each)) ?? '*';
      const taken = faults.get(name);
      if (taken?.times === 1) faults.delete(name);
      else if (taken?.times !== undefined) faults.set(name, { ...taken, times: taken.times - 1 });
      return taken;
    },
    set: (wanted, operations) => {
      const parsed = z.partialRecord(z.enum(operations), fault).safeParse(wanted);
      if (!parsed.success) throw new Problem(422, 'not-a-fault', 'No such fault or operation');
      faults = new Map(Object.entries(parsed.data).flatMap(([name, found]) => (found ? [[name, found]] : [])));
    },
    clear: () => {
      faults = new Map();
    },
  };
}

/** Misbehaves instead of the handler. @returns whether the reply has been dealt with */
export function misbehave(wanted: Fault, reply: FastifyReply, origin: string): boolean {
  switch (wanted.kind) {
    case 'down':
      reply.code(503).type('application/problem+json').send(PROBLEM_503);
      return true;
    case 'reset':
      reply.hijack();
      reply.raw.socket?.destroy();
      return true;
    case 'slow':
      reply.hijack();
      return true;
    case 'endless':
      reply.hijack();
      void drip(reply);
      return true;
    case 'garbage':
      reply.type('text/html').send('<!doctype html><title>It works!</title>');
      return true;
    case 'error-in-200':
      reply.send({ error: { code: wanted.code, message: 'Ada Lovelace, flat 7: something broke at 10.0.0.7' } });
      return true;
    case 'rate-limited':
      reply.code(429).header('retry-after', wanted.retryAfterSeconds).send(PROBLEM_429);
      return true;
    case 'huge':
      reply.type('application/json').send(`{"items":["${'x'.repeat(50 * 1024 * 1024)}"]}`);
      return true;
    case 'redirect':
      reply.redirect(wanted.location ?? `${origin}/sandbox/calls`, 302);
      return true;
    case 'status':
      reply.code(wanted.status).type('application/problem+json');
      reply.send({ type: wanted.type, title: 'Ada Lovelace, flat 7, may not', status: wanted.status });
      return true;
    default:
      return false;
  }
}

/** What becomes of the handler's answer under a fault. */
export function distort(wanted: Fault | undefined, answer: unknown): unknown {
  if (wanted?.kind === 'wrong-type') return otherTypes(answer);
  if (wanted?.kind === 'reversed') return reversed(answer);
  if (wanted?.kind === 'prototype') {
    const text = JSON.stringify(answer).replace(
      /^\{/,
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},',
    );
    return text.replace(/,\}$/, '}');
  }
  return answer;
}

const PROBLEM_503 = { type: 'down', title: 'Maintenance on host db-7.internal', status: 503 };
const PROBLEM_429 = { type: 'too-many-requests', title: 'Too many requests', status: 429 };

function otherTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(otherTypes);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([member, inner]) => [member, member === 'companyId' ? inner : otherTypes(inner)]),
    );
  }
  return { unexpected: true };
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed).toReversed();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, reversed(inner)]));
}

async function drip(reply: FastifyReply): Promise<void> {
  reply.raw.writeHead(200, { 'content-type': 'application/json' });
  reply.raw.write('{"items":["');
  while (!reply.raw.destroyed) {
    reply.raw.write('x');
    await wait(50);
  }
}
