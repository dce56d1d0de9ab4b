export { ActivationSwitch } from './ActivationSwitch';
export { AgentRegistrationPanel } from './AgentRegistrationPanel';
export { useAgentDialogs, type AgentDialogs } from './useAgentDialogs';
export { useAgentMenu } from './useAgentMenu';
export { AgentView } from './AgentView';
