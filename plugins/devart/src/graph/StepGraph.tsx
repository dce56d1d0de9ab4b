import { useMemo } from 'react';
import { useIsNarrow } from '../components';
import { GraphCanvas } from './GraphCanvas';
import { StepBox } from './StepBox';
import { stepShape } from './stepShape';
import { afterOf, type StepNode } from './StepNode';

/** Steps as a graph: from left to right, on narrow screens from top to bottom. */
export default function StepGraph(props: {
  label: string;
  steps: readonly StepNode[];
  selectedId?: string;
  onSelect: (id: string) => void;
}) {
  const isNarrow = useIsNarrow();
  const { label, steps, selectedId, onSelect } = props;
  const nodes = useMemo(
    () =>
      steps.map(step => ({
        id: step.id,
        after: afterOf(step),
        dashed: step.compensates ? [step.compensates] : [],
        content: (
          <StepBox
            step={step}
            isSelected={step.id === selectedId}
            onSelect={onSelect}
          />
        ),
      })),
    [steps, selectedId, onSelect],
  );
  return (
    <GraphCanvas label={label} shape={stepShape(isNarrow)} nodes={nodes} />
  );
}
