import {
  SPEND_GROUPS,
  type OperationInput,
  type operations,
  type SpendGroup,
} from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useKnownMe } from '../access';
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
import { percentWords, SPEND_GROUP_WORDS } from '../format';
import { useLive } from '../live';
import { Link, useLinks } from '../navigation';
import { PeriodInput, type Period } from './PeriodInput';
import { periodStart } from './periodStart';

/** As many as have a colour of their own. */
const GROUPS = 5;
const CHOICES = SPEND_GROUPS.map(value => ({
  value,
  label: SPEND_GROUP_WORDS[value],
}));

type Narrowed = Pick<
  OperationInput<typeof operations.ledger.spend>,
  'agentId' | 'entityRef' | 'taskId' | 'runId' | 'workflowId' | 'serviceId'
>;

const useStyles = makeStyles(theme => ({
  by: { width: 150 },
  total: { marginBottom: theme.spacing(1) },
}));

interface Spender {
  key?: string;
  name: string;
  totalMicros: number;
}

/** Who spent what over time. */
export function SpendPanel(props: {
  title?: string;
  of?: Narrowed;
  groupBy?: SpendGroup;
}) {
  const classes = useStyles();
  const api = useDevartApi();
  const timeZone = useKnownMe()?.organization.timeZone;
  const { title = 'Spending', of } = props;
  const [groupBy, setGroupBy] = useState<SpendGroup>(
    props.groupBy ?? 'service',
  );
  const [period, setPeriod] = useState<Period>('30');
  const live = useLive(
    {
      topics: ['budget', 'service'],
      minimumIntervalMs: 5000,
      load: signal =>
        api.ledger.spend(
          {
            ...of,
            groupBy,
            groups: GROUPS,
            bucket: 'day',
            from: timeZone && periodStart(Number(period), timeZone, Date.now()),
          },
          { signal },
        ),
    },
    [api, JSON.stringify(of), groupBy, period, timeZone],
  );
  return (
    <Panel
      title={title}
      actions={
        <>
          <div className={classes.by}>
            <ChoiceInput
              label="By"
              value={groupBy}
              choices={CHOICES}
              onChange={setGroupBy}
            />
          </div>
          <PeriodInput value={period} onChange={setPeriod} />
        </>
      }
    >
      <Loaded live={live} skeleton={<Rows count={5} />}>
        {spend => {
          const day = new Intl.DateTimeFormat(undefined, {
            timeZone: spend.timeZone,
            day: 'numeric',
            month: 'short',
          });
          const rest = spend.rest && {
            name: `${spend.rest.groups} others`,
            totalMicros: spend.rest.totalMicros,
            micros: spend.rest.micros,
          };
          const series = [...spend.groups, ...(rest ? [rest] : [])];
          return series.length === 0 ? (
            <EmptyState
              title={`Nothing was spent in the last ${period} days`}
              text="What agents pay for models and other services appears here, day by day."
            />
          ) : (
            <>
              <Typography variant="body2" className={classes.total}>
                <Money micros={spend.totalMicros} /> in the last {period} days,
                by days in {spend.timeZone}.
              </Typography>
              <SpendChart
                label={`Spending of the last ${period} days by ${SPEND_GROUP_WORDS[groupBy].toLowerCase()}`}
                unit="Day"
                labels={spend.buckets.map(at => day.format(new Date(at)))}
                series={series}
              />
              <SpenderTable
                groupBy={groupBy}
                totalMicros={spend.totalMicros}
                spenders={series}
              />
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function SpenderTable(props: {
  groupBy: SpendGroup;
  totalMicros: number;
  spenders: readonly Spender[];
}) {
  const { groupBy, totalMicros, spenders } = props;
  return (
    <DataTable
      label="Who spent it"
      columns={[
        {
          header: SPEND_GROUP_WORDS[groupBy],
          render: spender => (
            <SpenderName groupBy={groupBy} spender={spender} />
          ),
        },
        {
          header: 'Spent',
          align: 'right',
          render: spender => <Money micros={spender.totalMicros} />,
        },
        {
          header: 'Share',
          align: 'right',
          render: spender =>
            totalMicros > 0
              ? percentWords(spender.totalMicros / totalMicros)
              : '–',
        },
      ]}
      rows={spenders}
      rowKey={({ key, name }) => key ?? name}
    />
  );
}

function SpenderName(props: { groupBy: SpendGroup; spender: Spender }) {
  const links = useLinks();
  const { groupBy, spender } = props;
  const { key, name } = spender;
  if (key === undefined) {
    return <>{name}</>;
  }
  switch (groupBy) {
    case 'agent':
      return <Link to={links.agent(key)}>{name}</Link>;
    case 'workflow':
      return <Link to={links.workflow(key)}>{name}</Link>;
    case 'service':
      return <Link to={links.ledger({ serviceId: key })}>{name}</Link>;
    case 'entity':
    case 'team':
      return <EntityLink entityRef={key} />;
    default:
      return <Link to={links.ledger({ model: key })}>{name}</Link>;
  }
}
