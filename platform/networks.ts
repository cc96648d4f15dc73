/** Networks in CIDR notation (RFC 4632). */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Whether an IP address lies in one of the networks.
 *
 * @example
 * const isAllowed = withinNetworks(['10.0.0.0/8', 'fd00::/8']);
 * isAllowed('10.1.2.3'); // → true
 */
export function withinNetworks(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', prefix = ''] = network.split('/');
    list.addSubnet(base, Number(prefix), isIPv4(base) ? 'ipv4' : 'ipv6');
  }
  return (address = '') => {
    if (isIPv4(address)) return list.check(address, 'ipv4');
    return isIPv6(address) && list.check(address, 'ipv6');
  };
}
