import type { ApprovalStatus } from '@devart/plugin-devart-common';
import ApprovedIcon from '@material-ui/icons/CheckCircleOutline';
import ExpiredIcon from '@material-ui/icons/TimerOff';
import PendingIcon from '@material-ui/icons/HourglassEmpty';
import RejectedIcon from '@material-ui/icons/ThumbDownOutlined';
import WithdrawnIcon from '@material-ui/icons/Block';
import { IconLabel } from '../components';
import { APPROVAL_STATUS_EXPLANATIONS, APPROVAL_STATUS_WORDS } from '../format';

const LOOKS = {
  pending: { Icon: PendingIcon, tone: 'warning' },
  approved: { Icon: ApprovedIcon, tone: 'ok' },
  rejected: { Icon: RejectedIcon, tone: 'error' },
  expired: { Icon: ExpiredIcon, tone: 'aborted' },
  cancelled: { Icon: WithdrawnIcon, tone: 'aborted' },
} as const;

/** Where a request for approval stands. */
export function ApprovalStatusLabel({ status }: { status: ApprovalStatus }) {
  return (
    <IconLabel {...LOOKS[status]} title={APPROVAL_STATUS_EXPLANATIONS[status]}>
      {APPROVAL_STATUS_WORDS[status]}
    </IconLabel>
  );
}
