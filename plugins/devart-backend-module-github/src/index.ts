/**
 * Joins GitHub to devart: pull requests start reviews, reviews are shown as
 * checks and one comment.
 *
 * @packageDocumentation
 */

export { githubModule as default } from './module';
