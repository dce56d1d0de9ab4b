import { discoveryApiRef, useApi } from '@backstage/core-plugin-api';
import type { WorkflowWebhook } from '@devart/plugin-devart-common';
import { useState } from 'react';
import { useDevartApi } from '../../api';
import { FormDialog, SecretDialog, TextInput } from '../../components';

/** The address that others send to: the path stands below the portal's own address. */
function addressOf(pluginUrl: string, path: string): string {
  return new URL(path, pluginUrl).toString();
}

/** Creates a webhook and shows its secret, this once. */
export function CreateWebhookDialog(props: {
  workflowId: string;
  onClose: () => void;
  onCreated: () => void;
}) {
  const api = useDevartApi();
  const discovery = useApi(discoveryApiRef);
  const { workflowId, onClose, onCreated } = props;
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const [created, setCreated] = useState<{
    webhook: WorkflowWebhook;
    secret: string;
    address: string;
  }>();

  if (created) {
    return (
      <SecretDialog
        title={`The secret of ${created.webhook.name}`}
        text="This is the only time the secret is shown. Whoever sends to the address signs the body with it (HMAC with SHA-256)."
        parts={[
          { label: 'Secret', text: created.secret },
          { label: 'Address', text: created.address },
        ]}
        onClose={onClose}
      />
    );
  }
  return (
    <FormDialog
      title="Add a webhook"
      submitLabel="Create"
      onClose={onClose}
      onSubmit={async () => {
        setTried(true);
        if (name.trim() === '') {
          return;
        }
        const baseUrl = await discovery.getBaseUrl('devart');
        const answer = await api.workflows.createWebhook({
          id: workflowId,
          name: name.trim(),
        });
        setCreated({
          ...answer,
          address: addressOf(baseUrl, answer.webhook.path),
        });
        onCreated();
      }}
    >
      <TextInput
        required
        label="Name"
        helperText="Who sends to it, such as the shop system."
        value={name}
        problem={
          tried && name.trim() === ''
            ? 'Give the webhook a name, so that you find it again.'
            : undefined
        }
        maxLength={63}
        onChange={event => setName(event.target.value)}
      />
    </FormDialog>
  );
}
