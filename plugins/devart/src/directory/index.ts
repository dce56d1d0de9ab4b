export { useAgentName, useAgentNames } from './useAgentNames';
export { useKnownCapabilities } from './useKnownCapabilities';
