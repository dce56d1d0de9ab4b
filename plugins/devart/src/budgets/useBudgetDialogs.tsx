import type { BudgetScope, BudgetState } from '@devart/plugin-devart-common';
import { useState, type ReactNode } from 'react';
import { useDevartApi } from '../api';
import { ReasonDialog, useMoney, useToasts } from '../components';
import { BUDGET_PERIOD_WORDS } from '../format';
import { ChangeBudgetDialog } from './ChangeBudgetDialog';
import { CreateBudgetDialog } from './CreateBudgetDialog';
import { IncreaseBudgetDialog } from './IncreaseBudgetDialog';

/** What people do with budgets, wherever they are shown. */
export interface BudgetDialogs {
  create: (scope?: { kind: BudgetScope; ref?: string; name: string }) => void;
  change: (of: string, budget: BudgetState) => void;
  remove: (of: string, budget: BudgetState) => void;
  /** Adds to a budget of a service, or to one of another scope. */
  increase: (
    of: string,
    budgets: readonly BudgetState[],
    serviceId?: string,
  ) => void;
  dialog: ReactNode;
}

/** The dialogs with which people change budgets. */
export function useBudgetDialogs(options: {
  onChanged: () => Promise<void>;
}): BudgetDialogs {
  const api = useDevartApi();
  const toasts = useToasts();
  const money = useMoney();
  const { onChanged } = options;
  const [dialog, setDialog] = useState<ReactNode>();
  const close = () => setDialog(undefined);

  return {
    create: scope =>
      setDialog(
        <CreateBudgetDialog
          scope={scope}
          onClose={close}
          onCreated={onChanged}
        />,
      ),
    change: (of, budget) =>
      setDialog(
        <ChangeBudgetDialog
          of={of}
          budget={budget}
          onClose={close}
          onChanged={onChanged}
        />,
      ),
    remove: (of, budget) =>
      setDialog(
        <ReasonDialog
          reasonRequired
          title={`Remove the budget of ${of}: ${BUDGET_PERIOD_WORDS[budget.period].toLowerCase()}?`}
          text="Nothing counts against it any more. The ledger and the history of its changes stay."
          submitLabel="Remove"
          onClose={close}
          onConfirm={async reason => {
            await api.budgets.delete({ id: budget.id, reason: reason! });
            toasts.success('The budget is removed');
            close();
            await onChanged();
          }}
        />,
      ),
    increase: (of, budgets, serviceId) =>
      setDialog(
        <IncreaseBudgetDialog
          of={of}
          budgets={budgets}
          onClose={close}
          onIncrease={async (budget, amountMicros, reason) => {
            if (serviceId) {
              await api.services.increaseBudget({
                id: serviceId,
                amountMicros,
                period: budget.period,
                reason,
                // Sent again after an answer was lost it must not add twice.
                ifVersion: budget.version,
              });
            } else {
              await api.budgets.update({
                id: budget.id,
                limitMicros: (budget.limitMicros ?? 0) + amountMicros,
                reason,
                ifVersion: budget.version,
              });
            }
            toasts.success(`${of} has ${money(amountMicros)} more`);
            close();
            await onChanged();
          }}
        />,
      ),
    dialog,
  };
}
