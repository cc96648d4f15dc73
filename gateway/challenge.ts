/**
 * What was left out of an operation → an error for each path, which says how to open it where a better login, the
 * security briefing or a bound token would.
 *
 * 1. Paths that the strictest login doesn't open keep their error.
 * 2. The others name the mildest login that opens as much: the same for all of an answer, so that one login is enough.
 * 3. When nothing of the operation is carried out, for want of such a login alone, the answer as a whole carries the
 *    challenge of RFC 9470, too: it can then be repeated without anything being done twice.
 * 4. Of the others, what the security briefing would open says so, after a better login if it has to be.
 * 5. What only a token that is bound would open as well, says that.
 */
import type { GraphQLError } from 'graphql';
import type { Scheme } from './authentication/credentials.ts';
import { bindingNeededFor, briefingNeeded, loginChallenge, loginNeeded } from './authentication/refusal.ts';
import type { BetterLogin } from './authentication/step-up.ts';
import type { PruneOutcome } from './authorization/authorization.ts';

export interface Remedies {
  /** undefined: no person, of whom a login could be asked. */
  readonly login: LoginRemedy | undefined;
  /** What would be left out with the briefing confirmed and the best of logins; undefined: it isn't due. */
  readonly outcomeWhenBriefed: (() => PruneOutcome) | undefined;
  /** What would be left out with a bound token and the best of logins; undefined: they hold nothing more with it. */
  readonly outcomeWhenBound: (() => PruneOutcome) | undefined;
}

export interface LoginRemedy {
  /** From the mildest to the strictest, which opens what any of them does. */
  readonly logins: readonly BetterLogin[];
  /** What would be left out of the operation after such a login. */
  readonly outcomeAfter: (login: BetterLogin) => PruneOutcome;
  readonly scheme: Scheme;
}

type Closed = Exclude<PruneOutcome, { readonly kind: 'unchanged' }>;

export function explainClosed(
  outcome: Closed,
  { login, outcomeWhenBriefed, outcomeWhenBound }: Remedies,
): readonly GraphQLError[] {
  const { errors } = outcome;
  if (errors.length === 0) return errors;
  const unexplained = new Set(errors);
  const explain = (explained: readonly GraphQLError[], outcomeWith: (() => PruneOutcome) | undefined, say: Say) => {
    if (!outcomeWith) return explained;
    const closed = closedPaths(outcomeWith());
    return explained.map((error) =>
      unexplained.has(error) && !closed.has(keyOf(error.path)) ? say(error.path ?? []) : error,
    );
  };
  const afterLogin = login ? askForLogin(outcome, login) : errors;
  const afterBriefing = explain(afterLogin, outcomeWhenBriefed, briefingNeeded);
  return explain(afterBriefing, outcomeWhenBound, bindingNeededFor);
}

type Say = (path: readonly (string | number)[]) => GraphQLError;

function askForLogin({ kind, errors }: Closed, { logins, outcomeAfter, scheme }: LoginRemedy): readonly GraphQLError[] {
  const strictest = logins.at(-1);
  if (!strictest) return errors;
  const closed = closedPaths(outcomeAfter(strictest));
  const openable = new Set(errors.filter(({ path }) => !closed.has(keyOf(path))));
  if (openable.size === 0) return errors;
  const login = logins.find((milder) => isSame(closedPaths(outcomeAfter(milder)), closed)) ?? strictest;
  const isUntouched = kind === 'denied' && openable.size === errors.length;
  const header = isUntouched ? loginChallenge(scheme, login.demand) : undefined;
  return errors.map((error) => (openable.has(error) ? loginNeeded(error.path ?? [], login, header) : error));
}

function closedPaths(outcome: PruneOutcome): ReadonlySet<string> {
  return new Set((outcome.kind === 'unchanged' ? [] : outcome.errors).map(({ path }) => keyOf(path)));
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((path) => other.has(path));
}

function keyOf(path: GraphQLError['path']): string {
  return JSON.stringify(path ?? []);
}
