import {
  budgetDeletePermission,
  budgetUpdatePermission,
} from '@devart/plugin-devart-common';
import Paper from '@material-ui/core/Paper';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useId } from 'react';
import { useAccess } from '../access';
import {
  ActionButton,
  ActionMenu,
  Money,
  RelativeTime,
  ServiceStatusLabel,
} from '../components';
import { EXHAUSTION_WORDS, SERVICE_KIND_WORDS } from '../format';
import { Link, useLinks } from '../navigation';
import { BudgetRow } from './BudgetRow';
import type { BudgetDialogs } from './useBudgetDialogs';
import type { ServiceDialogs } from './useServiceDialogs';
import type { ServiceState } from './useServiceStates';

const IS_ABSENT = 'The configuration does not describe it any more.';

const useStyles = makeStyles(theme => ({
  root: {
    padding: theme.spacing(1.5, 2),
    display: 'grid',
    gap: theme.spacing(1),
    fontFamily: theme.typography.fontFamily,
  },
  suspended: { borderLeft: `4px solid ${theme.palette.status.error}` },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5, 2),
  },
  name: {
    flexGrow: 1,
    minWidth: 0,
    margin: 0,
    overflowWrap: 'anywhere',
  },
  quiet: { ...theme.typography.caption, display: 'block' },
}));

/** A service with its state, its budgets and what can be done with it. */
export function ServiceCard(props: {
  service: ServiceState;
  services: ServiceDialogs;
  budgets: BudgetDialogs;
}) {
  const classes = useStyles();
  const links = useLinks();
  const { service, services, budgets } = props;
  const headingId = useId();
  const update = useAccess(budgetUpdatePermission);
  const remove = useAccess(budgetDeletePermission);
  const { title, name, status, absentSince, onExhausted, fallback } = service;
  const whyNotUpdate = update.allowed ? undefined : update.reason;
  const whyNotDescribe = whyNotUpdate ?? (absentSince && IS_ABSENT);
  const limited = service.budgets.filter(
    ({ limitMicros }) => limitMicros !== undefined,
  );
  const isOn = status !== 'inactive';
  return (
    <Paper
      component="article"
      variant="outlined"
      aria-labelledby={headingId}
      className={`${classes.root} ${status === 'suspended' ? classes.suspended : ''}`}
    >
      <div className={classes.head}>
        <Typography
          id={headingId}
          component="h3"
          variant="subtitle1"
          className={classes.name}
        >
          {title}
          <span className={classes.quiet}>
            {SERVICE_KIND_WORDS[service.kind]} · {name}
          </span>
        </Typography>
        <ServiceStatusLabel status={status} absentSince={absentSince} />
        <ActionButton
          permission={budgetUpdatePermission}
          disabledReason={
            limited.length === 0
              ? 'It has no limit of its own to increase.'
              : undefined
          }
          aria-label={`Increase budget of ${title}`}
          onClick={() => budgets.increase(title, limited, service.id)}
        >
          Increase budget
        </ActionButton>
        <ActionMenu
          label={`Actions for ${title}`}
          actions={[
            {
              label: 'Edit',
              disabledReason: whyNotDescribe,
              onSelect: () => services.edit(service),
            },
            {
              label: 'Set another budget',
              disabledReason: whyNotUpdate,
              onSelect: () =>
                budgets.create({
                  kind: 'service',
                  ref: service.id,
                  name: title,
                }),
            },
            {
              label: isOn ? 'Switch off' : 'Switch on',
              disabledReason: whyNotDescribe,
              onSelect: () => services.setActive(service, !isOn),
            },
            {
              label: 'Delete',
              disabledReason: remove.allowed ? undefined : remove.reason,
              onSelect: () => services.remove(service),
            },
          ]}
        />
      </div>
      {absentSince && (
        <Typography variant="body2">
          The configuration described it until <RelativeTime at={absentSince} />
          . Nothing is charged to it; its budgets and its ledger stay. It goes
          on once it is described there again.
        </Typography>
      )}
      {status === 'suspended' && (
        <Typography variant="body2">
          {service.suspendedUntil ? (
            <>
              It goes on <RelativeTime at={service.suspendedUntil} />, or when
              its budget is increased.
            </>
          ) : (
            'It goes on when its budget is increased.'
          )}
        </Typography>
      )}
      {service.budgets.length === 0 && (
        <Typography variant="body2">
          <Money micros={service.monthMicros} /> this month. No budget of its
          own: unlimited, but for budgets of others.
        </Typography>
      )}
      {service.budgets.map(budget => (
        <BudgetRow
          key={budget.id}
          of={title}
          budget={budget}
          dialogs={budgets}
        />
      ))}
      <Typography variant="body2">
        When a budget does not allow a charge,{' '}
        {onExhausted === 'delegate' && fallback
          ? `${fallback.title} pays`
          : EXHAUSTION_WORDS[onExhausted]}
        .{' '}
        <Link underline="always" to={links.ledger({ serviceId: service.id })}>
          Its ledger
        </Link>
      </Typography>
    </Paper>
  );
}
