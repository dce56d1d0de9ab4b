export { fakeDevartApi, refusal, type FakeDevartApi } from './fakeDevartApi';
export { renderPage } from './renderPage';
export {
  aBoard,
  aFinding,
  anAgent,
  aReview,
  aTask,
  someone,
  uuid,
} from './samples';
