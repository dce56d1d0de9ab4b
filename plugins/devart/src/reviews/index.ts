export { ConclusionLabel } from './ConclusionLabel';
export { Publishing } from './Publishing';
export { ReviewList } from './ReviewList';
export { ReviewTable } from './ReviewTable';
export { useReviewPages } from './useReviewPages';
