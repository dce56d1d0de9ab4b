export { createDevartApi } from './createDevartApi';
export {
  describeProblem,
  isUnreachable,
  type Problem,
} from './describeProblem';
export { devartApiRef, type DevartApi } from './devartApiRef';
export { fieldProblems } from './fieldProblems';
export { inputIssues, type InputIssue } from './inputIssues';
export { inputProblems } from './inputProblems';
export { newRequestKey } from './newRequestKey';
export { announceOwnChange, onOwnChange } from './ownChanges';
export { problemSentence } from './problemSentence';
export { useDevartApi } from './useDevartApi';
export { useRequestKey } from './useRequestKey';
