export {
  groupSteps,
  isEnded,
  matrixProgress,
  type StepGroup,
} from './groupSteps';
export { ResumeRunDialog } from './ResumeRunDialog';
export { RunsPanel } from './RunsPanel';
export { RunTable } from './RunTable';
export { RunTimeline } from './RunTimeline';
export { stepNodes } from './stepNodes';
export { useRunPages } from './useRunPages';
