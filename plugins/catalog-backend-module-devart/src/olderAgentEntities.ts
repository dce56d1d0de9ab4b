/** The kind of agents in catalog files written before `AiResource` was there. */
export const OLDER_AGENT_KIND = 'Component';

/** `spec.type` of agents in such files. */
export const OLDER_AGENT_TYPE = 'ai-agent';

/** On agents in such files: their capabilities, separated by commas. */
export const OLDER_ANNOTATION_CAPABILITIES = 'ai-agent.io/capabilities';
