import {
  workflowCreatePermission,
  workflowDeletePermission,
  type Workflow,
} from '@devart/plugin-devart-common';
import { makeStyles } from '@material-ui/core/styles';
import { useState } from 'react';
import { useAccess } from '../access';
import { useDevartApi } from '../api';
import {
  ActionButton,
  ActorLabel,
  ConfirmDialog,
  EmptyState,
  EntityLink,
  Facts,
  JsonView,
  Panel,
  RelativeTime,
  TwoColumns,
  useToasts,
} from '../components';
import { RunsPanel } from '../runs';
import { DefinitionSteps } from './DefinitionSteps';
import { PublishWorkflowDialog } from './publish';
import { RunWorkflowButton } from './RunWorkflowButton';
import { TriggersPanel } from './TriggersPanel';
import { VersionsPanel, whyNotPublish } from './versions';
import { WebhooksPanel } from './webhooks';

const useStyles = makeStyles(theme => ({
  actions: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1),
    marginBottom: theme.spacing(2),
  },
}));

/** A workflow with all that belongs to it, for its page and its tab in the catalog. */
export function WorkflowView(props: {
  workflow: Workflow;
  reload: () => Promise<void>;
  onDeleted: () => void;
}) {
  const { workflow, reload, onDeleted } = props;
  const hasParameters =
    Object.keys((workflow.latest.parameters.properties ?? {}) as object)
      .length > 0;
  return (
    <>
      <WorkflowActions
        workflow={workflow}
        reload={reload}
        onDeleted={onDeleted}
      />
      <DefinitionSteps title="Steps" steps={workflow.latest.steps} />
      <TwoColumns
        main={
          <>
            <RunsPanel
              of={{ workflowId: workflow.id }}
              empty={
                <EmptyState
                  title="It has not run yet"
                  action={<RunWorkflowButton workflow={workflow} />}
                />
              }
            />
            <VersionsPanel workflow={workflow} />
            <WebhooksPanel workflow={workflow} />
          </>
        }
        side={
          <>
            <WorkflowFacts workflow={workflow} />
            <TriggersPanel workflow={workflow} />
            {hasParameters && (
              <Panel title="Parameters">
                <JsonView
                  label="Parameters as JSON Schema"
                  value={workflow.latest.parameters}
                />
              </Panel>
            )}
          </>
        }
      />
    </>
  );
}

function WorkflowActions(props: {
  workflow: Workflow;
  reload: () => Promise<void>;
  onDeleted: () => void;
}) {
  const classes = useStyles();
  const api = useDevartApi();
  const toasts = useToasts();
  const mayPublish = useAccess(workflowCreatePermission);
  const { workflow, reload, onDeleted } = props;
  const [open, setOpen] = useState<'publish' | 'delete'>();
  const close = () => setOpen(undefined);
  return (
    <div className={classes.actions}>
      <RunWorkflowButton workflow={workflow} variant="contained" />
      <ActionButton
        permission={workflowCreatePermission}
        disabledReason={whyNotPublish(workflow, mayPublish)}
        onClick={() => setOpen('publish')}
      >
        Publish new version
      </ActionButton>
      <ActionButton
        permission={workflowDeletePermission}
        disabledReason={whyNotDelete(workflow)}
        onClick={() => setOpen('delete')}
      >
        Delete
      </ActionButton>
      {open === 'publish' && (
        <PublishWorkflowDialog
          title={`Publish a new version of ${workflow.title}`}
          source={workflow.latest.source}
          onClose={close}
          onPublished={async () => {
            close();
            await reload();
          }}
        />
      )}
      {open === 'delete' && (
        <ConfirmDialog
          title={`Delete ${workflow.title}?`}
          text="The workflow, its versions and its webhooks are gone for good. Its runs stay readable."
          submitLabel="Delete"
          onClose={close}
          onConfirm={async () => {
            await api.workflows.delete({ id: workflow.id });
            toasts.success(`${workflow.title} is deleted`);
            close();
            onDeleted();
          }}
        />
      )}
    </div>
  );
}

function whyNotDelete(workflow: Workflow): string | undefined {
  if (workflow.managedBy === 'catalog') {
    return 'It is written in the catalog; remove it there.';
  }
  return workflow.running > 0
    ? 'It has runs under way; cancel them first.'
    : undefined;
}

function WorkflowFacts({ workflow }: { workflow: Workflow }) {
  const { latest } = workflow;
  return (
    <Panel title="Details">
      <Facts
        facts={{
          Name: workflow.name,
          About: workflow.description,
          Version: workflow.version,
          Published: (
            <>
              <RelativeTime at={latest.publishedAt} /> by{' '}
              <ActorLabel actor={latest.publishedBy} />
            </>
          ),
          Owner: workflow.owner && <EntityLink entityRef={workflow.owner} />,
          'In the catalog': <EntityLink entityRef={workflow.entityRef} />,
          'Written in':
            workflow.managedBy === 'catalog'
              ? 'the catalog'
              : 'the control plane, by people here',
          'Under way': workflow.running,
          Id: workflow.id,
        }}
      />
    </Panel>
  );
}
