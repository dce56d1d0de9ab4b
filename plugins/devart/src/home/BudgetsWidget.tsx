import { BudgetsAttention } from '../overview';
import { DevartProvider } from '../shell/DevartProvider';

/** The budgets that need attention. */
export function BudgetsWidget() {
  return (
    <DevartProvider>
      <BudgetsAttention />
    </DevartProvider>
  );
}
