export { CalibrationPanel } from './CalibrationPanel';
export { EstimatePanel } from './EstimatePanel';
export { FlagsPanel } from './FlagsPanel';
export { PerformancePanels } from './PerformancePanels';
export { ServiceUsagePanel } from './ServiceUsagePanel';
export { TaskCostsPanel } from './TaskCostsPanel';
export { usePeriod, type PeriodState } from './usePeriod';
