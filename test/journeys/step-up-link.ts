/**
 * A link of Apollo Client for the challenge of RFC 9470: when an operation needs a better login, it has the person make
 * one, and repeats the operation once. Frontends can take it as it is.
 *
 * Put it before the link that sends the access token, so that the repeated operation goes with the new one.
 */
import { type ApolloLink, CombinedGraphQLErrors, Observable } from '@apollo/client';
import { ErrorLink } from '@apollo/client/link/error';
import { z } from 'zod';

/** What the issuer is to be asked for: `acr_values` and `max_age` of the authorization request. */
export interface LoginDemand {
  readonly acrValues: readonly string[];
  /** In seconds; undefined: however old. */
  readonly maxAge: number | undefined;
}

/** @param logInAgain ends when the new access token is in use; rejects when the person doesn't want to, or can't */
export function createStepUpLink(logInAgain: (demand: LoginDemand) => Promise<void>): ApolloLink {
  return new ErrorLink(({ error, result, operation, forward }) => {
    const demand = demandOf(error);
    if (!demand || !isRepeatable(operation)) return undefined;
    return new Observable<ApolloLink.Result>((observer) => {
      logInAgain(demand).then(
        // What comes now isn't looked at again: who can't do better is told so.
        () => forward(operation).subscribe(observer),
        () => {
          if (result) observer.next(result);
          observer.complete();
        },
      );
    });
  });
}

const challenge = z.object({
  code: z.literal('INSUFFICIENT_AUTHENTICATION'),
  acrValues: z.array(z.string()).default([]),
  maxAge: z.number().optional(),
});

/** All errors of an answer ask for the same login. */
function demandOf(error: unknown): LoginDemand | undefined {
  if (!CombinedGraphQLErrors.is(error)) return undefined;
  const [found] = error.errors.flatMap(({ extensions }) => challenge.safeParse(extensions).data ?? []);
  return found && { acrValues: found.acrValues, maxAge: found.maxAge };
}

/** The gateway puts the challenge into a header, too, when nothing was carried out. */
function isRepeatable(operation: ApolloLink.Operation): boolean {
  if (operation.operationType !== 'mutation') return true;
  const response: unknown = operation.getContext()['response'];
  return response instanceof Response && response.headers.has('www-authenticate');
}
