/**
 * A partner's API for one request, by whichever version serves it:
 *
 * 1. choose: the company's own version, or the one on trial for the contract's share of requests, the same for the whole
 *    request;
 * 2. ask: a read that fails in the version on trial is asked of the own version, and an order if it was certainly not done;
 * 3. compare, in the background: the same read of the other version, for the contract's share of requests;
 * 4. note: what failed or differed counts against the version on trial, and ends its trial when there is too much of it.
 */
import { badUserInput } from '../../errors.ts';
import { agreedCompany } from '../agreed-company.ts';
import type { PartnerClient } from '../client.ts';
import type { CompanyRequest, Partner } from '../partner.ts';
import { PartnerError } from '../partner-error.ts';
import type { PartnerPage } from '../partner-page.ts';
import { chooseVersion } from './choice.ts';
import { createComparison } from './comparison.ts';
import { codeOf, speaksAgainst } from './failures.ts';
import type { Trial } from './trials.ts';

/** How each version is spoken, in terms that they have in common. */
export type Speakers<Versions, Api> = {
  readonly [Version in keyof Versions]: (client: PartnerClient<Versions[Version]>) => Api;
};

export type Ask<Api, Answer> = (api: Api) => Promise<Answer>;

export interface Served<Api> {
  /** @param operation its name in logs */
  query<Answer>(operation: string, ask: Ask<Api, Answer>): Promise<Answer>;
  /** A list that was begun in a version goes on in it: its cursors say which. */
  page<Node>(
    operation: string,
    cursor: string | undefined,
    ask: (api: Api, cursor: string | undefined) => Promise<PartnerPage<Node>>,
  ): Promise<PartnerPage<Node>>;
  order<Answer>(ask: Ask<Api, Answer>): Promise<Answer>;
  /** Opens what came in a record of `version`. */
  open<Answer>(version: string, ask: Ask<Api, Answer>): Promise<Answer>;
}

/**
 * @throws {PartnerError} PARTNER_REJECTED when the contract doesn't list the company
 *
 * @example
 * const served = serveByVersion(partner, request, { v1: speakV1, v2: speakV2 });
 * const meters = await served.query('meters', (api) => api.meters({ ids }));
 */
export function serveByVersion<Versions, Api>(
  partner: Partner<Versions>,
  request: CompanyRequest,
  speakers: Speakers<Versions, Api>,
): Served<Api> {
  const { tenant } = request.principal;
  const serving = agreedCompany(partner.contract, tenant);
  const trial = partner.trials.of(tenant);
  const choice = chooseVersion(serving, tenant, request.requestId);
  let isTried = choice.isOnTrial;

  const isSpoken = (version: string): version is keyof Versions & string => Object.hasOwn(speakers, version);
  const speak = (version: string, asked: CompanyRequest): Api => {
    if (!isSpoken(version)) throw new TypeError(`nobody speaks ${version} of ${partner.contract.partner}`);
    return speakIn(version, asked);
  };
  const speakIn = <Version extends keyof Versions & string>(version: Version, asked: CompanyRequest): Api =>
    speakers[version](partner.client(version, asked));
  const apis = new Map<string, Api>();
  const apiOf = (version: string): Api => {
    const api = apis.get(version) ?? speak(version, request);
    apis.set(version, api);
    return api;
  };
  const compare = trial && createComparison({ partner, request, own: serving.version, trial, speak });

  /** For reads of the version on trial: what fails is asked of the own version rather than repeated. */
  const onceOnly = (version: string): Api => speak(version, { ...request, isRepeated: false });

  async function serve<Answer>(
    ask: Ask<Api, Answer>,
    tried: (version: string) => Api,
    mayFallBack: (error: unknown, trial: Trial) => boolean,
  ): Promise<{ readonly version: string; readonly answer: Answer }> {
    const own = serving.version;
    if (!trial || !isTried || trial.isOver()) return { version: own, answer: await ask(apiOf(own)) };
    try {
      const answer = await ask(tried(trial.version));
      trial.pass();
      return { version: trial.version, answer };
    } catch (error) {
      if (!mayFallBack(error, trial)) throw error;
      isTried = false;
      const answer = await ask(apiOf(own));
      trial.fail(codeOf(error), request.log);
      return { version: own, answer };
    }
  }

  /** @param compared what of an answer is compared */
  async function read<Answer>(operation: string, ask: Ask<Api, Answer>, compared: (answer: Answer) => unknown) {
    const { version, answer } = await serve(ask, onceOnly, speaksAgainst);
    if (choice.isCompared && !request.isBackground) {
      compare?.(operation, { version, answer: compared(answer) }, async (api) => compared(await ask(api)));
    }
    return { version, answer };
  }

  return {
    query: async (operation, ask) => (await read(operation, ask, (answer) => answer)).answer,
    page: async (operation, cursor, ask) => {
      if (cursor === undefined) {
        const { version, answer } = await read(
          operation,
          (api) => ask(api, undefined),
          ({ items }) => items,
        );
        return marked(version, answer);
      }
      const [, version = serving.version, inner = cursor] = MARKED.exec(cursor) ?? [];
      if (!Object.hasOwn(partner.contract.versions, version)) {
        throw badUserInput('after', 'is not a cursor of this list');
      }
      return marked(version, await ask(apiOf(version), inner));
    },
    order: async (ask) =>
      (
        await serve(ask, apiOf, (error, tried) => {
          if (error instanceof PartnerError && !error.mayHaveTakenEffect) return speaksAgainst(error);
          if (speaksAgainst(error)) tried.fail(codeOf(error), request.log);
          return false;
        })
      ).answer,
    open: async (version, ask) => {
      try {
        return await ask(apiOf(version));
      } catch (error) {
        if (version === trial?.version && speaksAgainst(error)) trial.fail(codeOf(error), request.log);
        throw error;
      }
    },
  };
}

const MARKED = /^([a-z0-9.-]+)~(.*)$/s;

function marked<Node>(version: string, { items, nextCursor }: PartnerPage<Node>): PartnerPage<Node> {
  return nextCursor === undefined ? { items } : { items, nextCursor: `${version}~${nextCursor}` };
}
