/** Asks the gateway as a frontend does: GraphQL over HTTP with an access token, and a proof of the key it is bound to. */
import { fetchWithToken, type HeldToken } from '@commonhold/development/fetch-with-token.ts';
import { openProofKey, type ProofKey } from '@commonhold/development/proof-key.ts';
import type { BrokeredToken } from './broker.ts';
import { system } from './description.ts';

export interface GraphQLAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** What the gateway called the request, towards subgraphs and partners too. */
  readonly requestId: string;
  readonly text: string;
  readonly body: GraphQLAnswer;
}

/** The access token of a persona, such as `dispatcher@northgate.example`. */
export async function tokenFor(persona: string, options: { readonly fresh?: boolean } = {}): Promise<string> {
  return (await credentialsFor(persona, options)).accessToken;
}

/** An access token, and what it is bound to. */
export async function credentialsFor(
  persona: string,
  options: { readonly fresh?: boolean; readonly strong?: boolean } = {},
): Promise<HeldToken> {
  const url = new URL(system().brokerUrl);
  url.searchParams.set('persona', persona);
  if (options.fresh) url.searchParams.set('fresh', '1');
  if (options.strong) url.searchParams.set('strong', '1');
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  const { accessToken, key } = JSON.parse(text) as BrokeredToken;
  return { accessToken, key: key && (await openKey(key)) };
}

/** A key remembers the nonces of servers: each is opened once in a test file. */
const keys = new Map<unknown, Promise<ProofKey>>();

function openKey(jwk: NonNullable<BrokeredToken['key']>): Promise<ProofKey> {
  const opened = keys.get(jwk.d) ?? openProofKey(jwk);
  keys.set(jwk.d, opened);
  return opened;
}

export async function ask(
  persona: string | undefined,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const token = persona === undefined ? undefined : await credentialsFor(persona);
  return post(system().graphqlUrl, { query, variables }, headers, token);
}

/** Posts `body` as JSON, or as it is when it is a text; with an access token, where one is given. */
export async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  token?: HeldToken,
): Promise<Answer> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
  const response = await (token ? fetchWithToken(token, url, request) : fetch(url, request));
  const text = await response.text();
  const requestId = response.headers.get('x-request-id') ?? '';
  return { status: response.status, headers: response.headers, requestId, text, body: parse(text) };
}

function parse(text: string): GraphQLAnswer {
  try {
    return JSON.parse(text) as GraphQLAnswer;
  } catch {
    return {};
  }
}
