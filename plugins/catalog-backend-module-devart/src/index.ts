/**
 * Keeps the agents of devart in the catalog, and devart told of the agents that
 * catalog files describe.
 *
 * @packageDocumentation
 */

export { catalogModuleDevart as default } from './module';
