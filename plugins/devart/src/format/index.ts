export { readActor } from './actors';
export * from './flowWords';
export { money } from './money';
export { MOVE_WORDS, whyNotMove } from './moves';
export { bytes, duration, plural } from './quantities';
export { absoluteTime, relativeTime } from './relativeTime';
export { timeTaken } from './timeTaken';
export { topicWords } from './topics';
export * from './words';
