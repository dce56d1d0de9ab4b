/**
 * Says by roles who may do what in devart and in the portal around it.
 *
 * @packageDocumentation
 */

export { decideDevartPermission } from './decideDevartPermission';
export { DevartPermissionPolicy } from './DevartPermissionPolicy';
export type { DevartPermissionPolicyOptions } from './DevartPermissionPolicy';
export { permissionModuleDevart as default } from './module';
