/**
 * Lets software templates give work to agents and wait for what comes of it.
 *
 * @packageDocumentation
 */

export { scaffolderModuleDevart as default } from './module';
