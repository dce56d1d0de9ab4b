import {
  inputWords,
  operations,
  type Agent,
  type OperationInput,
} from '@devart/plugin-devart-common';
import { inputProblems } from '../api';

/** What the form for an agent holds while somebody fills it in. */
export interface AgentForm {
  name: string;
  description: string;
  owner: string;
  capabilities: string[];
  maxConcurrent: string;
  /** Patterns with commas between them; nothing allows all, `none` allows none. */
  allowedModels: string;
}

/** What is wrong, by field. */
export type AgentFormProblems = Partial<Record<keyof AgentForm, string>>;

/** The fields in which the control plane takes them. */
export const AGENT_FIELDS = [
  'name',
  'description',
  'owner',
  'capabilities',
  'maxConcurrent',
  'allowedModels',
] as const satisfies readonly (keyof AgentForm)[];

/** What stands for no model at all. */
const NO_MODELS = 'none';

export const EMPTY_AGENT_FORM: AgentForm = {
  name: '',
  description: '',
  owner: '',
  capabilities: [],
  maxConcurrent: '1',
  allowedModels: '',
};

/** The form as it stands for an agent that is there. */
export function formOfAgent(agent: Agent): AgentForm {
  return {
    name: agent.name,
    description: agent.description,
    owner: agent.owner ?? '',
    capabilities: agent.capabilities,
    maxConcurrent: String(agent.maxConcurrent),
    allowedModels:
      agent.allowedModels?.length === 0
        ? NO_MODELS
        : (agent.allowedModels?.join(', ') ?? ''),
  };
}

/** The models that the form allows; null allows all. */
export function allowedModelsOfForm({
  allowedModels,
}: AgentForm): string[] | null {
  const patterns = allowedModels
    .split(/[\s,]+/)
    .map(pattern => pattern.trim())
    .filter(Boolean);
  if (patterns.length === 1 && patterns[0].toLowerCase() === NO_MODELS) {
    return [];
  }
  return patterns.length > 0 ? patterns : null;
}

/** The input of `agents.register` that the form stands for. */
export function inputOfAgentForm(
  form: AgentForm,
): OperationInput<typeof operations.agents.register> {
  return {
    name: form.name.trim(),
    description: form.description,
    owner: form.owner.trim() || undefined,
    capabilities: form.capabilities,
    maxConcurrent: Number(form.maxConcurrent),
  };
}

/** Checks the form by the contract; empty when all is well. */
export function problemsOfAgentForm(form: AgentForm): AgentFormProblems {
  const problems = inputProblems<keyof AgentForm>(
    operations.agents.register.input,
    inputOfAgentForm(form),
  );
  if (form.name.trim() === '') {
    problems.name = 'Give the agent a name.';
  }
  if (form.capabilities.length === 0) {
    problems.capabilities = 'Say at least one thing that the agent can do.';
  }
  const models = operations.agents.update.input.shape.allowedModels.safeParse(
    allowedModelsOfForm(form),
    { error: inputWords },
  );
  if (models.error) {
    problems.allowedModels = `Each ${models.error.issues[0].message}.`;
  }
  return problems;
}
