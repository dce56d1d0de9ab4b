import type { StepStatus } from '@devart/plugin-devart-common';
import CancelledIcon from '@material-ui/icons/Block';
import FailedIcon from '@material-ui/icons/ErrorOutline';
import PendingIcon from '@material-ui/icons/RadioButtonUnchecked';
import RunningIcon from '@material-ui/icons/PlayCircleOutline';
import SkippedIcon from '@material-ui/icons/SkipNext';
import SucceededIcon from '@material-ui/icons/CheckCircleOutline';
import WaitingIcon from '@material-ui/icons/PauseCircleOutline';
import { STEP_STATUS_EXPLANATIONS, STEP_STATUS_WORDS } from '../format';
import { IconLabel, type Tone } from './IconLabel';

const LOOKS: Record<StepStatus, { Icon: typeof FailedIcon; tone: Tone }> = {
  pending: { Icon: PendingIcon, tone: 'pending' },
  running: { Icon: RunningIcon, tone: 'running' },
  waiting: { Icon: WaitingIcon, tone: 'warning' },
  succeeded: { Icon: SucceededIcon, tone: 'ok' },
  failed: { Icon: FailedIcon, tone: 'error' },
  skipped: { Icon: SkippedIcon, tone: 'aborted' },
  cancelled: { Icon: CancelledIcon, tone: 'aborted' },
};

/** Where a step of a run stands. */
export function StepStatusLabel({ status }: { status: StepStatus }) {
  return (
    <IconLabel {...LOOKS[status]} title={STEP_STATUS_EXPLANATIONS[status]}>
      {STEP_STATUS_WORDS[status]}
    </IconLabel>
  );
}
