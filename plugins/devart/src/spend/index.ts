export { PeriodInput, type Period } from './PeriodInput';
export { periodStart } from './periodStart';
export { SpendPanel } from './SpendPanel';
