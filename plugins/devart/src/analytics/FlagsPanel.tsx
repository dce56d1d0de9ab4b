import {
  analyticsUpdatePermission,
  COST_FLAG_STATUSES,
  type CostFlag,
  type CostFlagStatus,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useDevartApi } from '../api';
import {
  ActionButton,
  allOr,
  ChoiceInput,
  DataTable,
  EmptyState,
  Money,
  PagedList,
  Panel,
  RelativeTime,
  useToasts,
} from '../components';
import { COST_FLAG_WORDS, plural } from '../format';
import { useLivePages } from '../live';
import { Link, useLinks } from '../navigation';
import { CostFlagLabel } from './CostFlagLabel';
import { OutlierSetting } from './OutlierSetting';
import { ReviewFlagDialog } from './ReviewFlagDialog';

const STATUSES = allOr(COST_FLAG_STATUSES, value => COST_FLAG_WORDS[value]);

const useStyles = makeStyles(theme => ({
  status: { width: 150 },
  quiet: { ...theme.typography.caption, overflowWrap: 'anywhere' },
}));

/** Tasks that cost far more than others of their type, and what people made of it. */
export function FlagsPanel() {
  const classes = useStyles();
  const api = useDevartApi();
  const links = useLinks();
  const toasts = useToasts();
  const [status, setStatus] = useState<CostFlagStatus | ''>('');
  const [reviewing, setReviewing] = useState<CostFlag>();
  const pages = useLivePages<CostFlag>(
    {
      topics: ['budget', 'task'],
      pageSize: 10,
      minimumIntervalMs: 5000,
      loadPage: (page, signal) =>
        api.analytics.flags(
          { status: status ? [status] : undefined, ...page },
          { signal },
        ),
    },
    [api, status],
  );

  const look = async () => {
    try {
      const { flagged } = await api.analytics.flagCostlyTasks({});
      toasts.success(
        flagged === 0
          ? 'No other task is costly'
          : `Found ${plural(flagged, 'costly task')}`,
      );
    } catch (error) {
      toasts.failure('Costly tasks could not be looked for', error);
    }
    await pages.reload();
  };

  return (
    <Panel
      title="Costly tasks"
      actions={
        <>
          <div className={classes.status}>
            <ChoiceInput
              label="Review"
              value={status}
              choices={STATUSES}
              onChange={setStatus}
            />
          </div>
          <ActionButton permission={analyticsUpdatePermission} onClick={look}>
            Look now
          </ActionButton>
        </>
      }
    >
      <OutlierSetting />
      <PagedList
        pages={pages}
        skeletonRows={3}
        empty={
          <EmptyState
            title="No task stands out"
            text="Tasks that cost far more than others of their type are flagged here, once there are enough to compare with."
          />
        }
      >
        {items => (
          <DataTable
            label="Costly tasks"
            columns={[
              {
                header: 'Task',
                render: flag => (
                  <>
                    {flag.title === undefined ? (
                      'A task that was deleted'
                    ) : (
                      <Link to={links.task(flag.taskId)}>{flag.title}</Link>
                    )}
                    <div className={classes.quiet}>
                      {[flag.type, flag.model].filter(Boolean).join(' · ')}
                    </div>
                  </>
                ),
              },
              {
                header: 'Cost',
                align: 'right',
                render: ({ costMicros }) => <Money micros={costMicros} />,
              },
              {
                header: 'Usual',
                align: 'right',
                render: ({ medianMicros, samples }) => (
                  <>
                    <Money micros={medianMicros} />
                    <div className={classes.quiet}>
                      of {samples.toLocaleString()} tasks
                    </div>
                  </>
                ),
              },
              {
                header: 'Costly from',
                align: 'right',
                hideBelow: 'Md',
                render: ({ thresholdMicros }) => (
                  <Money micros={thresholdMicros} />
                ),
              },
              {
                header: 'Review',
                hideBelow: 'Sm',
                render: flag => (
                  <>
                    <CostFlagLabel status={flag.status} />
                    {flag.comment && (
                      <div className={classes.quiet}>{flag.comment}</div>
                    )}
                    <div className={classes.quiet}>
                      <RelativeTime at={flag.reviewedAt ?? flag.flaggedAt} />
                    </div>
                  </>
                ),
              },
              {
                header: 'Actions',
                render: flag => (
                  <ActionButton
                    permission={analyticsUpdatePermission}
                    aria-label={`Review the cost of ${flag.title ?? 'this task'}`}
                    onClick={() => setReviewing(flag)}
                  >
                    Review
                  </ActionButton>
                ),
              },
            ]}
            rows={items}
            rowKey={({ taskId }) => taskId}
          />
        )}
      </PagedList>
      {reviewing && (
        <ReviewFlagDialog
          flag={reviewing}
          onClose={() => setReviewing(undefined)}
          onReviewed={pages.reload}
        />
      )}
    </Panel>
  );
}
