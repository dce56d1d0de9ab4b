export { readActor } from './actors';
export { MOVE_WORDS, whyNotMove } from './moves';
export { bytes, duration, plural } from './quantities';
export { absoluteTime, relativeTime } from './relativeTime';
export { topicWords } from './topics';
export * from './words';
