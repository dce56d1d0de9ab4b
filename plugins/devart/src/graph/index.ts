// The canvas itself is loaded on demand; import it from its own file.
export { type StepNode } from './StepNode';
export { StepsPanel } from './StepsPanel';
