import type {
  Budget,
  BudgetScope,
  BudgetState,
} from '@devart/plugin-devart-common';
import { useDevartApi } from '../api';
import { useLive, type Live } from '../live';
import { scopeWords } from './scopeWords';
import type { ServiceState } from './useServiceStates';

/** Runs are left out: there may be thousands, and each tells by itself when it waits. */
const SCOPES: BudgetScope[] = ['organization', 'team', 'agent', 'workflow'];
const MOST = 200;

/** Budgets and services that do not go on as they are for long. */
export interface BudgetsInNeed {
  services: ServiceState[];
  budgets: { name: string; budget: Budget }[];
}

const isInNeed = ({ limitMicros, window }: BudgetState) =>
  limitMicros !== 0 && window.level !== 'ok';

/** The budgets of which most is used, kept up to date. */
export function useBudgetsInNeed(): Live<BudgetsInNeed> {
  const api = useDevartApi();
  return useLive<BudgetsInNeed>(
    {
      topics: ['budget', 'service'],
      minimumIntervalMs: 1000,
      load: async signal => {
        const [states, { items }] = await Promise.all([
          api.services.status({}, { signal }),
          api.budgets.list({ scopeKind: SCOPES, limit: MOST }, { signal }),
        ]);
        return {
          services: states.items
            .filter(
              ({ status, budgets }) =>
                status === 'suspended' ||
                (status === 'active' && budgets.some(isInNeed)),
            )
            .map(service => ({
              ...service,
              budgets: service.budgets.filter(isInNeed),
            })),
          budgets: items
            .filter(isInNeed)
            .map(budget => ({ name: scopeWords(budget), budget })),
        };
      },
    },
    [api],
  );
}
