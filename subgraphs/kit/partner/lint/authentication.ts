/** The way to authenticate is one that the document has, and its address is the one that stands there. */
import type { Check, Complaint } from './lint-contract.ts';

export const lintAuthentication: Check = ({ authentication }, { components, operations }) => {
  const schemes = Object.values(components.securitySchemes);
  const method = ['authentication', 'method'];
  if (authentication.method === 'login') {
    const { loginPath } = authentication;
    const complaints: Complaint[] = [];
    if (!schemes.some(({ type, scheme }) => type === 'http' && scheme?.toLowerCase() === 'bearer')) {
      complaints.push([
        method,
        'choose another, or add the security scheme http bearer to the document, which has none',
      ]);
    }
    if (!operations.some(({ method: verb, route }) => verb === 'post' && route === loginPath)) {
      complaints.push([
        ['authentication', 'loginPath'],
        `give a path that the document has: POST ${loginPath} is none`,
      ]);
    }
    return complaints;
  }
  const [flow] = schemes.flatMap(({ flows }) => flows?.clientCredentials ?? []);
  if (!flow) {
    return [[method, 'choose another, or add the OAuth 2 flow clientCredentials to the document, which has none']];
  }
  const documented = new URL(flow.tokenUrl, 'https://localhost').pathname;
  if (documented === authentication.tokenPath) return [];
  return [[['authentication', 'tokenPath'], `give ${documented}, as the document has it`]];
};
