import type { FindingSeverity } from '@devart/plugin-devart-common';
import ErrorIcon from '@material-ui/icons/ErrorOutline';
import NoticeIcon from '@material-ui/icons/InfoOutlined';
import WarningIcon from '@material-ui/icons/ReportProblemOutlined';
import { SEVERITY_WORDS } from '../format';
import { IconLabel, type Tone } from './IconLabel';

const LOOKS: Record<FindingSeverity, { Icon: typeof ErrorIcon; tone: Tone }> = {
  error: { Icon: ErrorIcon, tone: 'error' },
  warning: { Icon: WarningIcon, tone: 'warning' },
  notice: { Icon: NoticeIcon, tone: 'running' },
};

/** How much a finding matters. */
export function SeverityLabel({ severity }: { severity: FindingSeverity }) {
  return <IconLabel {...LOOKS[severity]}>{SEVERITY_WORDS[severity]}</IconLabel>;
}
