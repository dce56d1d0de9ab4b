/**
 * The language of devart: contracts of every operation, permissions, events,
 * entity kinds and a typed client.
 *
 * @packageDocumentation
 */

export * from './client/DevartClient';
export * from './contracts/activity';
export * from './contracts/agents';
export * from './contracts/analytics';
export * from './contracts/approvals';
export * from './contracts/audit';
export * from './contracts/budgets';
export * from './contracts/defineOperation';
export * from './contracts/gateway';
export * from './contracts/ledger';
export * from './contracts/operations';
export * from './contracts/portal';
export * from './contracts/reviews';
export * from './contracts/runs';
export * from './contracts/services';
export * from './contracts/shared';
export * from './contracts/tasks';
export * from './contracts/workflows';
export * from './events/hints';
export * from './model/analytics';
export * from './model/approvalStatuses';
export * from './model/entities';
export * from './model/inputWords';
export * from './model/money';
export * from './model/notifications';
export * from './model/priorities';
export * from './model/roles';
export * from './model/runStatuses';
export * from './model/statuses';
export * from './model/text';
export * from './model/workflowSpec';
export * from './permissions/permissions';
export * from './permissions/resourceTypes';
export * from './tracing/inSpan';
export * from './tracing/traceparent';
