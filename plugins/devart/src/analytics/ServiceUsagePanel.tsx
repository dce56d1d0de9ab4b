import { USAGE_GROUPS, type UsageGroup } from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useDevartApi } from '../api';
import { SpendChart } from '../charts';
import {
  ChoiceInput,
  DataTable,
  EmptyState,
  EntityLink,
  Loaded,
  Money,
  Panel,
  Rows,
} from '../components';
import { useLive } from '../live';
import { Link, useLinks } from '../navigation';
import type { PeriodState } from './usePeriod';

/** As many as have a colour of their own. */
const GROUPS = 5;
const WORDS: Record<UsageGroup, string> = { service: 'Service', team: 'Team' };
const CHOICES = USAGE_GROUPS.map(value => ({ value, label: WORDS[value] }));

const useStyles = makeStyles({ by: { width: 150 } });

/** Calls, tokens and cost of services over time. */
export function ServiceUsagePanel({ period }: { period: PeriodState }) {
  const classes = useStyles();
  const api = useDevartApi();
  const links = useLinks();
  const [groupBy, setGroupBy] = useState<UsageGroup>('service');
  const live = useLive(
    {
      topics: ['budget', 'service'],
      minimumIntervalMs: 5000,
      load: signal =>
        api.analytics.serviceUsage(
          { groupBy, groups: GROUPS, bucket: 'day', from: period.from() },
          { signal },
        ),
    },
    [api, groupBy, period.period, period.timeZone],
  );
  return (
    <Panel
      title="Use of services"
      actions={
        <div className={classes.by}>
          <ChoiceInput
            label="By"
            value={groupBy}
            choices={CHOICES}
            onChange={setGroupBy}
          />
        </div>
      }
    >
      <Loaded live={live} skeleton={<Rows count={5} />}>
        {({ timeZone, buckets, groups, rest }) => {
          const day = new Intl.DateTimeFormat(undefined, {
            timeZone,
            day: 'numeric',
            month: 'short',
          });
          const rows = [
            ...groups,
            ...(rest
              ? [{ ...rest, key: undefined, name: `${rest.groups} others` }]
              : []),
          ];
          return rows.length === 0 ? (
            <EmptyState
              title={`No service was used in the last ${period.period} days`}
              text="Calls of models and of other paid services appear here."
            />
          ) : (
            <>
              <SpendChart
                label={`Cost of the last ${period.period} days by ${groupBy}`}
                unit="Day"
                labels={buckets.map(at => day.format(new Date(at)))}
                series={rows.map(({ name, points }) => ({
                  name,
                  micros: points.map(({ costMicros }) => costMicros),
                }))}
              />
              <DataTable
                label="Use of services"
                columns={[
                  {
                    header: WORDS[groupBy],
                    render: ({ key, name }) => {
                      if (key === undefined) {
                        return name;
                      }
                      return groupBy === 'team' ? (
                        <EntityLink entityRef={key} />
                      ) : (
                        <Link to={links.ledger({ serviceId: key })}>
                          {name}
                        </Link>
                      );
                    },
                  },
                  {
                    header: 'Calls',
                    align: 'right',
                    render: ({ calls }) => calls.toLocaleString(),
                  },
                  {
                    header: 'Tokens in',
                    align: 'right',
                    hideBelow: 'Md',
                    render: ({ inputTokens }) => inputTokens.toLocaleString(),
                  },
                  {
                    header: 'Tokens out',
                    align: 'right',
                    hideBelow: 'Md',
                    render: ({ outputTokens }) => outputTokens.toLocaleString(),
                  },
                  {
                    header: 'As a fallback',
                    align: 'right',
                    hideBelow: 'Md',
                    render: ({ delegatedTo }) => delegatedTo.toLocaleString(),
                  },
                  {
                    header: 'In suspense',
                    align: 'right',
                    hideBelow: 'Sm',
                    render: ({ suspenseMicros }) => (
                      <Money micros={suspenseMicros} />
                    ),
                  },
                  {
                    header: 'Cost',
                    align: 'right',
                    render: ({ costMicros }) => <Money micros={costMicros} />,
                  },
                ]}
                rows={rows}
                rowKey={({ key, name }) => key ?? name}
              />
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}
