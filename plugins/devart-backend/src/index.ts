/**
 * The control plane of devart: tasks, agents, reviews, access and audit.
 *
 * @packageDocumentation
 */

export { devartPlugin as default } from './plugin';
