/**
 * Where what others name may be called: https addresses on the internet, never into the house (server-side request
 * forgery).
 */
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { withinNetworks } from './networks.ts';

/** Networks that aren't the internet: IANA's special-purpose registries (RFC 6890), and ways around them. */
const isInside = withinNetworks([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
]);

const LONGEST_ADDRESS = 500;

/** What is wrong with `value` as such an address; undefined: nothing that can be seen before it is called. */
export function problemOfAddress(value: string, isPrivateAllowed: boolean): string | undefined {
  const url = value.length <= LONGEST_ADDRESS && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'https:') return 'has to be an https address';
  if (url.username !== '' || url.password !== '' || url.hash !== '') return 'must hold neither a login nor a fragment';
  if (isPrivateAllowed) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isNameOfHouse = !host.includes('.') || /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i.test(host);
  const isOutside = isIP(host) ? !isInside(host) : !isNameOfHouse;
  return isOutside ? undefined : 'has to be on the internet';
}

/** Resolves names as `node:dns`, but to no address inside: a name may point elsewhere when it is called. */
export const lookUpOutside: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const outside = (addresses ?? []).filter(({ address }) => !isInside(address));
    const [first] = outside;
    if (error || !first) callback(error ?? new Error('no address on the internet'), []);
    else if (options.all) callback(null, outside);
    else callback(null, first.address, first.family);
  });
};
