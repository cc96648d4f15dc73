/**
 * graphql-shield and graphql-middleware, the CommonJS build of both.
 *
 * The ES module build of graphql-shield imports `util.isUndefined`, which Node no longer has; and one library's
 * CommonJS build with the other's ES modules fails, since each knows its own `MiddlewareGenerator` alone. `chain` and
 * `race` call `isUndefined` in either build, and are left out.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const shieldLibrary: typeof import('graphql-shield') = require('graphql-shield');
const middlewareLibrary: typeof import('graphql-middleware', { with: {
  'resolution-mode': 'require',
}}) = require('graphql-middleware');

export const { allow, deny, rule, shield } = shieldLibrary;
export const { applyMiddleware } = middlewareLibrary;
