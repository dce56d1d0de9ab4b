import type { RunStatus } from '@devart/plugin-devart-common';
import CancelledIcon from '@material-ui/icons/Block';
import FailedIcon from '@material-ui/icons/ErrorOutline';
import PartialIcon from '@material-ui/icons/ReportProblemOutlined';
import RunningIcon from '@material-ui/icons/PlayCircleOutline';
import SucceededIcon from '@material-ui/icons/CheckCircleOutline';
import WaitingIcon from '@material-ui/icons/PauseCircleOutline';
import { RUN_STATUS_EXPLANATIONS, RUN_STATUS_WORDS } from '../format';
import { IconLabel, type Tone } from './IconLabel';

const LOOKS: Record<RunStatus, { Icon: typeof FailedIcon; tone: Tone }> = {
  running: { Icon: RunningIcon, tone: 'running' },
  succeeded: { Icon: SucceededIcon, tone: 'ok' },
  partial: { Icon: PartialIcon, tone: 'warning' },
  failed: { Icon: FailedIcon, tone: 'error' },
  cancelled: { Icon: CancelledIcon, tone: 'aborted' },
};

/** Where a run stands; a run in which nothing is being done waits. */
export function RunStatusLabel(props: {
  status: RunStatus;
  waitingFor?: string;
}) {
  const { status, waitingFor } = props;
  if (status === 'running' && waitingFor) {
    return (
      <IconLabel Icon={WaitingIcon} tone="warning" title={waitingFor}>
        Waiting
      </IconLabel>
    );
  }
  return (
    <IconLabel {...LOOKS[status]} title={RUN_STATUS_EXPLANATIONS[status]}>
      {RUN_STATUS_WORDS[status]}
    </IconLabel>
  );
}
