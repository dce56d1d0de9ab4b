/**
 * Lets devart hand out tasks through RabbitMQ.
 *
 * @packageDocumentation
 */

export { rabbitmqModule as default } from './module';
