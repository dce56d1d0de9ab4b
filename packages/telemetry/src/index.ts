/**
 * Sends what a process of devart says about itself to a collector.
 *
 * @packageDocumentation
 */

export { startTelemetry } from './startTelemetry';
