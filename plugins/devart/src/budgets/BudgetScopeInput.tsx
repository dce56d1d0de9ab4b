import type { BudgetScope } from '@devart/plugin-devart-common';
import { AgentInput, ChoiceInput, EntityInput, TextInput } from '../components';
import { useWorkflowDirectory } from '../workflows';
import { useServiceDirectory } from './useServiceDirectory';

interface Props {
  value: string;
  problem?: string;
  onChange: (scopeRef: string) => void;
}

/** Says which team, agent, workflow, run or service a budget is for. */
export function BudgetScopeInput(props: Props & { kind: BudgetScope }) {
  const { kind, ...rest } = props;
  switch (kind) {
    case 'organization':
      return null;
    case 'team':
      return (
        <EntityInput
          label="Team"
          kinds={['Group']}
          placeholder="group:default/shop-team"
          helperText="It counts what the agents that it owns spend."
          {...rest}
        />
      );
    case 'agent':
      return (
        <AgentInput
          label="Agent"
          value={rest.value || undefined}
          problem={rest.problem}
          onChange={agentId => rest.onChange(agentId ?? '')}
        />
      );
    case 'workflow':
      return <WorkflowScope {...rest} />;
    case 'service':
      return <ServiceScope {...rest} />;
    default:
      return (
        <TextInput
          label="Id of the run"
          value={rest.value}
          problem={rest.problem}
          helperText="It stands on the page of the run."
          onChange={event => rest.onChange(event.target.value)}
        />
      );
  }
}

function WorkflowScope({ value, problem, onChange }: Props) {
  const workflows = useWorkflowDirectory();
  return (
    <ChoiceInput
      label="Workflow"
      value={value}
      problem={problem}
      choices={workflows.map(({ id, title }) => ({ value: id, label: title }))}
      onChange={onChange}
    />
  );
}

function ServiceScope({ value, problem, onChange }: Props) {
  const services = useServiceDirectory();
  return (
    <ChoiceInput
      label="Service"
      value={value}
      problem={problem}
      choices={services.map(({ id, title }) => ({ value: id, label: title }))}
      onChange={onChange}
    />
  );
}
