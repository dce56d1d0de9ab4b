import {
  agentUpdatePermission,
  type Agent,
} from '@devart/plugin-devart-common';
import Switch from '@material-ui/core/Switch';
import Tooltip from '@material-ui/core/Tooltip';
import { useAccess } from '../access';

/** Says whether an agent may work, and changes it. */
export function ActivationSwitch(props: {
  agent: Agent;
  onActivate: () => void;
  onDeactivate: () => void;
}) {
  const { agent, onActivate, onDeactivate } = props;
  const access = useAccess(agentUpdatePermission);
  const isActive = agent.activation === 'active';
  const hint = isActive ? 'May work' : 'May not work';
  return (
    <Tooltip title={access.allowed ? hint : `${hint}. ${access.reason}`}>
      <Switch
        color="primary"
        checked={isActive}
        inputProps={{
          'aria-label': `${agent.name} may work`,
          'aria-disabled': access.allowed ? undefined : true,
        }}
        onChange={() => {
          if (!access.allowed) {
            return;
          }
          if (isActive) {
            onDeactivate();
          } else {
            onActivate();
          }
        }}
      />
    </Tooltip>
  );
}
