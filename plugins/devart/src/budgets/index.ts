export { BudgetAlertsPanel } from './BudgetAlertsPanel';
export { BudgetBar } from './BudgetBar';
export { BudgetChangesPanel } from './BudgetChangesPanel';
export { BudgetsPanel } from './BudgetsPanel';
export { scopeWords } from './scopeWords';
export { ServicesPanel } from './ServicesPanel';
export { useServiceDirectory } from './useServiceDirectory';
export { useServiceStates } from './useServiceStates';
