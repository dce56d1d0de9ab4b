import type { BudgetLevel } from '@devart/plugin-devart-common';
import BlockedIcon from '@material-ui/icons/Block';
import ExhaustedIcon from '@material-ui/icons/ErrorOutline';
import OkIcon from '@material-ui/icons/CheckCircleOutline';
import WarningIcon from '@material-ui/icons/ReportProblemOutlined';
import { BUDGET_LEVEL_WORDS } from '../format';
import { IconLabel, type Tone } from './IconLabel';

const LOOKS: Record<BudgetLevel, { Icon: typeof OkIcon; tone: Tone }> = {
  ok: { Icon: OkIcon, tone: 'ok' },
  warning: { Icon: WarningIcon, tone: 'warning' },
  exhausted: { Icon: ExhaustedIcon, tone: 'error' },
  blocked: { Icon: BlockedIcon, tone: 'error' },
};

/** How much of a budget is used, in a word. */
export function BudgetLevelLabel({ level }: { level: BudgetLevel }) {
  return <IconLabel {...LOOKS[level]}>{BUDGET_LEVEL_WORDS[level]}</IconLabel>;
}
