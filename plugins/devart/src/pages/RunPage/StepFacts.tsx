import type { RunStep } from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import {
  EffectLabel,
  Facts,
  Money,
  JsonView,
  Notice,
  RelativeTime,
  StepStatusLabel,
  useNow,
} from '../../components';
import { STEP_TYPE_WORDS, timeTaken } from '../../format';
import { Link, useLinks } from '../../navigation';

const useStyles = makeStyles(theme => ({
  part: { marginTop: theme.spacing(2) },
}));

/** Everything about one step of a run. */
export function StepFacts({ step }: { step: RunStep }) {
  const classes = useStyles();
  const links = useLinks();
  const now = useNow();
  const instant = (at: string | undefined) => at && <RelativeTime at={at} />;
  return (
    <>
      {step.waiting && (
        <Notice kind="waiting">
          Why it waits: {step.waiting.message}
          {step.approvalId && (
            <>
              {' '}
              <Link to={links.approval(step.approvalId)}>
                See the request for approval
              </Link>
            </>
          )}
        </Notice>
      )}
      {step.error && <Notice kind="problem">{step.error}</Notice>}
      <Facts
        facts={{
          Status: <StepStatusLabel status={step.status} />,
          Kind: STEP_TYPE_WORDS[step.type],
          Task: step.taskId && (
            <Link to={links.task(step.taskId)}>The task with its log</Link>
          ),
          Approval: step.approvalId && (
            <Link to={links.approval(step.approvalId)}>
              The request and its decisions
            </Link>
          ),
          'Its run': step.childRunId && (
            <Link to={links.run(step.childRunId)}>The run it started</Link>
          ),
          'Taken over': step.reused
            ? 'from the run that this one resumes'
            : undefined,
          Attempt:
            step.maxAttempts > 1
              ? `${step.attempt} of ${step.maxAttempts}`
              : undefined,
          Effect: <EffectLabel effect={step.sideEffect} />,
          'When it fails': step.continueOnError ? 'the run goes on' : undefined,
          'Takes back': step.compensates,
          Started: instant(step.startedAt),
          Finished: instant(step.finishedAt),
          Took: timeTaken(step, now),
          Due: step.finishedAt ? undefined : instant(step.dueAt),
          Cost: <Money micros={step.costMicros} />,
        }}
      />
      {step.matrix && (
        <div className={classes.part}>
          <Typography component="h3" variant="subtitle2" gutterBottom>
            Values
          </Typography>
          <JsonView label="Values" value={step.matrix.values} />
        </div>
      )}
      {step.outputs !== undefined && (
        <div className={classes.part}>
          <Typography component="h3" variant="subtitle2" gutterBottom>
            Outputs
          </Typography>
          <JsonView label={`Outputs of ${step.name}`} value={step.outputs} />
        </div>
      )}
    </>
  );
}
