export { aBudget, anEntry, aServiceState, someServices } from './moneySamples';
export { fakeDevartApi, refusal, type FakeDevartApi } from './fakeDevartApi';
export { renderPage } from './renderPage';
export {
  aBoard,
  aFinding,
  aGraphStep,
  anAgent,
  anApproval,
  aReview,
  aRun,
  aRunStep,
  aTask,
  aVersion,
  aWorkflow,
  someone,
  uuid,
} from './samples';
