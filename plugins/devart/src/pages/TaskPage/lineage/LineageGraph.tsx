import { useMemo } from 'react';
import { GraphCanvas } from '../../../graph/GraphCanvas';
import type { Relative } from './lineageModel';
import { LineageNode } from './LineageNode';

const SHAPE = {
  size: { width: 220, height: 64 },
  direction: 'right',
  gap: { beside: 24, between: 64 },
} as const;

/** A lineage as a graph. */
export default function LineageGraph(props: {
  relatives: readonly Relative[];
  currentId: string;
}) {
  const { relatives, currentId } = props;
  const nodes = useMemo(
    () =>
      relatives.map(relative => ({
        id: relative.id,
        after: relative.parentId ? [relative.parentId] : [],
        content: (
          <LineageNode
            relative={relative}
            isCurrent={relative.id === currentId}
          />
        ),
      })),
    [relatives, currentId],
  );
  return <GraphCanvas label="Lineage" shape={SHAPE} nodes={nodes} />;
}
