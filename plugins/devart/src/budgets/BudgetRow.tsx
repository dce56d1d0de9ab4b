import {
  budgetDeletePermission,
  budgetUpdatePermission,
  type BudgetState,
} from '@devart/plugin-devart-common';
import Button from '@material-ui/core/Button';
import { makeStyles } from '@material-ui/core/styles';
import { useId, useState } from 'react';
import { useAccess } from '../access';
import { ActionMenu } from '../components';
import { BUDGET_PERIOD_WORDS } from '../format';
import { BudgetBar } from './BudgetBar';
import { BudgetDetails } from './BudgetDetails';
import type { BudgetDialogs } from './useBudgetDialogs';

const useStyles = makeStyles(theme => ({
  root: { display: 'flex', gap: theme.spacing(1), alignItems: 'flex-start' },
  main: { flexGrow: 1, minWidth: 0 },
  details: {
    display: 'grid',
    gap: theme.spacing(1),
    paddingTop: theme.spacing(1),
  },
}));

/** A budget with its bar, what can be done with it and, when asked for, its forecast and history. */
export function BudgetRow(props: {
  of: string;
  budget: BudgetState;
  dialogs: BudgetDialogs;
}) {
  const classes = useStyles();
  const { of, budget, dialogs } = props;
  const detailsId = useId();
  const [open, setOpen] = useState(false);
  const update = useAccess(budgetUpdatePermission);
  const remove = useAccess(budgetDeletePermission);
  const name = `${of}, ${BUDGET_PERIOD_WORDS[budget.period].toLowerCase()}`;
  return (
    <div className={classes.root}>
      <div className={classes.main}>
        <BudgetBar of={of} budget={budget} />
        <Button
          size="small"
          aria-expanded={open}
          aria-controls={detailsId}
          aria-label={`Forecast and history of the budget of ${name}`}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Hide forecast and history' : 'Forecast and history'}
        </Button>
        <div id={detailsId} className={open ? classes.details : undefined}>
          {open && <BudgetDetails of={of} budget={budget} />}
        </div>
      </div>
      <ActionMenu
        label={`Actions for the budget of ${name}`}
        actions={[
          {
            label: 'Change the limit',
            disabledReason: update.allowed ? undefined : update.reason,
            onSelect: () => dialogs.change(of, budget),
          },
          {
            label: 'Remove the budget',
            disabledReason: remove.allowed ? undefined : remove.reason,
            onSelect: () => dialogs.remove(of, budget),
          },
        ]}
      />
    </div>
  );
}
