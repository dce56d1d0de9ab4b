export { CalibrationChart } from './CalibrationChart';
export { ChartOrTable } from './ChartOrTable';
export { OutcomeChart } from './OutcomeChart';
export type { OutcomeRow } from './OutcomeRow';
export { SpendChart } from './SpendChart';
export type { StackedSeries } from './StackedSeries';
