export { OutcomeChart } from './OutcomeChart';
export type { OutcomeRow } from './OutcomeRow';
