import { activity } from './activity';
import { agents } from './agents';
import { analytics } from './analytics';
import { approvals } from './approvals';
import { audit } from './audit';
import { budgets } from './budgets';
import type { Operation } from './defineOperation';
import { gateway } from './gateway';
import { ledger } from './ledger';
import { portal } from './portal';
import { reviews } from './reviews';
import { runs } from './runs';
import { services } from './services';
import { tasks } from './tasks';
import { workflows } from './workflows';

/** Every operation of the control plane, by domain and verb. */
export const operations = {
  tasks,
  agents,
  reviews,
  workflows,
  runs,
  approvals,
  services,
  budgets,
  ledger,
  analytics,
  activity,
  audit,
  gateway,
  portal,
};

/** The type of {@link operations}. */
export type Operations = typeof operations;

/** Every operation as a flat list, in the order in which routes must be matched. */
export const allOperations: readonly Operation[] = Object.values(operations)
  .flatMap(domain => Object.values(domain) as unknown as Operation[])
  // Fixed paths before those with parameters: `/tasks/board` before `/tasks/:id`.
  .sort((a, b) => Number(a.path.includes(':')) - Number(b.path.includes(':')));
