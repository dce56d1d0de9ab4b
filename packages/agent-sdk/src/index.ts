/**
 * What an agent of devart is written with: claiming tasks, reporting on them,
 * staying connected.
 *
 * @packageDocumentation
 */

export type { ClaimedTask } from '@devart/plugin-devart-common';
export { consoleLogger, type AgentLogger } from './AgentLogger';
export type { AgentOptions, Enrolment, RetryOptions } from './AgentOptions';
export { DevartAgent, type AgentMode } from './DevartAgent';
export { EnrolmentError } from './EnrolmentError';
export { PermanentError } from './PermanentError';
export { runAgent } from './runAgent';
export type {
  Artifact,
  ModelAccess,
  SuccessorInput,
  TaskContext,
  TaskHandler,
  TaskResult,
} from './TaskContext';
export { TaskDroppedError, type DropReason } from './TaskDroppedError';
