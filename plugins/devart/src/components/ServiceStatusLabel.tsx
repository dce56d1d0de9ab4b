import type { ServiceStatus } from '@devart/plugin-devart-common';
import AbsentIcon from '@material-ui/icons/LinkOff';
import ActiveIcon from '@material-ui/icons/CheckCircleOutline';
import InactiveIcon from '@material-ui/icons/PowerSettingsNew';
import SuspendedIcon from '@material-ui/icons/Block';
import { SERVICE_STATUS_EXPLANATIONS, SERVICE_STATUS_WORDS } from '../format';
import { IconLabel, type Tone } from './IconLabel';

const LOOKS: Record<ServiceStatus, { Icon: typeof ActiveIcon; tone: Tone }> = {
  active: { Icon: ActiveIcon, tone: 'ok' },
  suspended: { Icon: SuspendedIcon, tone: 'error' },
  inactive: { Icon: InactiveIcon, tone: 'aborted' },
};

/** Whether a service can be paid now. */
export function ServiceStatusLabel(props: {
  status: ServiceStatus;
  /** Since when the configuration describes it no longer. */
  absentSince?: string;
}) {
  const { status, absentSince } = props;
  if (absentSince !== undefined) {
    return (
      <IconLabel Icon={AbsentIcon} tone="aborted">
        No longer in the configuration
      </IconLabel>
    );
  }
  return (
    <IconLabel {...LOOKS[status]} title={SERVICE_STATUS_EXPLANATIONS[status]}>
      {SERVICE_STATUS_WORDS[status]}
    </IconLabel>
  );
}
