/** The requests of well-known identity providers, in their own writing and order. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Provider, providerOf } from './provider.ts';
import { ENTRA_ID } from './sequences/entra-id.ts';
import { KEYCLOAK } from './sequences/keycloak.ts';
import { OKTA } from './sequences/okta.ts';

let provider: Provider;
beforeAll(async () => {
  provider = await providerOf('northgate');
});
afterAll(() => provider?.leave());

describe.each([
  ['Entra ID', ENTRA_ID],
  ['Okta', OKTA],
  ['Keycloak', KEYCLOAK],
])('%s', (_, steps) => {
  const kept = new Map<string, string>(['name', 'external', 'nobody'].map((name) => [name, randomUUID()]));
  const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (whole, name) => kept.get(name) ?? whole);
  const filledIn = <Value>(value: Value): Value =>
    value === undefined ? value : (JSON.parse(filled(JSON.stringify(value))) as Value);

  it.each(steps.map((step) => [step.name, step] as const))('%s', async (_name, step) => {
    const { method, path, status, holds, keepId } = step;
    const answer = await provider.request(method, filled(path), filledIn(step.body));
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status });
    if (status === 204) expect(answer.text).toBe('');
    else expect(answer.headers.get('content-type')).toMatch(/^application\/scim\+json/);
    if (holds) expect(answer.body).toMatchObject(filledIn(holds));
    if (keepId) kept.set(keepId, String(answer.body['id']));
    expect(answer.text).not.toMatch(/password|1mz050nq/);
  });
});
