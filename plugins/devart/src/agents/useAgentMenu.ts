import {
  agentDeletePermission,
  agentUpdatePermission,
  type Agent,
} from '@devart/plugin-devart-common';
import { useAccess } from '../access';
import type { MenuAction } from '../components';
import type { AgentDialogs } from './useAgentDialogs';

const IN_CATALOG =
  'Its description is kept in the catalog; change it in its file.';

/** What can be done with an agent, for a menu; what cannot be done says why. */
export function useAgentMenu(
  dialogs: AgentDialogs,
): (agent: Agent) => MenuAction[] {
  const update = useAccess(agentUpdatePermission);
  const remove = useAccess(agentDeletePermission);
  const whyNotUpdate = update.allowed ? undefined : update.reason;

  return agent => [
    {
      label: 'Edit',
      disabledReason:
        whyNotUpdate ??
        (agent.managedBy === 'catalog' ? IN_CATALOG : undefined),
      onSelect: () => dialogs.open('edit', agent),
    },
    {
      label: 'Rotate key',
      disabledReason: whyNotUpdate,
      onSelect: () => dialogs.open('rotate', agent),
    },
    {
      label: 'Stop at once',
      disabledReason:
        whyNotUpdate ??
        (agent.activation === 'active' ? undefined : 'It may not work anyway.'),
      onSelect: () => dialogs.open('kill', agent),
    },
    {
      label: 'Remove',
      disabledReason: remove.allowed ? undefined : remove.reason,
      onSelect: () => dialogs.open('delete', agent),
    },
  ];
}
