/**
 * Extension points of devart and what its backend modules share.
 *
 * @packageDocumentation
 */

export * from './access/RoleMapping';
export * from './codeHosts/CodeHost';
export * from './codeHosts/ReviewIntake';
export * from './codeHosts/codeHostsExtensionPoint';
export * from './webhooks/InboundWebhook';
export * from './webhooks/webhooksExtensionPoint';
export * from './health/rootHealthServiceFactory';
export * from './health/rootReadinessServiceRef';
export * from './transports/TaskTransport';
export * from './transports/taskTransportsExtensionPoint';
export * from './models/ModelUpstream';
export * from './models/modelUpstreamsExtensionPoint';
export * from './permissions/ObjectQuery';
export * from './permissions/approvalRules';
export * from './permissions/runRules';
export * from './permissions/taskRules';
