/** What a contract may say, member by member, as it stands in the file. */
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
  /** Base address, see `partner-address.ts`; when it comes out empty, there is no such partner in this environment. */
  address: z.string().min(1),
  /** Networks that the address has to lie in when it is connected to, such as the building's own. */
  networks: z
    .array(z.union([z.cidrv4(), z.cidrv6()], { error: 'has to be a network such as 10.0.0.0/8' }))
    .min(1)
    .optional(),
  /** SPIFFE id that the partner's certificate has to carry; without it, its host name is verified alone. */
  peer: z.string().startsWith('spiffe://').optional(),
});

export const contractSchema = z.strictObject({
  partner: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/, 'has to be a name in kebab-case'),
  apiVersion: z.string().min(1),
  /** What the data may be used for, in a sentence. */
  purpose: z.string().min(1),
  dataClasses: z.array(z.string().min(1)).min(1),
  environments: z.strictObject({ development: environmentSchema, production: environmentSchema }),
  /** Where the API's paths begin, such as `/v1`; the token endpoint and the keys stand outside of it. */
  basePath: absolutePath.or(z.literal('')).default(''),
  /** `mtls`: both sides show certificates. `http`: neither, and nothing is encrypted on the way. */
  transport: z.enum(['mtls', 'http']),
  /** Why `http` is allowed nevertheless; without this, and without `networks`, it isn't. */
  unencrypted: z.string().min(1).optional(),
  authentication: z.discriminatedUnion('method', [
    /** RFC 7523: a token for each company, by its own key; the assertion's audience is the partner's issuer. */
    z.strictObject({ method: z.literal('private_key_jwt'), tokenPath: absolutePath }),
    /** A name and a password of each company, for a token; the client id is the name. */
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
      /** What it amounts to when the whole answer is an empty list, such as from a partner that is never empty. */
      emptyList: partnerCode.optional(),
      /** Statuses that this partner uses in its own way, such as 405 for "busy". */
      statuses: z.record(z.string().regex(/^[45]\d\d$/), partnerCode).default({}),
      /** The partner's own error codes; only these are ever shown, as `extensions.reason`. */
      codes: z.record(z.string().regex(/^[A-Za-z0-9_.:-]{1,60}$/), partnerCode).default({}),
    })
    .prefault({}),
  /** Who uses the partner, and under which client id the partner knows them. */
  companies: z.record(
    z.string(),
    z.strictObject({
      clientId: z.string().min(1),
      /** How the keys of the residences begin that it serves; left out: all of the company's. */
      residences: z
        .string()
        .regex(/^[A-Za-z0-9_.:~-]{1,120}$/, 'has to be the beginning of a residence key')
        .optional(),
    }),
  ),
  /** What the partner's API lacks, and how that is made up for. */
  gaps: z.array(z.strictObject({ lacks: z.string().min(1), instead: z.string().min(1) })).default([]),
  contacts: z.strictObject({ technical: z.string().min(1), security: z.string().min(1), privacy: z.string().min(1) }),
});
