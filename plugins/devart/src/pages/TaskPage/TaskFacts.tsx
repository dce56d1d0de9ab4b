import type { Task } from '@devart/plugin-devart-common';
import {
  ActorLabel,
  CapabilityChips,
  EntityLink,
  Facts,
  Money,
  Panel,
  RelativeTime,
  TraceId,
  useMoney,
} from '../../components';
import { timeTaken } from '../../format';
import { Link, useLinks } from '../../navigation';

/** The facts about a task. */
export function TaskFacts({ task }: { task: Task }) {
  const links = useLinks();
  const money = useMoney();
  const instant = (at: string | undefined) => at && <RelativeTime at={at} />;
  return (
    <Panel title="Details">
      <Facts
        facts={{
          Agent: task.agent && (
            <Link to={links.agent(task.agent.id)}>{task.agent.name}</Link>
          ),
          About: task.entityRef && <EntityLink entityRef={task.entityRef} />,
          Needs: (
            <CapabilityChips
              capabilities={task.capabilities}
              none="no particular capability"
            />
          ),
          Attempt: `${task.attempt} of ${task.maxAttempts}`,
          Type: task.type,
          Cost: (
            <Link to={links.ledger({ taskId: task.id })}>
              {money(task.costMicros)}
            </Link>
          ),
          'Expected to cost':
            task.expectedCostMicros !== undefined ? (
              <Money micros={task.expectedCostMicros} />
            ) : undefined,
          'Created by': <ActorLabel actor={task.createdBy} />,
          Created: instant(task.createdAt),
          'Not before': instant(task.runAfter),
          Started: instant(task.startedAt),
          Finished: instant(task.finishedAt),
          Took: task.finishedAt && timeTaken(task),
          'Follows from': task.parentId && (
            <Link to={links.task(task.parentId)}>another task</Link>
          ),
          'Part of': task.runId && (
            <Link to={links.run(task.runId)}>a run of a workflow</Link>
          ),
          'Idempotency key': task.idempotencyKey,
          Trace: task.traceparent && <TraceId traceparent={task.traceparent} />,
          Id: task.id,
        }}
      />
    </Panel>
  );
}
