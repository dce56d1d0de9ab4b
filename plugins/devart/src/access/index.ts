export { MeProvider, useKnownMe } from './MeProvider';
export { useAccess, type Access } from './useAccess';
export { type Me } from './useMe';
