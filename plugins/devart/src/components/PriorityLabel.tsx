import type { TaskPriority } from '@devart/plugin-devart-common';
import CriticalIcon from '@material-ui/icons/PriorityHigh';
import HighIcon from '@material-ui/icons/ArrowUpward';
import LowIcon from '@material-ui/icons/ArrowDownward';
import MediumIcon from '@material-ui/icons/Remove';
import { PRIORITY_WORDS } from '../format';
import { IconLabel, type Tone } from './IconLabel';

const LOOKS: Record<TaskPriority, { Icon: typeof HighIcon; tone: Tone }> = {
  critical: { Icon: CriticalIcon, tone: 'error' },
  high: { Icon: HighIcon, tone: 'warning' },
  medium: { Icon: MediumIcon, tone: 'pending' },
  low: { Icon: LowIcon, tone: 'aborted' },
};

/** How urgent a task is. */
export function PriorityLabel({ priority }: { priority: TaskPriority }) {
  return (
    <IconLabel
      {...LOOKS[priority]}
      title={`Priority: ${PRIORITY_WORDS[priority]}`}
    >
      {PRIORITY_WORDS[priority]}
    </IconLabel>
  );
}
