import type { Task } from '@devart/plugin-devart-common';
import {
  ActorLabel,
  CapabilityChips,
  EntityLink,
  Facts,
  Panel,
  RelativeTime,
} from '../../components';
import { duration } from '../../format';
import { Link, useLinks } from '../../navigation';

function timeTaken(task: Task): string | undefined {
  if (!task.startedAt || !task.finishedAt) {
    return undefined;
  }
  const ms = Date.parse(task.finishedAt) - Date.parse(task.startedAt);
  return duration(Math.max(0, ms / 1000));
}

/** The facts about a task. */
export function TaskFacts({ task }: { task: Task }) {
  const links = useLinks();
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
          'Created by': <ActorLabel actor={task.createdBy} />,
          Created: instant(task.createdAt),
          'Not before': instant(task.runAfter),
          Started: instant(task.startedAt),
          Finished: instant(task.finishedAt),
          Took: timeTaken(task),
          'Follows from': task.parentId && (
            <Link to={links.task(task.parentId)}>another task</Link>
          ),
          'Idempotency key': task.idempotencyKey,
          Trace: task.traceparent?.split('-')[1],
          Id: task.id,
        }}
      />
    </Panel>
  );
}
