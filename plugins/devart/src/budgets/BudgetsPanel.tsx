import {
  BUDGET_SCOPES,
  budgetUpdatePermission,
  type Budget,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import Typography from '@material-ui/core/Typography';
import AddIcon from '@material-ui/icons/Add';
import { useDevartApi } from '../api';
import { ActionButton, EmptyState, PagedList, Panel } from '../components';
import { useLivePages } from '../live';
import { BudgetRow } from './BudgetRow';
import { scopeWords } from './scopeWords';
import { useBudgetDialogs } from './useBudgetDialogs';

const OTHER_SCOPES = BUDGET_SCOPES.filter(scope => scope !== 'service');

const useStyles = makeStyles(theme => ({
  list: {
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 440px), 1fr))',
    alignItems: 'start',
  },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(1),
  },
  name: { overflowWrap: 'anywhere' },
}));

/** Budgets of everything but services: what they limit, and how much is used. */
export function BudgetsPanel(props: {
  title?: string;
  /** Only those of one scope. */
  of?: Required<Pick<Budget, 'scopeKind' | 'scopeRef'>> & { name: string };
}) {
  const classes = useStyles();
  const api = useDevartApi();
  const { title = 'Budgets of others', of } = props;
  const pages = useLivePages<Budget>(
    {
      topics: ['budget'],
      pageSize: 20,
      minimumIntervalMs: 500,
      loadPage: (page, signal) =>
        api.budgets.list(
          {
            scopeKind: of ? [of.scopeKind] : OTHER_SCOPES,
            scopeRef: of?.scopeRef,
            ...page,
          },
          { signal },
        ),
    },
    [api, of?.scopeKind, of?.scopeRef],
  );
  const dialogs = useBudgetDialogs({ onChanged: pages.reload });
  return (
    <Panel
      title={title}
      actions={
        <ActionButton
          permission={budgetUpdatePermission}
          startIcon={<AddIcon aria-hidden />}
          onClick={() =>
            dialogs.create(
              of && { kind: of.scopeKind, ref: of.scopeRef, name: of.name },
            )
          }
        >
          Set a budget
        </ActionButton>
      }
    >
      <PagedList
        pages={pages}
        skeletonRows={2}
        empty={
          <EmptyState
            title="No budget is set"
            text="The organisation, teams, agents, workflows and runs can have budgets by the day, week or month, or altogether. The tightest one counts."
          />
        }
      >
        {items => (
          <div className={classes.list}>
            {items.map(budget => {
              const name = scopeWords(budget);
              return (
                <article key={budget.id} aria-label={name}>
                  <div className={classes.head}>
                    <Typography
                      component="h3"
                      variant="subtitle1"
                      className={classes.name}
                    >
                      {name}
                    </Typography>
                    <ActionButton
                      permission={budgetUpdatePermission}
                      disabledReason={
                        budget.limitMicros === undefined
                          ? 'It has no limit to increase.'
                          : undefined
                      }
                      aria-label={`Increase budget of ${name}`}
                      onClick={() => dialogs.increase(name, [budget])}
                    >
                      Increase budget
                    </ActionButton>
                  </div>
                  <BudgetRow of={name} budget={budget} dialogs={dialogs} />
                </article>
              );
            })}
          </div>
        )}
      </PagedList>
      {dialogs.dialog}
    </Panel>
  );
}
