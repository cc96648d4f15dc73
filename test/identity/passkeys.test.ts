import { asksFor, problemOn, type Visited } from '@commonhold/development/browser-session.ts';
import { type Authenticator, createAuthenticator, type Lies } from '@commonhold/gateway/testing/authenticator.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { parse } from 'node-html-parser';
import { Secret, TOTP } from 'otpauth';
import { beginLogin, startIssuer, type TestIssuer, type TestLogin } from './issuer-process.ts';
import { addPasskey, openAccount, questionOf, sendNewPasskey, sendPasskey } from './passkeys.ts';

const MFA = 'urn:commonhold:acr:mfa';
const PHR = 'urn:commonhold:acr:phr';

let issuer: TestIssuer;
let dispatcher: Authenticator;
let analyst: Authenticator;
beforeAll(async () => {
  issuer = await startIssuer();
  dispatcher = (await addPasskey(issuer, 'dispatcher@northgate.example')).authenticator;
  analyst = (await addPasskey(issuer, 'analyst@northgate.example', { isSynced: true, counts: false })).authenticator;
});
afterAll(() => issuer.stop());

describe('a login by passkey', () => {
  it('needs no login name, and is phishing-resistant by two factors', async () => {
    const login = await beginLogin(issuer);
    const tokens = await login.exchange(await sendPasskey(login.browser, await login.open(), dispatcher));
    const expected = { sub: 'northgate-dispatcher', acr: PHR, amr: ['hwk', 'user', 'mfa'] };

    expect(tokens.claims()).toMatchObject(expected);
    expect(decodeJwt(tokens.access_token)).toMatchObject(expected);
  });

  it('says of a passkey that may be copied that it is no hardware', async () => {
    const login = await beginLogin(issuer);
    const tokens = await login.exchange(await sendPasskey(login.browser, await login.open(), analyst));

    expect(tokens.claims()).toMatchObject({ sub: 'northgate-analyst', acr: PHR, amr: ['swk', 'user', 'mfa'] });
  });

  it('is offered before the password, on a page that runs scripts of the issuer alone', async () => {
    const login = await beginLogin(issuer);
    const first = await login.open();
    const second = await login.sendPassword(first, 'accountant@northgate.example');

    expect(first.text.indexOf('Log in with a passkey')).toBeLessThan(first.text.indexOf('Login name'));
    expect(first.text.match(/<script[^>]*>/g)).toEqual([
      '<script src="/webauthn.js" defer>',
      '<script src="/passkey.js" defer>',
    ]);
    expect(second.text).not.toContain('<script');
  });

  it('asks for the person to be verified, and for whichever passkey they have', async () => {
    const question = JSON.parse(questionOf(await (await beginLogin(issuer)).open(), '/passkey'));

    expect(question).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
    expect(question.allowCredentials ?? []).toEqual([]);
    expect(Buffer.from(question.challenge, 'base64url').length).toBe(32);
  });
});

describe('an answer of a passkey is refused', () => {
  const lies: readonly (readonly [string, Lies])[] = [
    ['that was made for another site', { origin: 'http://localhost:4099' }],
    ["that was made for another site's domain", { rpId: 'elsewhere.example' }],
    ['that says nobody was verified', { isUserVerified: false }],
    ['with another challenge', { challenge: Buffer.alloc(32, 7).toString('base64url') }],
    ['of another ceremony', { type: 'webauthn.create' }],
    ["that names somebody else's account", { userHandle: Buffer.alloc(32, 7).toString('base64url') }],
    ['of a passkey that nobody has', { credentialId: Buffer.alloc(32, 7).toString('base64url') }],
    ['whose counter went back', { counter: 1 }],
  ];

  it.each(lies)('%s', async (_, lie) => {
    const login = await beginLogin(issuer);
    const page = await login.open();
    const refused = await sendPasskey(login.browser, page, dispatcher, lie);
    const accepted = await sendPasskey(login.browser, refused, dispatcher);

    expect(refused.status).toBe(422);
    expect(problemOn(refused)).toBe("That passkey wasn't accepted. Try again, or log in another way.");
    expect(accepted.address).toContain('code=');
  });

  it("that names another account's passkey, signed by one's own", async () => {
    const login = await beginLogin(issuer);
    const page = await login.open();
    const { id, response } = JSON.parse(analyst.get(questionOf(page, '/passkey')));
    const lie = { credentialId: id, userHandle: response.userHandle };

    expect((await sendPasskey(login.browser, page, dispatcher, lie)).status).toBe(422);
  });

  it('that was sent before', async () => {
    const login = await beginLogin(issuer);
    const page = await login.open();
    const answer = analyst.get(questionOf(page, '/passkey'));
    const [first, second] = await Promise.all([1, 2].map(() => login.browser.submit(page, '/passkey', { answer })));
    const other = await beginLogin(issuer);
    const elsewhere = await other.browser.submit(await other.open(), '/passkey', { answer });

    expect([first, second].filter((result) => result?.address.includes('code='))).toHaveLength(1);
    expect(elsewhere.status).toBe(422);
  });

  it('when its challenge has gone with an answer of before', async () => {
    const login = await beginLogin(issuer);
    const page = await login.open();
    await sendPasskey(login.browser, page, dispatcher, { isUserVerified: false });

    expect((await sendPasskey(login.browser, page, dispatcher)).status).toBe(422);
  });

  it("when a copy's comes at the same moment with the same counter", async () => {
    const { authenticator } = await addPasskey(issuer, 'accountant@riverside.example');
    const logins = await Promise.all(Array.from({ length: 6 }, () => beginLogin(issuer)));
    const pages = await Promise.all(logins.map(({ browser, address }) => browser.open(address().href)));
    const results = await Promise.all(
      logins.map(async ({ browser }, index) => {
        const page = pages[index];
        if (!page) throw new Error('each login has a page');
        return sendPasskey(browser, page, authenticator, { counter: 1000 });
      }),
    );

    expect(
      results
        .map(({ status }) => status)
        .toSorted((one, other) => one - other)
        .slice(1),
    ).toEqual(Array.from({ length: 5 }, () => 422));
    expect(results.filter(({ address }) => address.includes('code='))).toHaveLength(1);
  });

  it('whose challenge is of another login', async () => {
    const victim = await beginLogin(issuer);
    const attacker = await beginLogin(issuer);
    const question = questionOf(await attacker.open(), '/passkey');
    const answer = await victim.browser.submit(await victim.open(), '/passkey', { answer: dispatcher.get(question) });

    expect(answer.status).toBe(422);
  });

  it.each(['', '{}', 'null', '[]', '{"id":"__proto__"}', 'x'.repeat(7000)])('that is none: %.20s', async (answer) => {
    const login = await beginLogin(issuer);

    expect((await login.browser.submit(await login.open(), '/passkey', { answer })).status).toBe(422);
  });
});

describe('a client that asks for a phishing-resistant login', () => {
  const essential = (acr: object) => JSON.stringify({ id_token: { acr: { essential: true, ...acr } } });

  it('is given none by password and code', async () => {
    const login = await beginLogin(issuer);
    const page = await login.open({ acr_values: PHR });
    const ordinary = await (await beginLogin(issuer)).open();
    const forged = {
      ...ordinary,
      address: page.address,
      text: ordinary.text.replaceAll(/\/interaction\/[\w-]+/g, new URL(page.address).pathname),
    };
    const refused = await login.sendPassword(forged, 'accountant@northgate.example');

    expect(asksFor(page, '/password')).toBe(false);
    expect(page.text).toContain("a password with a code isn't enough");
    expect(page.text).toContain('href="/account"');
    expect(refused.status).toBe(422);
    expect(asksFor(refused, '/totp')).toBe(false);
  });

  it('is given one by passkey, though the session was of a weaker login', async () => {
    const email = 'security-officer@northgate.example';
    const { authenticator, browser } = await addPasskey(issuer, email);
    const login = await beginLogin(issuer, browser);
    const weak = await login.exchange(await login.open());
    const asked = await (await beginLogin(issuer, browser)).open({ acr_values: PHR });
    const again = await beginLogin(issuer, browser);
    const strong = await again.exchange(
      await sendPasskey(browser, await again.open({ acr_values: PHR }), authenticator),
    );
    const kept = await beginLogin(issuer, browser);

    expect(weak.claims()?.['acr']).toBe(MFA);
    expect(asksFor(asked, '/passkey')).toBe(true);
    expect(strong.claims()?.['acr']).toBe(PHR);
    expect((await kept.exchange(await kept.open({ acr_values: PHR }))).claims()?.['acr']).toBe(PHR);
    expect((await kept.open({ acr_values: MFA })).address).toContain('code=');
    expect((await kept.open({ claims: essential({ value: MFA }) })).address).toContain('code=');
  });

  it('may ask by an essential claim, and for either', async () => {
    const open = async (parameters: Record<string, string>) => (await beginLogin(issuer)).open(parameters);

    expect(asksFor(await open({ claims: essential({ value: PHR }) }), '/password')).toBe(false);
    expect(asksFor(await open({ claims: essential({ values: [PHR] }) }), '/password')).toBe(false);
    expect(asksFor(await open({ acr_values: `${PHR} ${MFA}` }), '/password')).toBe(true);
  });

  it('is told without a page when the session is not enough, and when nobody could meet it', async () => {
    const { browser } = await openAccount(issuer, 'technician@northgate.example');
    const errorOf = async (parameters: Record<string, string>) =>
      new URL((await (await beginLogin(issuer, browser)).open(parameters)).address).searchParams.get('error');

    expect(await errorOf({ acr_values: PHR, prompt: 'none' })).toBe('login_required');
    expect(await errorOf({ acr_values: MFA, prompt: 'none' })).toBeNull();
    expect(await errorOf({ acr_values: 'urn:elsewhere:gold' })).toBe('unmet_authentication_requirements');
  });

  it('asks again with a fresh passkey by max_age and prompt', async () => {
    const login = await beginLogin(issuer);
    await sendPasskey(login.browser, await login.open(), dispatcher);

    for (const parameters of [{ max_age: '0' }, { prompt: 'login' }]) {
      const again = await beginLogin(issuer, login.browser);
      expect(asksFor(await again.open({ acr_values: PHR, ...parameters }), '/passkey')).toBe(true);
    }
  });
});

describe('a passkey on the account page', () => {
  it('is given a name, and removed unless it is the last factor', async () => {
    const { browser, page } = await addPasskey(issuer, 'company-admin@northgate.example');
    const renamed = await browser.submit(page, '/passkeys/rename', { name: '<b>Blue key</b>' });
    const removed = await browser.submit(renamed, '/passkeys/remove', {});

    expect(page.text).toContain('The passkey was added.');
    expect(renamed.text).toContain('&#60;b&#62;Blue key');
    expect(removed.text).toContain('The passkey was removed.');
    expect(asksFor(removed, '/passkeys/remove')).toBe(false);
  });

  it('is made for one browser, once, with the person verified', async () => {
    const email = 'integration-manager@northgate.example';
    const { browser, page } = await openAccount(issuer, email);
    const authenticator = createAuthenticator({ origin: issuer.url });
    const form = await browser.submit(page, '/passkeys/new', {});
    const unverified = await sendNewPasskey(browser, form, authenticator, { isUserVerified: false });
    const again = await browser.submit(page, '/passkeys/new', {});
    const foreign = await sendNewPasskey(browser, again, authenticator, { origin: 'https://elsewhere.example' });
    const stale = await sendNewPasskey(browser, again, authenticator);
    const added = await sendNewPasskey(browser, await browser.submit(page, '/passkeys/new', {}), authenticator);
    const taken = await sendNewPasskey(browser, await browser.submit(page, '/passkeys/new', {}), authenticator);
    const question = JSON.parse(questionOf(await browser.submit(page, '/passkeys/new', {}), '/passkeys/add'));

    for (const answer of [unverified, foreign, stale, taken])
      expect(headingOf(answer)).toBe("The passkey wasn't added");
    expect(added.text).toContain('The passkey was added.');
    expect(question.excludeCredentials).toHaveLength(1);
    expect(question).toMatchObject({
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
    });
    expect(JSON.stringify(question)).not.toContain(email);
  });

  it('is not made with what another page asked, or for another domain', async () => {
    const [own, other] = [
      await openAccount(issuer, 'analyst@riverside.example'),
      await openAccount(issuer, 'dispatcher@riverside.example'),
    ];
    const authenticator = createAuthenticator({ origin: issuer.url });
    const begin = () => own.browser.submit(own.page, '/passkeys/new', {});
    const send = (page: Visited, question: string, lies?: Lies) =>
      own.browser.submit(page, '/passkeys/add', { answer: authenticator.create(question, lies), name: 'A key' });
    const theirs = await other.browser.submit(other.page, '/passkeys/new', {});
    const ofAnotherAccount = await send(await begin(), questionOf(theirs, '/passkeys/add'));
    const login = questionOf(await (await beginLogin(issuer, other.browser)).open({ prompt: 'login' }), '/passkey');
    const form = await begin();
    const { challenge } = JSON.parse(login);
    const ofALogin = await send(form, questionOf(form, '/passkeys/add'), { challenge });
    const another = await begin();
    const elsewhere = await send(another, questionOf(another, '/passkeys/add'), { rpId: 'elsewhere.example' });
    const last = await begin();

    for (const answer of [ofAnotherAccount, ofALogin, elsewhere])
      expect(headingOf(answer)).toBe("The passkey wasn't added");
    expect((await send(last, questionOf(last, '/passkeys/add'))).text).toContain('The passkey was added.');
  });

  it('is not removed when it is the last that its owner logs in with', async () => {
    const authenticator = createAuthenticator({ origin: issuer.url });
    const login = await beginLogin(issuer);
    const form = await login.sendPassword(await login.open(), 'newcomer@northgate.example');
    const answer = authenticator.create(questionOf(form, '/passkey-enrolment'));
    await sendPasskey(login.browser, await login.browser.submit(form, '/passkey-enrolment', { answer }), authenticator);
    const page = await login.browser.open(`${issuer.url}/account`);
    const kept = await login.browser.submit(page, '/passkeys/remove', {});
    const again = await beginLogin(issuer);

    expect(headingOf(kept)).toBe("The passkey wasn't removed");
    expect((await sendPasskey(again.browser, await again.open(), authenticator)).address).toContain('code=');
  });

  it("can't be given a name or removed by somebody else", async () => {
    const { browser, page } = await openAccount(issuer, 'resident@northgate.example');
    const victim = await addPasskey(issuer, 'resident@riverside.example');
    const key = /name="passkey" value="([\w-]+)"/.exec(victim.page.text)?.[1] ?? '';
    const forged = {
      ...page,
      text: page.text.replace('/passkeys/new"', '/passkeys/remove"'),
    };
    const answer = await browser.submit(forged, '/passkeys/remove', { passkey: key });
    const renaming = { ...forged, text: forged.text.replace('/passkeys/remove"', '/passkeys/rename"') };
    await browser.submit(renaming, '/passkeys/rename', { passkey: key, name: 'Not mine' });
    const theirs = await victim.browser.open(`${issuer.url}/account`);
    const login = await beginLogin(issuer);

    expect(key).not.toBe('');
    expect(headingOf(answer)).toBe("The passkey wasn't removed");
    expect(theirs.text).not.toContain('Not mine');
    expect((await sendPasskey(login.browser, await login.open(), victim.authenticator)).address).toContain('code=');
  });
});

describe('an authenticator that does not count', () => {
  it('logs in again and again', async () => {
    const { authenticator } = await addPasskey(issuer, 'technician@riverside.example', { counts: false });
    for (let round = 0; round < 2; round += 1) {
      const login = await beginLogin(issuer);
      expect((await sendPasskey(login.browser, await login.open(), authenticator)).address).toContain('code=');
    }
  });
});

describe('the first login of an account without a factor', () => {
  const email = 'newcomer@riverside.example';

  it('may make a passkey, which is what it logs in with from then on', async () => {
    const authenticator = createAuthenticator({ origin: issuer.url });
    const login = await beginLogin(issuer);
    const page = await login.sendPassword(await login.open(), email);
    const again = await beginLogin(issuer);
    const competitor = await again.sendPassword(await again.open(), email);
    const answer = authenticator.create(questionOf(page, '/passkey-enrolment'));
    const enrolled = await login.browser.submit(page, '/passkey-enrolment', { answer });
    const callback = await sendPasskey(login.browser, enrolled, authenticator);

    expect((await login.exchange(callback)).claims()).toMatchObject({ sub: 'riverside-newcomer', acr: PHR });
    await expectNothingBesides(again, competitor);
  });

  /** Who knew the password alone, and had the page open. */
  async function expectNothingBesides(login: TestLogin, page: Visited): Promise<void> {
    const thief = createAuthenticator({ origin: issuer.url });
    const secret = parse(page.text).querySelector('.key')?.text.replaceAll(' ', '') ?? '';
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
    const byCode = await login.browser.submit(page, '/enrolment', { code });
    const answer = thief.create(questionOf(byCode, '/passkey-enrolment'));
    const byPasskey = await login.browser.submit(byCode, '/passkey-enrolment', { answer });
    const later = await beginLogin(issuer);
    const refused = await later.sendPassword(await later.open(), email);

    expect(byCode.status).toBe(422);
    expect(byPasskey.status).toBe(422);
    expect(problemOn(refused)).toBe('This account logs in with its passkey.');
    expect(asksFor(refused, '/enrolment')).toBe(false);
  }
});

function headingOf(page: Visited): string | undefined {
  return parse(page.text).querySelector('h1')?.text;
}
