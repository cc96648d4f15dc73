import { openService, refreshToken } from '@commonhold/development/obtain-token.ts';
import { describe, expect, it } from '@jest/globals';
import * as client from 'openid-client';
import { system } from '../system/description.ts';
import {
  discoverIssuer,
  ENDED,
  frontendOrigin,
  GOES_ON,
  issuerUrl,
  logIn,
  statusWith,
  statusWithinASecond,
} from './persona-login.ts';

const environment = () => ({ ...process.env, ...system().environment });

describe('THREATS 15: an access token is refused by the gateway within a second from the moment', () => {
  it('the person has logged out', async () => {
    const { browser, tokens, configuration } = await logIn('dispatcher@riverside.example');
    expect(await statusWith(tokens)).toEqual(GOES_ON);

    const logout = client.buildEndSessionUrl(configuration, {
      id_token_hint: tokens.idToken ?? '',
      post_logout_redirect_uri: frontendOrigin(),
    });
    await browser.submit(await browser.open(logout.href), '/session/end/confirm', { logout: 'yes' });

    expect(await statusWithinASecond(tokens)).toEqual(ENDED);
  });

  it('its refresh token has come twice, whichever of the family it is', async () => {
    const email = 'accountant@riverside.example';
    const { tokens } = await logIn(email);
    const second = await refreshToken({ environment: environment(), email, tokens });
    expect(await statusWith(second)).toEqual(GOES_ON);

    await expect(refreshToken({ environment: environment(), email, tokens })).rejects.toMatchObject({
      error: 'invalid_grant',
    });

    expect(await statusWithinASecond(tokens)).toEqual(ENDED);
    expect(await statusWithinASecond(second)).toEqual(ENDED);
  });

  it('its refresh token is revoked', async () => {
    const { tokens, configuration } = await logIn('analyst@riverside.example');
    await client.tokenRevocation(configuration, tokens.refreshToken ?? '');

    expect(await statusWithinASecond(tokens)).toEqual(ENDED);
  });

  it('its refresh token has come twice at the same moment', async () => {
    const { tokens, renew } = await logIn('technician@northgate.example');

    const answers = await Promise.allSettled([1, 2, 3].map(() => renew(tokens.refreshToken)));
    const given = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));

    expect(given.length).toBeLessThanOrEqual(1);
    for (const token of [tokens, ...given]) expect(await statusWithinASecond(token)).toEqual(ENDED);
    for (const { refreshToken: next } of given) {
      await expect(renew(next)).rejects.toMatchObject({ error: 'invalid_grant' });
    }
  });

  it('it is revoked itself, and that alone', async () => {
    const { tokens, configuration, renew } = await logIn('dispatcher@northgate.example');
    await client.tokenRevocation(configuration, tokens.accessToken);

    expect(await statusWithinASecond(tokens)).toEqual(ENDED);
    expect(await statusWith(await renew(tokens.refreshToken))).toEqual(GOES_ON);
  });

  it('a service revokes it', async () => {
    const { configuration, certificate } = await openService(environment(), 'riverside-reporting');
    const { access_token: accessToken } = await client.clientCredentialsGrant(configuration);
    expect(await statusWith({ accessToken, certificate })).toEqual(GOES_ON);
    await client.tokenRevocation(configuration, accessToken);

    expect(await statusWithinASecond({ accessToken, certificate })).toEqual(ENDED);
  });
});

describe('a revocation', () => {
  it("by another client than the token's ends nothing", async () => {
    const { tokens } = await logIn('accountant@northgate.example');
    const explorer = await discoverIssuer('explorer');
    const reporting = await service('northgate-reporting');

    await client.tokenRevocation(explorer, tokens.accessToken);
    await client.tokenRevocation(explorer, tokens.refreshToken ?? '');
    await client.tokenRevocation(reporting, tokens.accessToken);

    expect(await statusWith(tokens)).toEqual(GOES_ON);
  });

  it('of what is no token of ours says nothing', async () => {
    const configuration = await discoverIssuer('frontend');
    const [header, payload] = (await logIn('analyst@northgate.example')).tokens.accessToken.split('.');

    for (const token of ['nonsense', 'a.b.c', `${header}.${payload}.c2lnbmF0dXJl`]) {
      await expect(client.tokenRevocation(configuration, token)).resolves.toBeUndefined();
    }
  });
});

describe('an introspection', () => {
  it("tells a service of its own token as much as it needs, and when it isn't in force any more that alone", async () => {
    const reporting = await service('northgate-reporting');
    const { access_token: token } = await client.clientCredentialsGrant(reporting);
    const before = await client.tokenIntrospection(reporting, token);
    await client.tokenRevocation(reporting, token);

    expect(before).toEqual({
      active: true,
      client_id: 'northgate-reporting',
      iss: issuerUrl(),
      aud: system().graphqlUrl,
      iat: expect.any(Number),
      exp: expect.any(Number),
      token_type: 'Bearer',
      cnf: { 'x5t#S256': expect.any(String) },
    });
    expect(await client.tokenIntrospection(reporting, token)).toEqual({ active: false });
  });

  it("tells nobody of another client's token, and of nonsense what it tells of that", async () => {
    const reporting = await service('northgate-reporting');
    const { access_token: foreign } = await client.clientCredentialsGrant(await service('riverside-reporting'));
    const { tokens } = await logIn('resident@northgate.example');

    for (const token of [foreign, tokens.accessToken, tokens.refreshToken ?? '', 'nonsense', 'a.b.c']) {
      expect(await client.tokenIntrospection(reporting, token)).toEqual({ active: false });
    }
  });

  it('is refused to clients that cannot prove who they are', async () => {
    const { tokens, configuration } = await logIn('integration-manager@northgate.example');

    for (const token of [tokens.accessToken, 'nonsense']) {
      await expect(client.tokenIntrospection(configuration, token)).rejects.toMatchObject({ status: 401 });
    }
  });
});

async function service(clientId: string): Promise<client.Configuration> {
  return (await openService(environment(), clientId)).configuration;
}
