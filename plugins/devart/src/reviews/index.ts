export { ConclusionLabel } from './ConclusionLabel';
export { Publishing } from './Publishing';
export { ReviewList } from './ReviewList';
