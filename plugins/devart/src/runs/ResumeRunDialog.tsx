import { workflowRunPermission, type Run } from '@devart/plugin-devart-common';
import Checkbox from '@material-ui/core/Checkbox';
import FormControlLabel from '@material-ui/core/FormControlLabel';
import Typography from '@material-ui/core/Typography';
import { useState } from 'react';
import { useAccess } from '../access';
import { newRequestKey, useDevartApi } from '../api';
import {
  ChoiceInput,
  FormDialog,
  Loaded,
  Notice,
  Rows,
  useToasts,
} from '../components';
import { useLive } from '../live';
import type { StepGroup } from './groupSteps';
import { ResumePreview } from './ResumePreview';

/** Shows what resuming a run would do, and does it. */
export function ResumeRunDialog(props: {
  run: Run;
  groups: readonly StepGroup[];
  onClose: () => void;
  onResumed: (run: Run) => void;
}) {
  const api = useDevartApi();
  const toasts = useToasts();
  const access = useAccess(workflowRunPermission);
  const { run, groups, onClose, onResumed } = props;
  const [from, setFrom] = useState('');
  const [confirmed, setConfirmed] = useState(false);
  const [tried, setTried] = useState(false);
  const [idempotencyKey] = useState(newRequestKey);
  const preview = useLive(
    {
      topics: ['run'],
      id: run.id,
      load: signal =>
        api.runs.resumePreview(
          { id: run.id, from: from || undefined },
          { signal },
        ),
    },
    [api, run.id, from],
  );
  const mustConfirm = preview.value?.repeatsExternal === true;

  return (
    <FormDialog
      wide
      title={`Resume ${run.workflow.title} #${run.number}`}
      submitLabel="Resume"
      onClose={onClose}
      onSubmit={async () => {
        setTried(true);
        if (!access.allowed) {
          throw new Error(access.reason);
        }
        // What has not been seen cannot be agreed to.
        if (
          preview.value === undefined ||
          preview.isStale ||
          (mustConfirm && !confirmed)
        ) {
          return;
        }
        const resumed = await api.runs.resume({
          id: run.id,
          from: from || undefined,
          confirmExternal: mustConfirm,
          // Another choice is another run.
          idempotencyKey: `${idempotencyKey}-${from}`,
        });
        toasts.success(`Resumed as #${resumed.number}`);
        onResumed(resumed);
      }}
    >
      <Typography variant="body2">
        A new run of the same version takes over what has succeeded and does the
        rest. This run stays as it is.
      </Typography>
      <ChoiceInput
        label="Begin with"
        value={from}
        helperText="This step and everything that depends on it is done again."
        choices={[
          { value: '', label: 'The first step that failed' },
          ...groups
            .filter(({ compensates }) => compensates === undefined)
            .map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={step => {
          setFrom(step);
          setConfirmed(false);
        }}
      />
      <Loaded live={preview} skeleton={<Rows count={4} height={32} />}>
        {value => <ResumePreview preview={value} />}
      </Loaded>
      {mustConfirm && (
        <FormControlLabel
          control={
            <Checkbox
              color="primary"
              checked={confirmed}
              onChange={(_event, checked) => setConfirmed(checked)}
            />
          }
          label="Do again what reaches beyond the control plane"
        />
      )}
      {mustConfirm && tried && !confirmed && (
        <Notice kind="problem">
          Steps with an external effect would be done a second time. Confirm
          that this is what you want.
        </Notice>
      )}
    </FormDialog>
  );
}
