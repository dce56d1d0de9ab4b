import type { EffectClass } from '@devart/plugin-devart-common';
import type { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import { currentDecisions, EVERYBODY, type ApprovalRow } from './ApprovalRow';

type NotificationPayload = NotificationSendOptions['payload'];

/** A notification about an approval. */
export interface ApprovalNotice {
  to: string[];
  /** Who is left out of the groups in `to`. */
  except: string[];
  payload: NotificationPayload;
}

const SEVERITY: Record<EffectClass, NotificationPayload['severity']> = {
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

function isPrincipal(ref: string): boolean {
  return /^(?:user|group):/.test(ref);
}

/**
 * What to tell about an approval as it stands, and to whom: those who may
 * decide, while it is pending; those who were told before and have nothing to
 * do any more; and at its end whoever asked. All in one scope, so that the
 * later replaces the earlier.
 *
 * @param told - who was told before
 */
export function noticesOf(
  row: ApprovalRow,
  told: readonly string[],
): ApprovalNotice[] {
  const common = {
    link: `/devart/approvals/${row.id}`,
    topic: 'approvals',
    scope: `approval:${row.id}`,
  };
  const decided = currentDecisions(row).map(({ by }) => by);
  const requester = row.requested_by;
  const notices: ApprovalNotice[] = [];
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
