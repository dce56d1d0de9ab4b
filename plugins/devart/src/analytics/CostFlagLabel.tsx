import type { CostFlagStatus } from '@devart/plugin-devart-common';
import ConfirmedIcon from '@material-ui/icons/ErrorOutline';
import JustifiedIcon from '@material-ui/icons/CheckCircleOutline';
import OpenIcon from '@material-ui/icons/ReportProblemOutlined';
import { IconLabel } from '../components';
import { COST_FLAG_WORDS } from '../format';

const LOOKS = {
  open: { Icon: OpenIcon, tone: 'warning' },
  justified: { Icon: JustifiedIcon, tone: 'ok' },
  confirmed: { Icon: ConfirmedIcon, tone: 'error' },
} as const;

/** What people made of a costly task. */
export function CostFlagLabel({ status }: { status: CostFlagStatus }) {
  return <IconLabel {...LOOKS[status]}>{COST_FLAG_WORDS[status]}</IconLabel>;
}
