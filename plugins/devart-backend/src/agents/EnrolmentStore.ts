import type { z } from 'zod';
import type { enrolmentTokenSchema } from '@devart/plugin-devart-common';
import type { Transaction } from '../database/Transaction';

/** An enrolment token as people see it. */
export type EnrolmentToken = z.output<typeof enrolmentTokenSchema>;

interface EnrolmentTokenRow {
  id: string;
  name: string;
  prefix: string;
  max_uses: number;
  uses: number;
  expires_at: Date;
  revoked_at: Date | null;
  created_by: string;
  created_at: Date;
}

const COLUMNS =
  'id, name, prefix, max_uses, uses, expires_at, revoked_at, created_by, created_at';

function toToken(row: EnrolmentTokenRow): EnrolmentToken {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    maxUses: row.max_uses,
    uses: row.uses,
    expiresAt: row.expires_at.toISOString(),
    revokedAt: row.revoked_at?.toISOString(),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

/** The SQL of enrolment tokens. */
export class EnrolmentStore {
  async insert(
    tx: Transaction,
    token: {
      id: string;
      organizationId: string;
      name: string;
      hash: Buffer;
      shownPrefix: string;
      maxUses: number;
      validSeconds: number;
    },
  ): Promise<EnrolmentToken> {
    const [row] = await tx.rows<EnrolmentTokenRow>(
      `insert into enrolment_tokens (id, organization_id, name, token_hash, prefix, max_uses, expires_at, created_by)
       values (?, ?, ?, ?, ?, ?, now() + make_interval(secs => ?::double precision), ?) returning ${COLUMNS}`,
      [
        token.id,
        token.organizationId,
        token.name,
        token.hash,
        token.shownPrefix,
        token.maxUses,
        token.validSeconds,
        tx.actor,
      ],
    );
    return toToken(row);
  }

  async list(
    tx: Transaction,
    organizationId: string,
    includeEnded: boolean,
  ): Promise<EnrolmentToken[]> {
    const rows = await tx.rows<EnrolmentTokenRow>(
      `select ${COLUMNS} from enrolment_tokens where organization_id = ?
         and (? or (revoked_at is null and expires_at > now() and uses < max_uses))
       order by id desc limit 500`,
      [organizationId, includeEnded],
    );
    return rows.map(toToken);
  }

  /** Answers how many tokens there were to revoke: 0 or 1. */
  async revoke(
    tx: Transaction,
    organizationId: string,
    id: string,
  ): Promise<number> {
    return tx.run(
      `update enrolment_tokens set revoked_at = coalesce(revoked_at, now())
       where organization_id = ? and id = ?`,
      [organizationId, id],
    );
  }

  /** Uses a token once; undefined when it is unknown, ended or used up. */
  async use(
    tx: Transaction,
    hash: Buffer,
  ): Promise<{ organizationId: string; name: string } | undefined> {
    const [row] = await tx.rows<{ organization_id: string; name: string }>(
      `update enrolment_tokens set uses = uses + 1
       where token_hash = ? and revoked_at is null and expires_at > now() and uses < max_uses
       returning organization_id, name`,
      [hash],
    );
    return row && { organizationId: row.organization_id, name: row.name };
  }
}
