/** A service's token is bound to its certificate (RFC 8705), and of use over a connection with that one alone. */
import { createHash, X509Certificate } from 'node:crypto';
import { type ConnectionOptions, connect } from 'node:tls';
import { createAuthority } from '@commonhold/development/authority.ts';
import { fetchWithToken, gatewayAddress, type HeldToken } from '@commonhold/development/fetch-with-token.ts';
import { obtainToken, openService } from '@commonhold/development/obtain-token.ts';
import { makeProofKey } from '@commonhold/development/proof-key.ts';
import {
  fetchOverMutualTls,
  readServiceCertificate,
  type ServiceCertificate,
  servicesTlsDirectory,
} from '@commonhold/development/service-certificate.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '@commonhold/gateway/testing/gateway.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, type ServiceName, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { post } from '../system/client.ts';
import { system } from '../system/description.ts';
import { ENDED, GOES_ON, issuerUrl, statusWith } from './persona-login.ts';

const SERVICE = 'northgate-reporting';
const ME = { query: '{ me { subject roles } }' };

const environment = () => ({ ...process.env, ...system().environment });
const portOf = (offset: number): number => Number(system().environment.PORT_BASE) + offset;
const DOORS = { "the gateway's": 2, "the issuer's": 102 } as const;

let token: HeldToken;
let own: ServiceCertificate;
let other: ServiceCertificate;
beforeAll(async () => {
  token = await obtainToken({ environment: environment(), email: SERVICE });
  const masterKey = await loadMasterKey(environment());
  const directory = servicesTlsDirectory(system().environment.DATA_DIR);
  own = await readServiceCertificate(directory, masterKey, SERVICE);
  other = await readServiceCertificate(directory, masterKey, 'riverside-reporting');
});

const thumbprintOf = ({ cert }: ServiceCertificate): string =>
  createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url');

/** The status that comes back over TLS, or that the connection was refused. */
function knock(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: 'localhost', ...options });
    socket.on('secureConnect', () => socket.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n'));
    socket.on('data', (data) => {
      resolve(data.toString().split(' ')[1] ?? '');
      socket.destroy();
    });
    socket.on('error', () => resolve('refused'));
    socket.on('close', () => resolve('refused'));
  });
}

describe('a service', () => {
  it('gets a token that is bound to the certificate it asks with, and is let in with both', async () => {
    expect(decodeJwt(token.accessToken)['cnf']).toEqual({ 'x5t#S256': thumbprintOf(own) });
    const { status, body } = await post(gatewayAddress(environment(), token), ME, {}, token);

    expect({ status, data: body.data }).toEqual({
      status: 200,
      data: { me: { subject: SERVICE, roles: ['ANALYST'] } },
    });
  });

  it('finds the doors for its certificate in the discovery document', async () => {
    const metadata = await (await fetch(`${issuerUrl()}/.well-known/openid-configuration`)).json();
    const door = `https://localhost:${portOf(DOORS["the issuer's"])}`;

    expect(metadata).toMatchObject({
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: {
        token_endpoint: `${door}/token`,
        revocation_endpoint: `${door}/token/revocation`,
        introspection_endpoint: `${door}/token/introspection`,
      },
    });
  });

  it('gets none without a certificate, however well it proves itself by its key', async () => {
    const { configuration } = await openService(environment(), SERVICE);
    configuration[client.customFetch] = (_, { method, headers, body = null }) =>
      fetch(`${issuerUrl()}/token`, { method, headers, body });

    await expect(client.clientCredentialsGrant(configuration)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('gets with the certificate of another one a token that is of no use with its own', async () => {
    const { configuration } = await openService(environment(), SERVICE);
    const fetchBy = fetchOverMutualTls(other);
    configuration[client.customFetch] = (url, { body = null, ...init }) => fetchBy(url, { ...init, body });
    const { access_token: accessToken } = await client.clientCredentialsGrant(configuration);

    expect(await statusWith({ accessToken, certificate: own })).toEqual(ENDED);
  });
});

describe('THREATS 14: a certificate-bound token with another certificate', () => {
  it('is refused', async () => {
    expect(await statusWith(token)).toEqual(GOES_ON);
    expect(await statusWith({ ...token, certificate: other })).toEqual(ENDED);
    expect(await statusWith(token)).toEqual(GOES_ON);
  });

  it('is refused without one, at the door where others come', async () => {
    for (const authorization of [`Bearer ${token.accessToken}`, `DPoP ${token.accessToken}`]) {
      const { status, headers } = await post(system().graphqlUrl, ME, { authorization });
      expect([status, headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('invalid_token')]);
    }
  });

  it('is refused when the certificate is only told of in a header', async () => {
    const pem = encodeURIComponent(own.cert);
    const headers = {
      authorization: `Bearer ${token.accessToken}`,
      'x-client-cert': pem,
      'x-forwarded-client-cert': `Cert="${pem}"`,
      'client-cert': `:${new X509Certificate(own.cert).raw.toString('base64')}:`,
      'x-ssl-client-cert': pem,
    };
    expect((await post(system().graphqlUrl, ME, headers)).status).toBe(401);
  });
});

describe.each(Object.entries(DOORS))('%s door for services', (_, offset) => {
  const material = (name: ServiceName) =>
    loadMasterKey(environment()).then(async (masterKey) =>
      tlsMaterial(await loadIdentity(name, `${system().environment.DATA_DIR}/tls`, masterKey)),
    );

  it('opens to a certificate of their authority, and shows nothing but what they need', async () => {
    expect(await knock(portOf(offset), { ...own })).toBe('404');
    const open = fetchOverMutualTls(own);
    for (const path of ['/metrics', '/health/ready', '/account', '/auth', '/interaction/x', '/style.css', '/jwks']) {
      expect((await open(`https://localhost:${portOf(offset)}${path}`)).status).toBe(404);
    }
  });

  it('stays shut without a certificate, and to those of our own processes', async () => {
    const { ca } = own;
    expect(await knock(portOf(offset), { ca })).toBe('refused');
    for (const name of ['gateway', 'issuer', 'directory'] as const) {
      expect(await knock(portOf(offset), { ...(await material(name)), ca })).toBe('refused');
    }
  });

  it('stays shut to a certificate that somebody made by themselves, whatever name it bears', async () => {
    const { certify } = await createAuthority("Commonhold development authority for companies' services");
    const passphrase = 'x';
    const subject = { name: SERVICE, uses: ['client'], alternativeNames: [], passphrase } as const;
    const { certificate: cert, key } = await certify(subject);
    expect(await knock(portOf(offset), { cert, key, passphrase, ca: own.ca })).toBe('refused');
  });

  it('speaks no older protocol than TLS 1.3', async () => {
    expect(await knock(portOf(offset), { ...own, maxVersion: 'TLSv1.2' })).toBe('refused');
  });
});

it.each([
  ['directory', 201],
  ['smart-home', 202],
  ['communal', 203],
])("a service's certificate doesn't open %s", async (_, offset) => {
  expect(await knock(portOf(offset), { ...own, rejectUnauthorized: false })).toBe('refused');
});

describe('at a gateway of its own', () => {
  let gateway: GatewayUnderTest;
  let certificate: ServiceCertificate;
  beforeAll(async () => {
    gateway = await startGatewayUnderTest();
    gateway.directory.access = { active: true, kind: 'service', grants: [{ role: 'ANALYST' }] };
    const masterKey = await loadMasterKey(gateway.environment);
    certificate = await readServiceCertificate(servicesTlsDirectory(gateway.dataDirectory), masterKey, SERVICE);
  });
  afterAll(() => gateway.stop());

  const sign = (cnf?: object): Promise<string> =>
    gateway.issuer.sign({
      sub: SERVICE,
      client_id: SERVICE,
      acr: undefined,
      amr: undefined,
      auth_time: undefined,
      cnf,
    });
  const ask = async (held: HeldToken, url = gateway.servicesUrl) => {
    const { status, body } = await post(url, { query: '{ __typename }' }, {}, held);
    return [status, body.errors?.[0]?.extensions?.['code']];
  };

  it("a service's token that is bound to nothing is refused, also over its connection", async () => {
    const accessToken = await sign();
    expect(await ask({ accessToken, certificate })).toEqual([401, 'BOUND_TOKEN_REQUIRED']);
    expect(await ask({ accessToken }, gateway.url)).toEqual([401, 'BOUND_TOKEN_REQUIRED']);
  });

  it('a service may bind its token to a key instead', async () => {
    const key = await makeProofKey();
    expect(await ask({ accessToken: await sign({ jkt: key.thumbprint }), key }, gateway.url)).toEqual([200, undefined]);
  });

  it('a token that is bound to both needs both', async () => {
    const key = await makeProofKey();
    const accessToken = await sign({ jkt: key.thumbprint, 'x5t#S256': thumbprintOf(certificate) });

    expect(await ask({ accessToken, key, certificate })).toEqual([200, undefined]);
    expect(await ask({ accessToken, certificate })).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask({ accessToken, key }, gateway.url)).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('a proof that was made for one door is of no use at the other', async () => {
    const key = await makeProofKey();
    const held = { accessToken: await sign({ jkt: key.thumbprint }), key, certificate };
    expect(await ask(held)).toEqual([200, undefined]);
    const nonce = key.nonces.get(new URL(gateway.servicesUrl).origin);
    const { accessToken } = held;
    const dpop = await key.prove({ method: 'POST', address: gateway.servicesUrl, accessToken, nonce });
    const { status } = await post(
      gateway.url,
      { query: '{ __typename }' },
      { authorization: `DPoP ${accessToken}`, dpop },
    );

    expect(status).toBe(401);
  });

  it('requests under way end when it stops', async () => {
    const held = { accessToken: await sign({ 'x5t#S256': thumbprintOf(certificate) }), certificate };
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    };
    expect((await fetchWithToken(held, gateway.servicesUrl, request)).status).toBe(200);
    await gateway.process.stop();
    expect(gateway.process.child.exitCode).toBe(0);
  });
});
