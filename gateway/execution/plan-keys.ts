/** Plans an operation with the keys under which it is fetched. */

import type { PlanOperation } from '../planning/plan.ts';
import type { FindDataKeys } from './data-keys.ts';

export function withDataKeys(plan: PlanOperation, findDataKeys: FindDataKeys): PlanOperation {
  return (document, operationName) => plan(findDataKeys(document).document, operationName);
}
