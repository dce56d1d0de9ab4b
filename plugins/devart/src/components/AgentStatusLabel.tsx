import type { AgentStatus } from '@devart/plugin-devart-common';
import BusyIcon from '@material-ui/icons/PlayCircleOutline';
import HaltedIcon from '@material-ui/icons/PanTool';
import IdleIcon from '@material-ui/icons/CheckCircleOutline';
import InactiveIcon from '@material-ui/icons/Block';
import OfflineIcon from '@material-ui/icons/CloudOff';
import PendingIcon from '@material-ui/icons/HelpOutline';
import { AGENT_STATUS_EXPLANATIONS, AGENT_STATUS_WORDS } from '../format';
import { IconLabel, type Tone } from './IconLabel';

const LOOKS: Record<AgentStatus, { Icon: typeof IdleIcon; tone: Tone }> = {
  idle: { Icon: IdleIcon, tone: 'ok' },
  busy: { Icon: BusyIcon, tone: 'running' },
  offline: { Icon: OfflineIcon, tone: 'error' },
  pending: { Icon: PendingIcon, tone: 'warning' },
  inactive: { Icon: InactiveIcon, tone: 'aborted' },
  halted: { Icon: HaltedIcon, tone: 'error' },
};

/** What an agent is doing. */
export function AgentStatusLabel({ status }: { status: AgentStatus }) {
  return (
    <IconLabel {...LOOKS[status]} title={AGENT_STATUS_EXPLANATIONS[status]}>
      {AGENT_STATUS_WORDS[status]}
    </IconLabel>
  );
}
