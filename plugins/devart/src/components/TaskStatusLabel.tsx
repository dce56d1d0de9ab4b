import type { TaskStatus, WaitingReason } from '@devart/plugin-devart-common';
import CancelledIcon from '@material-ui/icons/Block';
import SucceededIcon from '@material-ui/icons/CheckCircleOutline';
import DeadLetterIcon from '@material-ui/icons/ReportProblemOutlined';
import FailedIcon from '@material-ui/icons/ErrorOutline';
import QueuedIcon from '@material-ui/icons/Schedule';
import RejectedIcon from '@material-ui/icons/ThumbDownOutlined';
import RunningIcon from '@material-ui/icons/PlayCircleOutline';
import WaitingIcon from '@material-ui/icons/PauseCircleOutline';
import { STATUS_EXPLANATIONS, STATUS_WORDS, WAITING_WORDS } from '../format';
import { IconLabel, type Tone } from './IconLabel';

const LOOKS: Record<TaskStatus, { Icon: typeof QueuedIcon; tone: Tone }> = {
  queued: { Icon: QueuedIcon, tone: 'pending' },
  running: { Icon: RunningIcon, tone: 'running' },
  waiting: { Icon: WaitingIcon, tone: 'warning' },
  succeeded: { Icon: SucceededIcon, tone: 'ok' },
  failed: { Icon: FailedIcon, tone: 'error' },
  cancelled: { Icon: CancelledIcon, tone: 'aborted' },
  rejected: { Icon: RejectedIcon, tone: 'aborted' },
  dead_letter: { Icon: DeadLetterIcon, tone: 'error' },
};

/** Where a task stands, and what it waits for. */
export function TaskStatusLabel(props: {
  status: TaskStatus;
  waitingReason?: WaitingReason;
}) {
  const { status, waitingReason } = props;
  return (
    <IconLabel {...LOOKS[status]} title={STATUS_EXPLANATIONS[status]}>
      {STATUS_WORDS[status]}
      {waitingReason && ` ${WAITING_WORDS[waitingReason]}`}
    </IconLabel>
  );
}
