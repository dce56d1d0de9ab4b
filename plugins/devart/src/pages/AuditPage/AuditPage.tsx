import { auditReadPermission } from '@devart/plugin-devart-common';
import { useAccess, useKnownMe } from '../../access';
import { EmptyState, Rows } from '../../components';
import { PageHead } from '../shared';
import { AuditSearch } from './AuditSearch';

/** Every change that was made or refused. */
export function AuditPage() {
  const access = useAccess(auditReadPermission);
  const me = useKnownMe();
  return (
    <>
      <PageHead title="Audit trail" />
      {!me && <Rows count={8} />}
      {me && !access.allowed && (
        <EmptyState
          title="The audit trail is not for your role"
          text={access.reason}
        />
      )}
      {access.allowed && <AuditSearch />}
    </>
  );
}
