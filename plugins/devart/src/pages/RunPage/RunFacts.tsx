import type { Run } from '@devart/plugin-devart-common';
import {
  ActorLabel,
  EntityLink,
  Facts,
  Panel,
  RelativeTime,
  TraceId,
  useMoney,
  useNow,
} from '../../components';
import { RUN_TRIGGER_WORDS, timeTaken } from '../../format';
import { Link, useLinks } from '../../navigation';

/** The facts about a run. */
export function RunFacts({ run }: { run: Run }) {
  const links = useLinks();
  const money = useMoney();
  const now = useNow();
  const linkTo = (runId: string | undefined, words: string) =>
    runId && <Link to={links.run(runId)}>{words}</Link>;
  return (
    <Panel title="Details">
      <Facts
        facts={{
          Workflow: (
            <Link to={links.workflow(run.workflow.id)}>
              {run.workflow.title}
            </Link>
          ),
          Version: run.workflow.version,
          About: run.entityRef && <EntityLink entityRef={run.entityRef} />,
          'Started by': <ActorLabel actor={run.startedBy} />,
          Trigger: RUN_TRIGGER_WORDS[run.trigger],
          Started: <RelativeTime at={run.startedAt} />,
          Finished: run.finishedAt && <RelativeTime at={run.finishedAt} />,
          Took: timeTaken(run, now),
          'Ends by': run.deadlineAt && !run.finishedAt && (
            <RelativeTime at={run.deadlineAt} />
          ),
          Cost: (
            <Link to={links.ledger({ runId: run.id })}>
              {money(run.costMicros)}
            </Link>
          ),
          Resumes: linkTo(run.resumedFrom, 'an earlier run'),
          'Part of': linkTo(run.parentRunId, 'another run'),
          Trace: run.traceparent && <TraceId traceparent={run.traceparent} />,
          Id: run.id,
        }}
      />
    </Panel>
  );
}
