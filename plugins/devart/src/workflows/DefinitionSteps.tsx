import type { WorkflowGraphStep } from '@devart/plugin-devart-common';
import { useMemo, useState } from 'react';
import { CapabilityChips, EffectLabel, Facts } from '../components';
import { STEP_TYPE_WORDS } from '../format';
import { StepsPanel, type StepNode } from '../graph';

function nodeOf(step: WorkflowGraphStep): StepNode {
  const details = [step.summary];
  if (step.if !== undefined) {
    details.push('on a condition');
  }
  if (step.hasMatrix) {
    details.push('for each of a list');
  }
  return {
    id: step.id,
    name: step.name,
    type: step.type,
    needs: step.needs,
    details,
  };
}

/** The steps of a definition, and more about the one that is chosen. */
export function DefinitionSteps(props: {
  title: string;
  steps: readonly WorkflowGraphStep[];
}) {
  const { title, steps } = props;
  const [selectedId, setSelectedId] = useState<string>();
  const nodes = useMemo(() => steps.map(nodeOf), [steps]);
  const selected = steps.find(({ id }) => id === selectedId) ?? steps.at(0);
  return (
    <StepsPanel
      title={title}
      steps={nodes}
      selectedId={selected?.id}
      onSelect={setSelectedId}
    >
      {selected && <StepOfDefinition step={selected} />}
    </StepsPanel>
  );
}

function StepOfDefinition({ step }: { step: WorkflowGraphStep }) {
  return (
    <section
      aria-label={`Step ${step.name}`}
      style={{ marginTop: 16, minHeight: 170 }}
    >
      <Facts
        facts={{
          Step: step.name,
          Kind: STEP_TYPE_WORDS[step.type],
          'What it does': step.summary,
          After: step.needs.join(', '),
          Only: step.if && <code>if {step.if}</code>,
          Needs:
            step.capabilities.length > 0 ? (
              <CapabilityChips capabilities={step.capabilities} />
            ) : undefined,
          Effect: <EffectLabel effect={step.sideEffect} />,
          Also: [
            step.hasMatrix && 'done once for each of a list',
            step.compensates && 'taken back when the run fails',
            step.continueOnError && 'the run goes on when it fails',
          ]
            .filter(Boolean)
            .join('; '),
        }}
      />
    </section>
  );
}
