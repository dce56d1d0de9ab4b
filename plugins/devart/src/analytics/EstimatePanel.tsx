import { makeStyles } from '@material-ui/core/styles';
import Typography from '@material-ui/core/Typography';
import { operations } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { useDevartApi } from '../api';
import {
  AgentInput,
  DataTable,
  EmptyState,
  Loaded,
  Money,
  Panel,
  Rows,
  TextInput,
} from '../components';
import { ESTIMATE_GROUP_WORDS, percentWords, plural } from '../format';
import { useLive } from '../live';

const useStyles = makeStyles(theme => ({
  fields: {
    display: 'grid',
    gap: theme.spacing(1.5),
    gridTemplateColumns: 'repeat(auto-fill, minmax(180px, 1fr))',
    marginBottom: theme.spacing(2),
  },
}));

/** What a task of some type will cost, and a model that does it for less. */
export function EstimatePanel() {
  const classes = useStyles();
  const [type, setType] = useState('');
  const [model, setModel] = useState('');
  const [agentId, setAgentId] = useState<string>();
  const input = {
    type: type.trim(),
    model: model.trim() || undefined,
    agentId,
  };
  const isComplete =
    operations.analytics.estimate.input.safeParse(input).success;
  return (
    <Panel title="What will a task cost?">
      <div role="search" className={classes.fields}>
        <TextInput
          label="Type of the task"
          placeholder="code-review"
          value={type}
          maxLength={63}
          onChange={event => setType(event.target.value)}
        />
        <TextInput
          label="Model (optional)"
          value={model}
          maxLength={200}
          onChange={event => setModel(event.target.value)}
        />
        <AgentInput
          label="Agent (optional)"
          value={agentId}
          onChange={setAgentId}
        />
      </div>
      {isComplete ? (
        <Estimate {...input} />
      ) : (
        <Typography variant="body2">
          Name a type, and past tasks of it say what the next one will cost.
        </Typography>
      )}
    </Panel>
  );
}

function Estimate(props: { type: string; model?: string; agentId?: string }) {
  const api = useDevartApi();
  const { type, model, agentId } = props;
  const live = useLive(
    {
      topics: [],
      load: signal =>
        api.analytics.estimate({ type, model, agentId }, { signal }),
    },
    [api, type, model, agentId],
  );
  return (
    <Loaded live={live} skeleton={<Rows count={3} />}>
      {({ estimate, reason, advice }) =>
        estimate ? (
          <>
            <Typography variant="body2" gutterBottom>
              Expected: <Money micros={estimate.expectedMicros} />; half cost
              less than <Money micros={estimate.medianMicros} />. It rests on{' '}
              {plural(estimate.samples, 'finished task')} of{' '}
              {ESTIMATE_GROUP_WORDS[estimate.group]}.
            </Typography>
            <DataTable
              label="Where the cost will lie"
              columns={[
                {
                  header: 'How often',
                  render: ({ level }) => percentWords(level),
                },
                {
                  header: 'At least',
                  align: 'right',
                  render: ({ lowMicros }) => <Money micros={lowMicros} />,
                },
                {
                  header: 'At most',
                  align: 'right',
                  render: ({ highMicros }) => <Money micros={highMicros} />,
                },
              ]}
              rows={estimate.intervals}
              rowKey={({ level }) => String(level)}
            />
            {advice && (
              <Typography variant="body2">
                <strong>{advice.model}</strong> does such tasks for{' '}
                {percentWords(advice.saving)} less than{' '}
                {advice.comparedWith.model}: {percentWords(advice.successRate)}{' '}
                of {plural(advice.samples, 'task')} succeeded, with{' '}
                {advice.comparedWith.model}{' '}
                {percentWords(advice.comparedWith.successRate)} of{' '}
                {plural(advice.comparedWith.samples, 'task')}.
              </Typography>
            )}
          </>
        ) : (
          <EmptyState title="There is no estimate" text={reason} />
        )
      }
    </Loaded>
  );
}
