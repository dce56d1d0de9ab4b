/**
 * A server that behaves like GitHub as far as devart uses it, for tests.
 *
 * @packageDocumentation
 */

export {
  StandInGithub,
  type PullRequestToOpen,
  type StandInGithubOptions,
} from './StandInGithub';
export type { Fault, FaultScope } from './server/Fault';
export {
  deliverGithubWebhook,
  signGithubWebhook,
  type GithubWebhookDelivery,
} from './webhooks/deliverGithubWebhook';
export {
  githubWebhookEvents,
  githubWebhookExample,
  githubWebhookExamples,
} from './webhooks/githubWebhookExamples';
export type { StandInAppManifest } from './server/StandInApp';
export type {
  StandInAnnotation,
  StandInCheckRun,
  StandInComment,
  StandInPullRequest,
  StandInStatus,
} from './server/model';
