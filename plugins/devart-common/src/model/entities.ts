/** The kind under which agents stand in the catalog. */
export const AGENT_KIND = 'AiResource';

/** `spec.type` of an agent. */
export const AGENT_TYPE = 'agent';

/** On an agent entity: the id of the agent's record in the control plane. */
export const ANNOTATION_AGENT_ID = 'devart.ai/agent-id';

/** On an agent entity: its capabilities, separated by commas. */
export const ANNOTATION_AGENT_CAPABILITIES = 'devart.ai/capabilities';

/** On a component: the Git repository whose changes are reviewed for it. */
export const ANNOTATION_REPOSITORY = 'devart.ai/repository';

/** The organisation of a portal that has only one. */
export const DEFAULT_ORGANIZATION = 'default';

/** The kind under which workflows stand in the catalog. */
export const WORKFLOW_KIND = 'Workflow';

/** On a workflow entity: the id of the workflow's record in the control plane. */
export const ANNOTATION_WORKFLOW_ID = 'devart.ai/workflow-id';
