/**
 * The database service for back ends that tests start on a real PostgreSQL.
 *
 * @packageDocumentation
 */

export { testDatabaseServiceFactory } from './testDatabaseServiceFactory';
