import {
  entityRefSchema,
  workflowRunPermission,
  type Run,
} from '@devart/plugin-devart-common';
import { useState } from 'react';
import { useAccess } from '../access';
import {
  ChoiceInput,
  EmptyState,
  FormDialog,
  Notice,
  useToasts,
} from '../components';
import { RunWorkflowForm, useRunForm } from './RunWorkflowForm';
import { useWorkflowDirectory } from './useWorkflowDirectory';

/** Starts a run of a workflow: which one, about what, with which parameters. */
export function RunWorkflowDialog(props: {
  /** The workflow to run; whoever opens the dialog chooses one unless given. */
  workflow?: { id: string; title: string };
  /** What of the catalog the run is about, to begin with. */
  entityRef?: string;
  /** The version to begin with; the newest unless given. */
  version?: string;
  onClose: () => void;
  onStarted: (run: Run) => void;
}) {
  const toasts = useToasts();
  const access = useAccess(workflowRunPermission);
  const { workflow, onClose, onStarted } = props;
  const [chosen, setChosen] = useState(workflow?.id);
  const [tried, setTried] = useState(false);
  const form = useRunForm({
    entityRef: props.entityRef,
    version: props.version,
  });

  return (
    <FormDialog
      wide
      title={workflow ? `Run ${workflow.title}` : 'Run a workflow'}
      submitLabel="Start the run"
      onClose={onClose}
      onSubmit={async () => {
        setTried(true);
        if (!access.allowed) {
          throw new Error(access.reason);
        }
        if (chosen === undefined) {
          return;
        }
        const { entityRef } = form.values;
        if (entityRef && !entityRefSchema.safeParse(entityRef).success) {
          return;
        }
        const run = await form.start(chosen);
        if (run) {
          toasts.success(`Started ${run.workflow.title} #${run.number}`);
          onStarted(run);
        }
      }}
    >
      {!access.allowed && <Notice kind="problem">{access.reason}</Notice>}
      {!workflow && (
        <WorkflowChoice
          value={chosen}
          isMissing={tried && chosen === undefined}
          onChange={id => {
            setChosen(id);
            form.reset();
          }}
        />
      )}
      {chosen !== undefined && (
        // A form of its own for each workflow.
        <RunWorkflowForm
          key={chosen}
          workflowId={chosen}
          form={form}
          isTried={tried}
        />
      )}
    </FormDialog>
  );
}

function WorkflowChoice(props: {
  value: string | undefined;
  isMissing: boolean;
  onChange: (id: string | undefined) => void;
}) {
  const workflows = useWorkflowDirectory();
  const { value, isMissing, onChange } = props;
  return (
    <>
      <ChoiceInput
        label="Workflow"
        value={value ?? ''}
        helperText={isMissing ? 'Choose a workflow first.' : undefined}
        choices={[
          { value: '', label: 'Choose one' },
          ...workflows.map(({ id, title }) => ({ value: id, label: title })),
        ]}
        onChange={id => onChange(id || undefined)}
      />
      {value === undefined && (
        <EmptyState
          title="What it needs to know appears here"
          text="Each workflow says in its definition which parameters a run takes."
        />
      )}
    </>
  );
}
