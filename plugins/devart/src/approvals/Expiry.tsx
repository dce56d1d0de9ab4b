import type { Approval } from '@devart/plugin-devart-common';
import { RelativeTime, useNow } from '../components';

const SOON_MS = 3_600_000;

/** Until when a request can be decided, and what becomes of it then. */
export function Expiry({ approval }: { approval: Approval }) {
  const now = useNow();
  const { expiresAt, onExpiry, status } = approval;
  if (!expiresAt || status !== 'pending') {
    return <>–</>;
  }
  const left = Date.parse(expiresAt) - now;
  const words = (
    <>
      {left > 0 ? 'Expires' : 'Expired'} <RelativeTime at={expiresAt} />
      {onExpiry === 'escalate' ? ', then others are asked' : ', then rejected'}
    </>
  );
  return left < SOON_MS ? <strong>{words}</strong> : <span>{words}</span>;
}
