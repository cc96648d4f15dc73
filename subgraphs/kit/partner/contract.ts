/**
 * A partner's contract: everything that was agreed with one partner, in one YAML file that people of both sides can
 * read, parsed once at start into the type that the client works by.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ports } from '@commonhold/platform/addresses.ts';
import { isProduction } from '@commonhold/platform/configuration.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

const absolutePath = z.string().regex(/^\/[A-Za-z0-9/._-]*$/, 'has to be a path such as /oauth2/token');
const milliseconds = z.number().int().min(1).max(120_000);
const partnerCode = z.enum([
  'PARTNER_UNAVAILABLE',
  'PARTNER_TIMEOUT',
  'PARTNER_RATE_LIMITED',
  'PARTNER_REJECTED',
  'PARTNER_CONTRACT_VIOLATION',
]);

const environmentSchema = z.strictObject({
  /** Base address. `${NAME}` stands for a port of `platform/addresses.ts` or an environment variable. */
  address: z.string().min(1),
  /** SPIFFE id that the partner's certificate has to carry; without it, its host name is verified alone. */
  peer: z.string().startsWith('spiffe://').optional(),
});

const contractSchema = z.strictObject({
  partner: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/, 'has to be a name in kebab-case'),
  apiVersion: z.string().min(1),
  /** What the data may be used for, in a sentence. */
  purpose: z.string().min(1),
  dataClasses: z.array(z.string().min(1)).min(1),
  environments: z.strictObject({ development: environmentSchema, production: environmentSchema }),
  /** Where the API's paths begin, such as `/v1`; the token endpoint and the keys stand outside of it. */
  basePath: absolutePath.or(z.literal('')).default(''),
  /** `mtls`: both sides show certificates. `http`: neither; only for a partner on the same machine. */
  transport: z.enum(['mtls', 'http']),
  authentication: z.discriminatedUnion('method', [
    /** RFC 7523: a token for each company, by its own key; the assertion's audience is the partner's issuer. */
    z.strictObject({ method: z.literal('private_key_jwt'), tokenPath: absolutePath }),
    /** The partner knows only a login of its own; the subgraph brings a `Credentials` for it. */
    z.strictObject({ method: z.literal('login'), loginPath: absolutePath }),
  ]),
  encryption: z
    .strictObject({
      keyManagement: z.array(z.enum(['ECDH-ES', 'ECDH-ES+A256KW'])).min(1),
      content: z.array(z.enum(['A256GCM'])).min(1),
      /** Where the partner publishes the key that payloads towards it are encrypted with. */
      jwksPath: absolutePath,
      /** Personal members of the API's objects, such as `DeviceEvent.person`. */
      fields: z.array(z.string().min(1)).min(1),
    })
    .optional(),
  limits: z.strictObject({
    /** For each company. */
    requestsPerSecond: z.number().int().min(1).max(10_000),
    /** Requests under way at once, of all companies together and of each. */
    concurrency: z.number().int().min(1).max(1_000),
    concurrencyPerCompany: z.number().int().min(1).max(1_000),
    /** Requests of a company that may wait for their turn. */
    queue: z.number().int().min(0).max(10_000).default(200),
    answerBytes: z.number().int().min(1_024).max(67_108_864).default(8_388_608),
    /** Greatest number of items in one request, by resource. */
    batches: z.record(z.string(), z.number().int().min(1)).default({}),
  }),
  timeouts: z.strictObject({ connectMilliseconds: milliseconds, attemptMilliseconds: milliseconds }),
  /** For what may be repeated: GET, PUT, DELETE, what carries an idempotency key, and queries. */
  retries: z.strictObject({
    /** POST to a path that ends so only reads, such as `/query`. */
    querySuffix: absolutePath.optional(),
    attempts: z.number().int().min(0).max(5),
    firstDelayMilliseconds: milliseconds,
    greatestDelayMilliseconds: milliseconds,
  }),
  breaker: z.strictObject({ consecutiveFailures: z.number().int().min(1), openMilliseconds: milliseconds }),
  errors: z
    .strictObject({
      /** Member of an answer with status 200 that says it is an error nevertheless. */
      member: z.string().min(1).default('error'),
      /** Statuses that this partner uses in its own way, such as 405 for "busy". */
      statuses: z.record(z.string().regex(/^[45]\d\d$/), partnerCode).default({}),
      /** The partner's own error codes; only these are ever shown, as `extensions.reason`. */
      codes: z.record(z.string().regex(/^[A-Za-z0-9_.:-]{1,60}$/), partnerCode).default({}),
    })
    .prefault({}),
  /** Who uses the partner, and under which client id the partner knows them. */
  companies: z.record(z.string(), z.strictObject({ clientId: z.string().min(1) })),
  /** What the partner's API lacks, and how that is made up for. */
  gaps: z.array(z.strictObject({ lacks: z.string().min(1), instead: z.string().min(1) })).default([]),
  contacts: z.strictObject({ technical: z.string().min(1), security: z.string().min(1), privacy: z.string().min(1) }),
});

type ParsedContract = z.output<typeof contractSchema>;

export interface Contract extends Omit<ParsedContract, 'environments'> {
  /** Origin of the partner's API in this environment, without a trailing slash. */
  readonly address: string;
  readonly peer: string | undefined;
}

/**
 * Reads and validates a contract.
 *
 * @throws {StartupError} naming the file, the line and the member that is wrong.
 *
 * @example
 * const contract = await loadContract(new URL('./partner/contract.yaml', import.meta.url), process.env);
 */
export async function loadContract(file: URL, environment: NodeJS.ProcessEnv): Promise<Contract> {
  const path = fileURLToPath(file);
  const name = join(basename(dirname(path)), basename(path));
  const text = await readFile(path, 'utf8').catch(() => {
    throw new StartupError(`The partner contract ${name} is missing`, 'restore the file');
  });
  return parseContract(text, name, environment);
}

/** @throws {StartupError} as `loadContract`; `name` is how the file is called in the message. */
export function parseContract(text: string, name: string, environment: NodeJS.ProcessEnv): Contract {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) {
    const [{ line }] = broken.linePos ?? [{ line: 1 }];
    throw new StartupError(`The partner contract ${name} is not YAML at line ${line}`, 'correct the file');
  }
  const parsed = contractSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const place = [...(issue?.path ?? []), ...unknown].map(String);
    const line = lines.linePos(offsetOf(document, place)).line;
    const member = place.length > 0 ? place.join('.') : 'the file';
    throw new StartupError(
      `The partner contract ${name} is wrong at line ${line}, ${member}`,
      `correct it (${issue?.message ?? 'invalid'})`,
    );
  }
  const { environments, ...agreed } = parsed.data;
  const chosen = isProduction(environment) ? environments.production : environments.development;
  const address = resolveAddress(chosen.address, name, environment);
  const isEncrypted = address.startsWith('https://');
  if (isEncrypted !== (agreed.transport === 'mtls')) {
    throw new StartupError(
      `The partner contract ${name} names an address that does not fit its transport ${agreed.transport}`,
      `use ${agreed.transport === 'mtls' ? 'an https' : 'a plain http'} address`,
    );
  }
  return { ...agreed, address, peer: chosen.peer };
}

/** Where the deepest member of `place` that exists begins; a missing member is looked for in its parent. */
function offsetOf(document: ReturnType<typeof parseDocument>, place: readonly string[]): number {
  for (let depth = place.length; depth >= 0; depth -= 1) {
    const inside = place.slice(0, depth);
    const node = inside.length === 0 ? document.contents : document.getIn(inside, true);
    if (isMap(node) && inside.length === 0) return 0;
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function resolveAddress(template: string, name: string, environment: NodeJS.ProcessEnv): string {
  const known: Readonly<Record<string, number | string | undefined>> = { ...environment, ...ports(environment) };
  const address = template.replaceAll(/\$\{([A-Z0-9_]+)\}/g, (_, variable: string) => {
    const value = known[variable];
    if (value === undefined) {
      throw new StartupError(
        `Environment variable ${variable} is missing`,
        `set it: the partner contract ${name} asks for it`,
      );
    }
    return String(value);
  });
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.pathname !== '/' || url.search) {
    throw new StartupError(
      `The partner contract ${name} names an address that is none`,
      'use an origin such as https://api.partner.example, without a path',
    );
  }
  return url.origin;
}
