/** People of a company log in by its own OpenID provider: a real one of another make. */
import { asksFor, problemOn, type Visited } from '@commonhold/development/browser-session.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt, type JWK } from 'jose';
import { parse } from 'node-html-parser';
import { type Glewlwyd, startGlewlwyd } from './glewlwyd.ts';
import { beginLogin, startIssuer, type TestIssuer, type TestLogin } from './issuer-process.ts';

/** A person with a factor of ours, as known at the provider. */
const EMAIL = 'accountant@northgate.example';
/** The provider says `password` for any login. To this company that means two factors, unless a test says otherwise. */
const TWO_FACTORS = ['password'];

let issuer: TestIssuer;
let provider: Glewlwyd;
let settings: Record<string, unknown> | undefined;
/** What the directory keeps: a provider's `sub` by subject. */
const bound = new Map<string, string>();

beforeAll(async () => {
  issuer = await startIssuer();
  const keys = await keysOf(issuer.url);
  provider = await startGlewlwyd(`${issuer.url}/federation/callback/northgate`, keys);
  issuer.directory.answers.set('/identity-provider', ({ claims }) =>
    claims['tenant'] === 'northgate' ? settings : undefined,
  );
  issuer.directory.answers.set('/federated-login', ({ claims, body }) => {
    const subject = String(claims.sub);
    const { providerSubject } = JSON.parse(body);
    if (!bound.has(subject)) bound.set(subject, providerSubject);
    return { isTheirs: bound.get(subject) === providerSubject };
  });
}, 60_000);
afterAll(async () => {
  await provider?.stop();
  await issuer?.stop();
});
beforeEach(() => {
  bound.clear();
  settings = {
    issuer: provider.issuer,
    clientId: provider.clientId,
    accountClaim: 'preferred_username',
    assertionAudience: 'token-endpoint',
    mfaAcr: [],
    mfaAmr: TWO_FACTORS,
  };
});

const nameCompany = async (login: TestLogin, company: string, page?: Visited) => {
  const start = page ?? (await login.open());
  return login.browser.submit(await login.browser.open(`${start.address}/company`), '/company', { company });
};
const addressOn = (page: Visited) => parse(page.text).querySelector('a.button')?.getAttribute('href') ?? '';
const person = (username: string) => ({ username, password: 'a password there' });

/** Names the company, logs in there, and comes back. */
async function logInThere(login: TestLogin, who: ReturnType<typeof person>, page?: Visited): Promise<Visited> {
  await provider.put(who);
  const elsewhere = await nameCompany(login, 'northgate', page);
  return login.browser.open(await provider.logIn(addressOn(elsewhere), who));
}

describe("a login at the company's own provider", () => {
  it('is taken whole where two factors were asked for, and says so', async () => {
    const login = await beginLogin(issuer);
    const tokens = await login.exchange(await logInThere(login, person(EMAIL)));

    expect(decodeJwt(tokens.access_token)).toMatchObject({
      sub: 'northgate-accountant',
      tenant: 'northgate',
      acr: 'urn:commonhold:acr:mfa',
      amr: ['mfa'],
    });
  });

  it('is asked for a factor of ours where there was one alone', async () => {
    settings = { ...settings, mfaAmr: ['password+otp'] };
    const login = await beginLogin(issuer);
    const codePage = await logInThere(login, person(EMAIL));
    expect(asksFor(codePage, '/totp')).toBe(true);

    const tokens = await login.exchange(await login.sendCode(codePage, EMAIL));
    expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: 'northgate-accountant', amr: ['otp', 'mfa'] });
  });

  it('is as old as the provider says, and no fresh one where it does not say', async () => {
    const login = await beginLogin(issuer);
    const tokens = await login.exchange(await logInThere(login, person(EMAIL)));
    expect(Number(decodeJwt(tokens.access_token)['auth_time'])).toBeLessThan(Date.now() / 1000 - 600);

    const again = await beginLogin(issuer, login.browser);
    const page = await again.open({ max_age: '300' });
    expect(page.address).toContain('/interaction/');
    const elsewhere = await nameCompany(again, 'northgate', page);
    const { searchParams } = new URL(addressOn(elsewhere));
    expect(searchParams.get('redirect_uri')).toBe(`${issuer.url}/federation/callback/northgate`);
    expect([searchParams.get('prompt'), searchParams.get('max_age')]).toEqual(['login', '0']);
  });
});

describe('nobody gets in', () => {
  it.each([
    ['who has no account here', person('nobody@northgate.example')],
    ['who is called like somebody of another company', person('accountant@riverside.example')],
  ])('%s', async (_, who) => {
    const login = await beginLogin(issuer);
    const page = await logInThere(login, who);
    expect(page).toMatchObject({ status: 422 });
    expect(problemOn(page)).toContain('did not let you in');
  });

  it('who was given the name of somebody before them', async () => {
    await logInThere(await beginLogin(issuer), person(EMAIL));
    await provider.remove(EMAIL);
    const page = await logInThere(await beginLogin(issuer), person(EMAIL));
    expect(page.status).toBe(422);
  });

  it('who was suspended', async () => {
    issuer.directory.active = false;
    const page = await logInThere(await beginLogin(issuer), person(EMAIL));
    issuer.directory.active = true;
    expect(page).toMatchObject({ status: 403, text: expect.stringContaining('Your account is not active') });
  });

  it('by a redirect that another browser was given, or that comes again', async () => {
    const who = person(EMAIL);
    await provider.put(who);
    const login = await beginLogin(issuer);
    const redirect = await provider.logIn(addressOn(await nameCompany(login, 'northgate')), who);

    const thief = await beginLogin(issuer);
    await nameCompany(thief, 'northgate');
    expect((await thief.browser.open(redirect)).status).toBe(400);

    expect((await login.browser.open(redirect)).address).toContain(issuer.redirectUri);
    expect((await login.browser.open(redirect)).status).toBe(400);
  });

  it.each([
    ['the state', (url: URL) => url.searchParams.set('state', `${url.searchParams.get('state')?.slice(0, -1)}_`)],
    ['the issuer', (url: URL) => url.searchParams.set('iss', 'https://login.evil.example')],
    // As where its provider led the browser on to another company's.
    ['the company', (url: URL) => (url.pathname = url.pathname.replace('northgate', 'riverside'))],
    ['the code', (url: URL) => url.searchParams.set('code', 'a'.repeat(32))],
  ])('with %s changed in the redirect', async (_, change) => {
    const who = person(EMAIL);
    await provider.put(who);
    const login = await beginLogin(issuer);
    const redirect = new URL(await provider.logIn(addressOn(await nameCompany(login, 'northgate')), who));
    change(redirect);
    const page = await login.browser.open(redirect.href);
    expect(page.status).toBeGreaterThanOrEqual(400);
  });

  it('once the company has removed its provider, though they are back from there', async () => {
    const who = person(EMAIL);
    await provider.put(who);
    const login = await beginLogin(issuer);
    const redirect = await provider.logIn(addressOn(await nameCompany(login, 'northgate')), who);
    settings = undefined;
    expect((await login.browser.open(redirect)).status).toBe(422);
  });
});

describe('a company', () => {
  it('without a provider looks as one that is none', async () => {
    const answers = await Promise.all(
      ['riverside', 'nowhere', '../northgate', ''].map(async (company) => {
        const page = await nameCompany(await beginLogin(issuer), company);
        return [page.status, problemOn(page)];
      }),
    );
    expect(new Set(answers.map(String)).size).toBe(1);
    expect(answers[0]?.[0]).toBe(422);
  });

  it('whose provider does not answer lets its people log in here', async () => {
    settings = { ...settings, issuer: 'http://localhost:1' };
    const login = await beginLogin(issuer);
    const page = await nameCompany(login, 'northgate');
    expect(page.status).toBe(422);
    expect(asksFor(await login.browser.submit(page, '/here', {}), '/password')).toBe(true);
  });
});

async function keysOf(url: string): Promise<readonly JWK[]> {
  const { keys } = (await (await fetch(`${url}/jwks`)).json()) as { readonly keys: readonly JWK[] };
  return keys;
}
