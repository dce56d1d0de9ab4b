import type { EffectClass } from '@devart/plugin-devart-common';
import { isPrincipal, type Notice } from '../notices/Notice';
import { currentDecisions, EVERYBODY, type ApprovalRow } from './ApprovalRow';

const SEVERITY: Record<EffectClass, Notice['payload']['severity']> = {
  none: 'low',
  idempotent: 'normal',
  external: 'high',
  destructive: 'critical',
};

const ENDED = {
  approved: 'Approved',
  rejected: 'Rejected',
  expired: 'Expired',
  cancelled: 'Withdrawn',
} as const;

/**
 * What to tell about an approval as it stands, and to whom: those who may
 * decide, while it is pending; those who were told before and have nothing to
 * do any more; and at its end whoever asked. All in one scope, so that the
 * later replaces the earlier.
 *
 * @param told - who was told before
 */
export function noticesOf(row: ApprovalRow, told: readonly string[]): Notice[] {
  const common = {
    link: `/devart/approvals/${row.id}`,
    topic: 'approvals' as const,
    scope: `approval:${row.id}`,
  };
  const decided = currentDecisions(row).map(({ by }) => by);
  const requester = row.requested_by;
  const notices: Notice[] = [];
  if (row.status === 'pending') {
    const to = [
      ...new Set(
        row.deciders.map(({ ref }) => ref).filter(ref => ref !== EVERYBODY),
      ),
    ];
    const former = told.filter(ref => !to.includes(ref));
    notices.push(
      {
        to: former,
        except: [requester, ...decided, ...to],
        payload: {
          ...common,
          title: `Asked of others: ${row.title}`,
          severity: 'low',
        },
      },
      {
        to,
        except: [requester, ...decided],
        payload: {
          ...common,
          title: `To approve: ${row.title}`,
          description: [
            `Asked by ${requester}.`,
            ...(row.effect ? [row.effect] : []),
            `Until ${row.expires_at.toISOString()}.`,
          ].join(' '),
          severity: SEVERITY[row.effect_class],
        },
      },
    );
  } else {
    const by = row.status === 'expired' ? [] : decided;
    notices.push({
      to: [...new Set([...told, requester.toLowerCase()])],
      except: by,
      payload: {
        ...common,
        title: `${ENDED[row.status]}: ${row.title}`,
        description:
          by.length > 0 ? `By ${by.join(', ')}.` : (row.reason ?? undefined),
        severity: 'normal',
      },
    });
  }
  return notices
    .map(notice => ({
      ...notice,
      to: notice.to.filter(isPrincipal),
      except: notice.except.filter(isPrincipal),
    }))
    .filter(({ to }) => to.length > 0);
}
