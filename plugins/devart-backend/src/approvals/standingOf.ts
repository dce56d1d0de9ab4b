import type { KnownCaller } from '../access/Caller';
import { currentDecisions, EVERYBODY, type ApprovalRow } from './ApprovalRow';

/** Where a caller stands towards an approval. */
export type Standing =
  | {
      may: true;
      /** Who delegated their say to the caller; undefined when the caller was asked. */
      onBehalfOf?: string;
    }
  | {
      may: false;
      /** Whether it is a matter of who they are or of what has happened. */
      because: 'rights' | 'state';
      /** For people: why not, and what can be done about it. */
      whyNot: string;
    };

const no = (because: 'rights' | 'state', whyNot: string): Standing => ({
  may: false,
  because,
  whyNot,
});

/** What whoever was not asked can do. */
function wayOut(row: ApprovalRow): string {
  const one = `One of them may delegate it to you`;
  return row.on_expiry === 'escalate' && !row.escalated_at
    ? `${one}; if nobody decides until ${row.expires_at.toISOString()}, it goes to ${row.escalate_to.join(', ')}`
    : `${one}, or whoever asked withdraws the request and names others`;
}

/**
 * Whether somebody may decide an approval now. No role gets around it: an
 * admin who was not asked is refused like anybody else.
 *
 * @param permitted - whether they have the permission to decide at all
 */
export function standingOf(
  row: ApprovalRow,
  caller: KnownCaller,
  permitted: boolean,
): Standing {
  if (row.status !== 'pending') {
    return no('state', `It is ${row.status} already`);
  }
  if (caller.kind !== 'user') {
    return no('rights', 'Only people may decide');
  }
  if (caller.refs.includes(row.requested_by.toLowerCase())) {
    return no(
      'rights',
      'You asked for it yourself; somebody else has to decide',
    );
  }
  const mandates = row.deciders.filter(
    ({ ref }) => ref === EVERYBODY || caller.refs.includes(ref),
  );
  if (mandates.length === 0) {
    return no(
      'rights',
      `You were not asked; ${row.approvers.join(', ')} may decide. ${wayOut(row)}`,
    );
  }
  if (!permitted) {
    return no(
      'rights',
      'You lack the permission to approve (devart.approval.decide)',
    );
  }
  if (row.due) {
    return no('state', 'Its deadline has passed');
  }
  const decisions = currentDecisions(row);
  const own = decisions.find(({ by }) => by === caller.actor);
  if (own) {
    return no(
      'state',
      `You have ${own.decision === 'approve' ? 'approved' : 'rejected'} it already`,
    );
  }
  const used = new Map(
    decisions.map(({ by, onBehalfOf }) => [onBehalfOf ?? by, by]),
  );
  // Whoever was asked speaks for themselves, whatever else was delegated to them.
  const direct = mandates.some(({ onBehalfOf }) => onBehalfOf === '');
  if (direct) {
    const deputy = used.get(caller.actor);
    return deputy
      ? no('state', `${deputy} has decided on your behalf`)
      : { may: true };
  }
  const open = mandates.find(({ onBehalfOf }) => !used.has(onBehalfOf));
  return open
    ? { may: true, onBehalfOf: open.onBehalfOf }
    : no(
        'state',
        `${mandates[0].onBehalfOf}, for whom you would decide, has a say already`,
      );
}
