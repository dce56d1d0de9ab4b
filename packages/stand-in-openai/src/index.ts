/**
 * A server that speaks OpenAI's protocol, for tests.
 *
 * @packageDocumentation
 */

export * from './Fault';
export * from './StandInOpenAI';
