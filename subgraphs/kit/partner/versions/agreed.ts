/** What a contract may say about versions of the partner's API: which there are, and which of them serves whom. */
import { z } from 'zod';

const versionName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,20}$/, 'has to be the name of a version, such as v2')
  .describe('One of `versions`.');
const percent = z.number().int().min(0).max(100);

export const versionsSchema = z.record(
  versionName,
  z.strictObject({
    basePath: z
      .string()
      .regex(/^(?:\/[A-Za-z0-9/._-]*)?$/, 'has to be a path such as /v1')
      .default('')
      .describe('Where its paths begin, such as `/v1`; the token endpoint and the keys stand outside of it.'),
    sunset: z.iso
      .date('has to be a day such as 2027-06-30')
      .optional()
      .describe('Last day on which the partner serves it, as far as that was agreed.'),
  }),
);

/** Members of a company. */
export const servingMembers = {
  version: versionName.describe('The version that serves the company, one of `versions`.'),
  canary: z
    .strictObject({
      version: versionName.describe('The version on trial, one of `versions`.'),
      percent: percent.describe("Share of the company's requests that it serves, in percent."),
    })
    .optional()
    .describe('Another version that is tried with a share of the requests.'),
  shadow: percent
    .default(0)
    .describe(
      "Share of requests, in percent, whose reads are asked of both the company's version and the canary's, to compare.",
    ),
};

const servingSchema = z.object(servingMembers);
/** Which version serves a company. */
export type Serving = Readonly<z.output<typeof servingSchema>>;

type Contradiction = readonly [place: readonly string[], remedy: string];

/** What contradicts itself, and what to do about it. */
export function contradictionsIn(
  versions: z.output<typeof versionsSchema>,
  companies: Readonly<Record<string, Serving>>,
): readonly Contradiction[] {
  const known = Object.keys(versions);
  return Object.entries(companies).flatMap(([company, { version, canary, shadow }]): readonly Contradiction[] => {
    const at = (...place: readonly string[]) => ['companies', company, ...place];
    const others = known.filter((name) => name !== version);
    return [
      ...(known.includes(version)
        ? []
        : [[at('version'), `give one of ${known.join(', ')}, which are \`versions\``] as const]),
      ...(canary && !others.includes(canary.version)
        ? [[at('canary', 'version'), `give another of \`versions\`: ${others.join(', ') || 'there is none'}`] as const]
        : []),
      ...(shadow > 0 && !canary ? [[at('shadow'), 'name in `canary` the version to compare with'] as const] : []),
    ];
  });
}
