/** What a contract may say, member by member, as it stands in the file. `contract.schema.json` is made of it. */
import { z } from 'zod';
import { contradictionsIn, servingMembers, versionsSchema } from './versions/agreed.ts';

const text = z.string().min(1);
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
  address: text.describe(
    'Base address. A variable of the environment is named as by a shell; one with `:-` may be missing, then there is no such partner.',
  ),
  networks: z
    .array(z.union([z.cidrv4(), z.cidrv6()], { error: 'has to be a network such as 10.0.0.0/8' }))
    .min(1)
    .optional()
    .describe("Networks that the address has to lie in when it is connected to, such as the building's own."),
  peer: z
    .string()
    .startsWith('spiffe://', 'has to be a SPIFFE id such as spiffe://partner.example/api')
    .optional()
    .describe("SPIFFE id that the partner's certificate has to carry; without it, its host name is verified alone."),
});

const authenticationSchema = z.discriminatedUnion('method', [
  z
    .strictObject({
      method: z.literal('private_key_jwt').describe('RFC 7523.'),
      tokenPath: absolutePath.describe('Where the partner gives tokens; stands outside of `basePath`.'),
    })
    .describe("A token for each company, by its own key; the assertion's audience is the partner's issuer."),
  z
    .strictObject({
      method: z.literal('login').describe('A name and a password of each company, for a token.'),
      loginPath: absolutePath.describe('Where the partner takes name and password; stands outside of `basePath`.'),
    })
    .describe('A name and a password of each company, for a token; the client id is the name.'),
]);

const encryptionSchema = z.strictObject({
  keyManagement: z
    .array(z.enum(['ECDH-ES', 'ECDH-ES+A256KW']))
    .min(1)
    .describe('How the key of a payload is agreed on (JWE `alg`).'),
  content: z
    .array(z.enum(['A256GCM']))
    .min(1)
    .describe('How a payload is encrypted (JWE `enc`).'),
  jwksPath: absolutePath.describe('Where the partner publishes the key that payloads towards it are encrypted with.'),
  fields: z
    .record(
      z.string().regex(/^\w+\.\w+$/, 'has to be a member of an object, such as DeviceEvent.person'),
      z.array(z.string().regex(/^\w+\.\w+$/, 'has to be a field of the graph, such as MotionSensor.occupied')).min(1),
    )
    .describe(
      "Personal members of the API's objects, such as `DeviceEvent.person`, with the fields of the graph in each.",
    ),
});

const perSecond = z.number().int().min(1).max(10_000).describe('In a second.');
const perMinute = z.number().int().min(1).max(600_000).optional().describe('In a minute.');
const perDay = z.number().int().min(1).max(100_000_000).optional().describe('In 24 hours.');

const limitsSchema = z.strictObject({
  requests: z
    .strictObject({ perSecond, perMinute, perDay })
    .describe(
      'Requests of all companies together, those for tokens and keys among them, in whatever span of that length.',
    ),
  requestsPerCompany: z
    .strictObject({ perSecond: perSecond.optional(), perMinute, perDay })
    .prefault({})
    .describe('Requests of each company, where something was agreed about that.'),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(1_000)
    .describe('Requests under way at once, of all companies together, from each process.'),
  concurrencyPerCompany: z
    .number()
    .int()
    .min(1)
    .max(1_000)
    .describe('Requests under way at once, of each company, from each process.'),
  queue: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(200)
    .describe('Requests of a company that may wait for their turn.'),
  queueMilliseconds: milliseconds.default(5_000).describe('How long a request waits for its turn at most.'),
  answerBytes: z
    .number()
    .int()
    .min(1_024)
    .max(67_108_864)
    .default(8_388_608)
    .describe('Greatest size of an answer; a longer one is cut off.'),
  batches: z
    .record(z.string(), z.number().int().min(1))
    .default({})
    .describe('Greatest number of items in one request, by resource.'),
});

const ratio = z.number().min(0).max(1);

const slaSchema = z.strictObject({
  availability: ratio.describe('Share of requests that are answered at all, such as 0.999.'),
  errorRate: ratio.describe('Share of requests that the partner fails by its own fault at most, such as 0.001.'),
  p95Milliseconds: milliseconds.describe('Time in which 95 of 100 requests are answered.'),
  p99Milliseconds: milliseconds.describe('Time in which 99 of 100 requests are answered.'),
  measured: text.describe('Where and over which time it is measured.'),
  supportHours: text.describe('When somebody answers at the technical contact.'),
});

const retriesSchema = z
  .strictObject({
    querySuffix: absolutePath.optional().describe('POST to a path that ends so only reads, such as `/query`.'),
    attempts: z.number().int().min(0).max(5).describe('How often a request is repeated at most.'),
    firstDelayMilliseconds: milliseconds.describe('Greatest pause before the first repetition; it doubles with each.'),
    greatestDelayMilliseconds: milliseconds.describe('Greatest pause before any repetition.'),
  })
  .describe('For what may be repeated: GET, PUT, DELETE, what carries an idempotency key, and queries.');

const errorsSchema = z.strictObject({
  member: text.default('error').describe('Member of an answer with status 200 that says it is an error nevertheless.'),
  emptyList: partnerCode
    .optional()
    .describe('What it amounts to when the whole answer is an empty list, such as from a partner that is never empty.'),
  statuses: z
    .record(z.string().regex(/^[45]\d\d$/, 'has to be a status from 400 to 599'), partnerCode)
    .default({})
    .describe('Statuses that this partner uses in its own way, such as 405 for "busy".'),
  codes: z
    .record(z.string().regex(/^[A-Za-z0-9_.:-]{1,60}$/, 'has to be a code of at most 60 plain characters'), partnerCode)
    .default({})
    .describe("The partner's own error codes; only these are ever shown, as `extensions.reason`."),
});

const eventTypes = z
  .array(z.string().regex(/^[a-z][a-z0-9.-]{1,60}$/, 'has to be a type such as device.changed'))
  .min(1)
  .describe("Types of the partner's events, as the document names its webhooks; others are kept as dead letters.");

const headerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,60}$/, 'has to be a header in small letters, such as x-signature');

const ownSignature = z
  .strictObject({
    scheme: z.literal('hmac-sha256').describe("HMAC-SHA-256 with the company's key."),
    timestampHeader: headerName.describe('Where the time stands, in seconds since the epoch.'),
    idHeader: headerName.optional().describe("Where the event's id stands, if it is signed."),
    signatureHeader: headerName.describe('Where the signature stands; several of them between commas.'),
    prefix: z.string().max(20).default('').describe('What each signature begins with, such as `v0=`.'),
    encoding: z.enum(['hex', 'base64']).describe('How it is written.'),
    signs: z
      .string()
      .max(100)
      .regex(/^[^{}]*(?:\{(?:id|timestamp)\}[^{}]*){1,2}\{body\}[^{}]*$/, 'has to be such as v0:{timestamp}:{body}')
      .describe('What is signed, such as `v0:{timestamp}:{body}`.'),
  })
  .refine(({ signs }) => signs.includes('{timestamp}'), 'has to sign {timestamp}')
  .refine(({ signs, idHeader }) => signs.includes('{id}') === (idHeader !== undefined), {
    error: 'has to be left out when {id} is not signed, and named when it is',
    path: ['idHeader'],
  })
  .describe("The partner's own way.");

const eventsSchema = z.discriminatedUnion('delivery', [
  z
    .strictObject({
      delivery: z.literal('webhooks').describe('The partner calls `POST /webhooks`.'),
      signature: z
        .union([z.literal('standard-webhooks').describe('The Standard Webhooks specification.'), ownSignature], {
          error: 'has to be standard-webhooks, or all members of the way that the partner signs in',
        })
        .describe("How the partner signs with the company's key."),
      types: eventTypes,
      toleranceSeconds: z
        .number()
        .int()
        .min(30)
        .max(600)
        .default(300)
        .describe('How far the time of a signature may be from ours.'),
      requestsPerSecond: perSecond.describe('Webhooks of one address in a second, verified or not.'),
      requestsPerSecondAndCompany: perSecond.describe('Verified webhooks of a company in a second.'),
    })
    .describe('The partner tells us.'),
  z
    .strictObject({
      delivery: z.literal('polling').describe('We ask the partner.'),
      path: absolutePath.describe('Path of the operation that lists changes after a cursor, within `basePath`.'),
      types: eventTypes,
      everySeconds: z.number().min(0.1).max(3_600).describe('Pause between two questions.'),
    })
    .describe('The partner has no webhooks.'),
]);

const companySchema = z.strictObject({
  clientId: text.describe('How the partner knows the company.'),
  ...servingMembers,
  residences: z
    .string()
    .regex(/^[A-Za-z0-9_.:~-]{1,120}$/, 'has to be the beginning of a residence key')
    .optional()
    .describe("How the keys of the residences begin that it serves; left out: all of the company's."),
});

export const contractSchema = z
  .strictObject({
    partner: z
      .string()
      .regex(/^[a-z][a-z0-9-]{1,40}$/, 'has to be a name in kebab-case')
      .describe('Name of the partner, as in errors and metrics.'),
    versions: versionsSchema.describe(
      'Versions of the API that are spoken, by the names of their OpenAPI documents beside the contract.',
    ),
    purpose: text.describe('What the data may be used for, in a sentence.'),
    dataClasses: z.array(text).min(1).describe('What kinds of data the partner processes.'),
    environments: z
      .strictObject({
        development: environmentSchema.describe('The partner that developers speak to, such as its sandbox.'),
        production: environmentSchema.describe('The partner itself.'),
      })
      .describe('Where the partner is found.'),
    transport: z
      .enum(['mtls', 'http'])
      .describe('`mtls`: both sides show certificates. `http`: neither, and nothing is encrypted on the way.'),
    unencrypted: text
      .optional()
      .describe('Why `http` is allowed nevertheless; without this, and without `networks`, it is not.'),
    authentication: authenticationSchema.describe('How a company shows the partner who it is.'),
    encryption: encryptionSchema.optional().describe('How personal values are encrypted (RFC 7516).'),
    limits: limitsSchema.describe('How much the partner may be asked.'),
    sla: slaSchema
      .optional()
      .describe('What the partner has promised, for `/metrics` to show beside what is measured; left out: nothing.'),
    timeouts: z
      .strictObject({
        connectMilliseconds: milliseconds.describe('For a connection to be made.'),
        attemptMilliseconds: milliseconds.describe('For one request and its whole answer.'),
      })
      .describe('After which time a partner is not waited for any longer.'),
    retries: retriesSchema,
    breaker: z
      .strictObject({
        consecutiveFailures: z.number().int().min(1).describe('Outages in a row after which it is left alone.'),
        openMilliseconds: milliseconds.describe('How long it is left alone.'),
      })
      .describe('When a partner that is down is left alone.'),
    events: eventsSchema.optional().describe('How we learn of changes at the partner; left out: not at all.'),
    errors: errorsSchema.prefault({}).describe("What the partner's errors amount to."),
    companies: z
      .record(z.string(), companySchema)
      .describe('Who uses the partner, and under which client id the partner knows them.'),
    gaps: z
      .array(
        z.strictObject({
          lacks: text.describe('What the API lacks.'),
          instead: text.describe('How that is made up for.'),
        }),
      )
      .default([])
      .describe("What the partner's API lacks, and how that is made up for."),
    contacts: z
      .strictObject({
        technical: text.describe('For outages and changes.'),
        security: text.describe('For incidents and keys.'),
        privacy: text.describe('For personal data.'),
      })
      .describe('Whom to turn to at the partner, by role.'),
  })
  .superRefine((contract, context) => {
    const { limits, sla, timeouts, retries, transport, unencrypted, environments, encryption, authentication } =
      contract;
    const contradict = (path: readonly string[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message });
    if (limits.concurrencyPerCompany > limits.concurrency) {
      contradict(
        ['limits', 'concurrencyPerCompany'],
        `give at most ${limits.concurrency}, which is limits.concurrency, for all companies together`,
      );
    }
    for (const rate of ['perSecond', 'perMinute', 'perDay'] as const) {
      const [ofAll, ofEach] = [limits.requests[rate], limits.requestsPerCompany[rate]];
      if (ofAll !== undefined && ofEach !== undefined && ofEach > ofAll) {
        contradict(
          ['limits', 'requestsPerCompany', rate],
          `give at most ${ofAll}, which is limits.requests.${rate}, for all companies together`,
        );
      }
    }
    for (const place of ['requests', 'requestsPerCompany'] as const) {
      const { perSecond = 0, perMinute, perDay } = limits[place];
      if (perMinute !== undefined && perMinute < perSecond) {
        contradict(['limits', place, 'perMinute'], `give at least ${perSecond}, which is limits.${place}.perSecond`);
      }
      const [shorter, rate] = perMinute === undefined ? ['perSecond', perSecond] : ['perMinute', perMinute];
      if (perDay !== undefined && perDay < rate) {
        contradict(['limits', place, 'perDay'], `give at least ${rate}, which is limits.${place}.${shorter}`);
      }
    }
    if (sla && sla.p95Milliseconds > sla.p99Milliseconds) {
      contradict(['sla', 'p95Milliseconds'], `give at most ${sla.p99Milliseconds}, which is sla.p99Milliseconds`);
    }
    if (sla && sla.p99Milliseconds > timeouts.attemptMilliseconds) {
      contradict(
        ['timeouts', 'attemptMilliseconds'],
        `give at least ${sla.p99Milliseconds}, which is sla.p99Milliseconds, since nobody waits for longer`,
      );
    }
    if (retries.firstDelayMilliseconds > retries.greatestDelayMilliseconds) {
      contradict(
        ['retries', 'firstDelayMilliseconds'],
        `give at most ${retries.greatestDelayMilliseconds}, which is retries.greatestDelayMilliseconds`,
      );
    }
    if (transport === 'http' && unencrypted === undefined) {
      contradict(['transport'], 'say in `unencrypted` why it cannot be mtls');
    }
    for (const [name, { networks }] of Object.entries(environments)) {
      if (transport === 'http' && networks === undefined) {
        contradict(['environments', name], 'name in `networks` the private networks that it is spoken to in over http');
      }
    }
    for (const contradiction of contradictionsIn(contract.versions, contract.companies)) contradict(...contradiction);
    if (encryption && authentication.method === 'login') {
      contradict(['encryption'], 'leave it out, as a login brings no key for it, and say in `gaps` what that means');
    }
  });
