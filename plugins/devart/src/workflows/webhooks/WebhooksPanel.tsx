import {
  workflowUpdatePermission,
  type Workflow,
  type WorkflowWebhook,
} from '@devart/plugin-devart-common';
import { useState } from 'react';
import { useDevartApi } from '../../api';
import {
  ActionButton,
  ActorLabel,
  ConfirmDialog,
  DataTable,
  EmptyState,
  Loaded,
  Panel,
  RelativeTime,
  Rows,
  useToasts,
  type Column,
} from '../../components';
import { useLive } from '../../live';
import { CreateWebhookDialog } from './CreateWebhookDialog';

/** The addresses that start runs of a workflow. */
export function WebhooksPanel({ workflow }: { workflow: Workflow }) {
  const api = useDevartApi();
  const toasts = useToasts();
  const [creating, setCreating] = useState(false);
  const [removing, setRemoving] = useState<WorkflowWebhook>();
  const live = useLive(
    {
      topics: ['workflow'],
      id: workflow.id,
      load: signal => api.workflows.webhooks({ id: workflow.id }, { signal }),
    },
    [api, workflow.id],
  );
  const columns: Column<WorkflowWebhook>[] = [
    {
      header: 'Name',
      render: ({ name, path }) => (
        <>
          {name}
          <div>
            <code>{path}</code>
          </div>
        </>
      ),
    },
    {
      header: 'Last used',
      hideBelow: 'Sm',
      render: ({ lastUsedAt }) =>
        lastUsedAt ? <RelativeTime at={lastUsedAt} /> : 'never',
    },
    {
      header: 'Created by',
      hideBelow: 'Md',
      render: ({ createdBy }) => <ActorLabel actor={createdBy} />,
    },
    {
      header: 'Actions',
      render: webhook => (
        <ActionButton
          permission={workflowUpdatePermission}
          aria-label={`Remove ${webhook.name}`}
          onClick={() => setRemoving(webhook)}
        >
          Remove
        </ActionButton>
      ),
    },
  ];

  return (
    <Panel
      title="Webhooks"
      actions={
        <ActionButton
          permission={workflowUpdatePermission}
          onClick={() => setCreating(true)}
        >
          Add webhook
        </ActionButton>
      }
    >
      <Loaded live={live} skeleton={<Rows count={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title="No webhooks"
              text="A webhook is an address with a secret of its own; what is sent there, signed, starts a run. The definition needs a trigger of type webhook."
            />
          ) : (
            <DataTable
              label="Webhooks"
              columns={columns}
              rows={items}
              rowKey={({ id }) => id}
            />
          )
        }
      </Loaded>
      {creating && (
        <CreateWebhookDialog
          workflowId={workflow.id}
          onClose={() => setCreating(false)}
          onCreated={live.reload}
        />
      )}
      {removing && (
        <ConfirmDialog
          title={`Remove “${removing.name}”?`}
          text="What is sent to its address is refused from now on."
          submitLabel="Remove"
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await api.workflows.deleteWebhook({
              id: workflow.id,
              webhookId: removing.id,
            });
            toasts.success('Removed');
            setRemoving(undefined);
            await live.reload();
          }}
        />
      )}
    </Panel>
  );
}
