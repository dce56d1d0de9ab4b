export { createPagesHook } from './createPagesHook';
export { LiveBadge } from './LiveBadge';
export { useLive, type Live } from './useLive';
export { useLivePages, type LivePages } from './useLivePages';
export { useLiveState } from './useLiveState';
