import {
  runUpdatePermission,
  workflowRunPermission,
  type Run,
} from '@devart/plugin-devart-common';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { PendingApprovals } from '../../approvals';
import { useDevartApi } from '../../api';
import {
  ActionButton,
  Notice,
  ReasonDialog,
  RunStatusLabel,
  useToasts,
} from '../../components';
import { plural } from '../../format';
import { Link, useLinks, useNavigate } from '../../navigation';
import { ResumeRunDialog, type StepGroup } from '../../runs';
import { PageHead } from '../shared';

const useStyles = makeStyles(theme => ({
  line: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1, 2),
    marginBottom: theme.spacing(1.5),
    ...theme.typography.body2,
  },
}));

function whyNotResume(run: Run): string | undefined {
  switch (run.status) {
    case 'running':
      return 'It has not come to its end; cancel it first.';
    case 'succeeded':
      return 'Every step has succeeded; run the workflow again instead.';
    default:
      return undefined;
  }
}

/** What a run is, how it stands, and what can be done with it. */
export function RunHead(props: {
  run: Run;
  groups: readonly StepGroup[];
  reload: () => Promise<void>;
}) {
  const classes = useStyles();
  const api = useDevartApi();
  const toasts = useToasts();
  const links = useLinks();
  const navigate = useNavigate();
  const { run, groups, reload } = props;
  const [open, setOpen] = useState<'cancel' | 'resume'>();
  const close = () => setOpen(undefined);
  const { total, succeeded, failed, open: openSteps } = run.steps;
  const waitsForApproval = run.stepRuns.some(
    step => step.status === 'waiting' && step.approvalId !== undefined,
  );

  return (
    <>
      <Typography variant="body2">
        <Link to={links.runs()}>Runs</Link> /{' '}
        <Link to={links.workflow(run.workflow.id)}>{run.workflow.title}</Link>
      </Typography>
      <PageHead
        title={`${run.workflow.title} #${run.number}`}
        actions={
          <>
            <ActionButton
              permission={workflowRunPermission}
              disabledReason={whyNotResume(run)}
              onClick={() => setOpen('resume')}
            >
              Resume
            </ActionButton>
            <ActionButton
              permission={runUpdatePermission}
              disabledReason={
                run.status === 'running'
                  ? undefined
                  : 'It has come to its end already.'
              }
              onClick={() => setOpen('cancel')}
            >
              Cancel
            </ActionButton>
          </>
        }
      />
      <div className={classes.line} role="status" aria-label="State of the run">
        <RunStatusLabel status={run.status} waitingFor={run.waitingFor} />
        <span>
          {total - openSteps} of {plural(total, 'step')} ended, {succeeded}{' '}
          succeeded{failed > 0 && `, ${failed} failed`}
        </span>
      </div>
      {run.waitingFor && (
        <Notice kind="waiting">
          Why it waits: {run.waitingFor}
          {waitsForApproval && <PendingApprovals runId={run.id} />}
        </Notice>
      )}
      {run.error && <Notice kind="problem">{run.error}</Notice>}
      {open === 'cancel' && (
        <ReasonDialog
          title={`Cancel ${run.workflow.title} #${run.number}?`}
          text="Open steps and their tasks are cancelled. What has succeeded and has a compensation is taken back."
          submitLabel="Cancel the run"
          onClose={close}
          onConfirm={async reason => {
            await api.runs.cancel({ id: run.id, reason });
            toasts.success('Cancelled');
            close();
            await reload();
          }}
        />
      )}
      {open === 'resume' && (
        <ResumeRunDialog
          run={run}
          groups={groups}
          onClose={close}
          onResumed={resumed => {
            close();
            navigate(links.run(resumed.id));
          }}
        />
      )}
    </>
  );
}
