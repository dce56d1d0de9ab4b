/**
 * The agents that ship with devart.
 *
 * @packageDocumentation
 */

export { runMain } from './runMain';
