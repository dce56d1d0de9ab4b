/**
 * Sends Backstage notifications to Telegram.
 *
 * @packageDocumentation
 */

export { telegramModule as default } from './module';
