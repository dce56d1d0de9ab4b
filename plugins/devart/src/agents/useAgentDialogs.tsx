import type { Agent } from '@devart/plugin-devart-common';
import { useState, type ReactNode } from 'react';
import { useDevartApi } from '../api';
import { ConfirmDialog, ReasonDialog, useToasts } from '../components';
import { DeactivateAgentDialog } from './DeactivateAgentDialog';
import { EditAgentDialog } from './EditAgentDialog';
import { RotateKeyDialog } from './RotateKeyDialog';

type Kind = 'edit' | 'deactivate' | 'kill' | 'rotate' | 'delete';

/** What people do with an agent, for lists and pages alike. */
export interface AgentDialogs {
  open: (kind: Kind, agent: Agent) => void;
  activate: (agent: Agent) => Promise<void>;
  dialog: ReactNode;
}

/** The dialogs with which people change agents. */
export function useAgentDialogs(options: {
  onChanged: () => Promise<void>;
  onDeleted?: () => void;
}): AgentDialogs {
  const api = useDevartApi();
  const toasts = useToasts();
  const { onChanged, onDeleted } = options;
  const [open, setOpen] = useState<{ kind: Kind; agent: Agent }>();
  const close = () => setOpen(undefined);

  const activate = async (agent: Agent) => {
    try {
      await api.agents.setActivation({ id: agent.id, active: true });
      toasts.success(`${agent.name} may work`);
    } catch (error) {
      toasts.failure(`${agent.name} could not be activated`, error);
    }
    await onChanged();
  };

  const dialogOf = (kind: Kind, agent: Agent): ReactNode => {
    switch (kind) {
      case 'edit':
        return (
          <EditAgentDialog agent={agent} onClose={close} onSaved={onChanged} />
        );
      case 'deactivate':
        return (
          <DeactivateAgentDialog
            agent={agent}
            onClose={close}
            onDone={onChanged}
          />
        );
      case 'rotate':
        return (
          <RotateKeyDialog agent={agent} onClose={close} onDone={onChanged} />
        );
      case 'kill':
        return (
          <ReasonDialog
            reasonRequired
            title={`Stop ${agent.name} at once?`}
            text="It becomes inactive, its running tasks go back into the queue, and nothing it says counts any more."
            submitLabel="Stop it"
            onClose={close}
            onConfirm={async reason => {
              await api.agents.kill({ id: agent.id, reason: reason! });
              toasts.success(`${agent.name} is stopped`);
              close();
              await onChanged();
            }}
          />
        );
      default:
        return (
          <ConfirmDialog
            title={`Remove ${agent.name}?`}
            text="The agent and its keys are gone for good; tasks it was working on go back into the queue. What it did stays in the history."
            submitLabel="Remove"
            onClose={close}
            onConfirm={async () => {
              await api.agents.delete({ id: agent.id });
              toasts.success(`${agent.name} is removed`);
              close();
              if (onDeleted) {
                onDeleted();
              } else {
                await onChanged();
              }
            }}
          />
        );
    }
  };

  return {
    open: (kind, agent) => setOpen({ kind, agent }),
    activate,
    dialog: open && dialogOf(open.kind, open.agent),
  };
}
