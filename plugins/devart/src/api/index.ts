export { createDevartApi } from './createDevartApi';
export {
  describeProblem,
  isUnreachable,
  type Problem,
} from './describeProblem';
export { devartApiRef, type DevartApi } from './devartApiRef';
export { announceOwnChange, onOwnChange } from './ownChanges';
export { useDevartApi } from './useDevartApi';
